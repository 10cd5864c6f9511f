/** What is in a folder: how many directories, whose files, and what of it cannot be read. */
#ifndef CLOSEDROP_DOCTOR_FOLDER_FILES_H
#define CLOSEDROP_DOCTOR_FOLDER_FILES_H

#include "diagnosis.h"

#include "closedrop/base/account.h"
#include "closedrop/intake/watch_limit.h"

#include <limits.h>

/** Files that cannot be used, for any reason: how many, and the first of them. */
struct bad_files {
    int64_t count;
    char first[PATH_MAX];
    char why[1024]; /* a sentence about the first one, with its remedy */
};

struct files_facts {
    int64_t directories; /* with the folder itself */
    int64_t documents;
    int64_t sidecars;
    bool is_part;       /* there is more than could be read in time */
    bool has_one_owner; /* all documents belong to `owner` */
    char owner[ACCOUNT_NAME];
    struct bad_files unreadable; /* documents and directories */
    struct bad_files bad_sidecars;
};

/** Whether the documents can be read. Pure. */
struct finding folder_files_judge_readable(const struct files_facts *facts);

/** Whether the sidecars can be used. Pure. */
struct finding folder_files_judge_sidecars(const struct files_facts *facts);

/** Whether there are too few watches for its directories. Pure; returns false if there are not. */
bool folder_files_judge_watches(
    const struct files_facts *facts, const struct watch_limit *limit, struct finding *ret_finding);

/** Whether a file server writes all files as one user. Pure; returns false if it does not. */
bool folder_files_judge_owner(const struct files_facts *facts, struct finding *ret_finding);

/** Walk through the folder open at `root`, for some seconds at most. */
void folder_files_probe(const struct diagnosis *diagnosis, const struct folder *folder, int root);

#endif
