/**
 * Decides which files of a folder are documents (closedrop.conf(5), "IGNORED FILES"). Pure; paths
 * are relative to the folder.
 */
#ifndef CLOSEDROP_INTAKE_FILTER_H
#define CLOSEDROP_INTAKE_FILTER_H

#include "closedrop/config/config.h"

#include <stdbool.h>
#include <stddef.h>

/** Why a file is ignored, or a directory not entered. */
enum filter_reason {
    FILTER_TAKEN,         /* it is neither */
    FILTER_NEVER_START,   /* `pattern` is the start of its name */
    FILTER_NEVER_END,     /* `pattern` is the end of its name */
    FILTER_NEVER_NAME,    /* such as Thumbs.db */
    FILTER_SHORTCUT,      /* a kind of file that include has to name */
    FILTER_MARKER,        /* of another file */
    FILTER_SIDECAR,       /* of another file */
    FILTER_NOT_INCLUDED,  /* no pattern of include matches */
    FILTER_EXCLUDED,      /* `pattern` is the one of exclude */
    FILTER_SERVER,        /* a directory that a server keeps for itself */
    FILTER_ARCHIVE,       /* a directory for files that were put away ... */
    FILTER_FAILED,        /* ... or that have failed */
    FILTER_NOT_RECURSIVE, /* any directory, with recursive = false */
    FILTER_REASONS
};

struct filtered {
    enum filter_reason reason;
    const char *pattern; /* what decides, or NULL; valid as long as the folder */
    size_t directory;    /* the length of the directory in the path that is not entered, in bytes;
                            0: the reason is the name of the file itself */
};

/**
 * Whether the file is a document: its name and those of all directories on its path are not
 * ignored, and include and exclude allow it. Checks the whole path, so the caller need not have
 * walked it.
 */
bool filter_takes(const struct folder *folder, const char *path);

/** The same, with the reason. */
struct filtered filter_judge(const struct folder *folder, const char *path);

/** Size of a reason in words, in bytes with the NUL; a longer one is truncated. */
#define FILTER_WORDS_MAX 4608

/** Write the reason into `words`, to follow "it is ignored: "; returns `words`. */
const char *filter_words(
    const struct filtered *judged, const char *path, char words[FILTER_WORDS_MAX]);

/** Whether, by its name, the file is the end marker of its directory's batch ("{dir}/READY"). */
bool filter_ends_batch(const struct folder *folder, const char *path);

/**
 * Whether a scan enters the directory and those on its path: they are not temporary or hidden, not
 * a server's own, not excluded, and not the archive or failed directory.
 */
bool filter_enters(const struct folder *folder, const char *path);

/** The same, with the reason: FILTER_TAKEN if it is entered. */
struct filtered filter_judge_directory(const struct folder *folder, const char *path);

#endif
