/**
 * Decides which names are documents, with tables of names that nobody drops and the folder's
 * patterns.
 */
#include "closedrop/intake/filter.h"

#include "closedrop/base/array.h"
#include "closedrop/base/str.h"
#include "closedrop/base/text.h"
#include "closedrop/files/path.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Characters that Windows does not allow in names, as servers map them (mapposix, SFM). */
#define MAPPED_COLON "\xEF\x80\xBA"
#define MAPPED_COLON_OF_MACS "\xEF\x80\xA2"
#define MAPPED_ICON "Icon\xEF\x80\x8D"

static const char *const never_starts[] = {".", "~$", NULL};
static const char *const never_ends[] = {
    /* still written */
    ".tmp", ".temp", ".part", ".partial", ".filepart", ".crdownload", ".download", ".opdownload",
    ".aria2", ".!ut", ".!qb", ".!sync", ".swp", "~",
    /* streams that a server shows as files */
    "@SynoEAStream", "@SynoResource",
    /* our own */
    ".error.txt", ".waiting.txt", ".close.json", NULL};
static const char *const never_names[] = {
    "Thumbs.db", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini", "Icon\r", MAPPED_ICON, NULL};
static const char *const shortcut_ends[] = {".url", ".lnk", ".desktop", NULL};

/** Directories that servers keep in a share for themselves. */
static const char *const server_directories[] = {"@eaDir", "#recycle", "#snapshot", "@Recycle",
    "@Recently-Snapshot", "$RECYCLE.BIN", "RECYCLER", "RECYCLED", "Network Trash Folder",
    "Temporary Items", "System Volume Information", "lost+found", "~snapshot", NULL};

/** The name of an alternate stream follows a colon, or what a server writes instead. */
static const char *const colons[] = {":", MAPPED_COLON, MAPPED_COLON_OF_MACS, NULL};
static const char *const streams[] = {"Zone.Identifier", "encryptable", "SmartScreen",
    "AFP_AfpInfo", "AFP_Resource", "com.dropbox.attributes", NULL};
#define STREAM_TYPE "$DATA"

/** How a file is judged. A `pattern` is what of its name, or of the configuration, decides. */
static struct filtered because(enum filter_reason reason, const char *pattern)
{
    return (struct filtered){.reason = reason, .pattern = pattern};
}

static bool ends_with(const char *name, size_t length, const char *end)
{
    size_t tail = strlen(end);
    return length >= tail && strncasecmp(name + length - tail, end, tail) == 0;
}

/** The one of `ends` with which the name ends, ignoring case; NULL if there is none. */
static const char *end_of(const char *name, const char *const *ends)
{
    for (; *ends; ends++)
        if (ends_with(name, strlen(name), *ends))
            return *ends;
    return NULL;
}

/** The one of `names` that the name is, ignoring case; NULL if it is none. */
static const char *one_of(const char *name, const char *const *names)
{
    while (*names && strcasecmp(name, *names) != 0)
        names++;
    return *names;
}

/** The one of `starts` with which the name starts; NULL if there is none. */
static const char *start_of(const char *name, const char *const *starts)
{
    while (*starts && !str_starts_with(name, *starts))
        starts++;
    return *starts;
}

/** The length of the name without a colon and `word` at its end; 0 if it does not end with them. */
static size_t length_before(const char *name, size_t length, const char *word)
{
    if (!ends_with(name, length, word))
        return 0;
    length -= strlen(word);
    for (const char *const *colon = colons; *colon; colon++)
        if (ends_with(name, length, *colon))
            return length - strlen(*colon);
    return 0;
}

/** "letter.pdf:Zone.Identifier", perhaps followed by ":$DATA". */
static bool is_stream(const char *name)
{
    size_t length = strlen(name), before_type = length_before(name, length, STREAM_TYPE);
    length = before_type ? before_type : length;
    for (const char *const *stream = streams; *stream; stream++)
        if (length_before(name, length, *stream))
            return true;
    return false;
}

/** The name that a Mac gives a document while saving it: "a.pdf.sb-1a2b3c4d-Xy12Zk". */
static bool is_safe_save(const char *name)
{
    static const char pattern[] = ".sb-xxxxxxxx-xxxxxx"; /* an x stands for a letter or digit */
    size_t length = strlen(name), tail = sizeof(pattern) - 1;
    if (length < tail)
        return false;
    for (size_t i = 0; i < tail; i++) {
        unsigned char c = (unsigned char)name[length - tail + i];
        if (pattern[i] == 'x' ? !isalnum(c) : tolower(c) != pattern[i])
            return false;
    }
    return true;
}

/** For files and directories. */
static struct filtered judge_name(const char *name)
{
    const char *start = start_of(name, never_starts), *end = end_of(name, never_ends);
    if (start)
        return because(FILTER_NEVER_START, start);
    if (end)
        return because(FILTER_NEVER_END, end);
    if (one_of(name, never_names) || is_stream(name) || is_safe_save(name))
        return because(FILTER_NEVER_NAME, NULL);
    return because(FILTER_TAKEN, NULL);
}

static bool is_marker(const struct folder *folder, const char *name)
{
    size_t before;
    const char *after;
    if (!path_marker_split(folder->marker, &before, &after))
        return false;
    if (path_marker_is_of_batch(folder->marker))
        return strcasecmp(name, after) == 0;
    size_t length = strlen(name);
    return length > before + strlen(after) && strncasecmp(name, folder->marker, before) == 0 &&
           ends_with(name, length, after);
}

/** In a folder with sidecars every JSON file is one, even without its document. */
static bool is_sidecar(const struct folder *folder, const char *name)
{
    static const char *const ends[] = {".json", NULL};
    return folder->sidecar && end_of(name, ends);
}

/** A pattern with a slash matches the whole path, one without a slash only the name. */
static bool matches(const char *pattern, const char *path, const char *name)
{
    const char *subject = strchr(pattern, '/') ? path : name;
    return subject && text_fits(pattern, subject);
}

/** The first of the patterns that matches; NULL if none does. */
static const char *first_match(char *const *patterns, const char *path, const char *name)
{
    while (*patterns && !matches(*patterns, path, name))
        patterns++;
    return *patterns;
}

/**
 * A shortcut is a document only if a pattern of `include` names it: one that matches, and would not
 * match with another suffix. ("*.url" and "Report.lnk" do, "*" and "Report*" do not.)
 */
static bool is_unnamed_shortcut(const struct folder *folder, const char *path)
{
    const char *end = end_of(path, shortcut_ends);
    char other[PATH_LENGTH_MAX + 1];
    size_t length = strlen(path);
    if (!end || length > PATH_LENGTH_MAX)
        return end != NULL;
    memcpy(other, path, length + 1);
    memset(other + length - strlen(end) + 1, 'z', strlen(end) - 1);
    for (char *const *pattern = folder->include; *pattern; pattern++)
        if (matches(*pattern, path, path_name(path)) && !matches(*pattern, other, path_name(other)))
            return false;
    return true;
}

/** Whether `path` is the fixed first directory of a relative location such as "Uploaded/%Y". */
static bool is_top_of(const char *place, const char *path)
{
    size_t length = strcspn(place, "/");
    return *place != '/' && strncmp(place, path, length) == 0 && path[length] == '\0';
}

/** Whether a scan enters the directory, as far as its own name decides. */
static struct filtered judge_directory(const struct folder *folder, const char *path)
{
    const char *name = path_name(path), *excluded = first_match(folder->exclude, NULL, name);
    struct filtered judged = judge_name(name);
    if (judged.reason)
        return judged;
    if (one_of(name, server_directories))
        return because(FILTER_SERVER, NULL);
    if (is_top_of(folder->archive, path))
        return because(FILTER_ARCHIVE, NULL);
    if (is_top_of(folder->failed, path))
        return because(FILTER_FAILED, NULL);
    return because(excluded ? FILTER_EXCLUDED : FILTER_TAKEN, excluded);
}

/** Whether all directories on the way to `path` are entered by scans. */
static struct filtered judge_way(const struct folder *folder, const char *path)
{
    char above[PATH_LENGTH_MAX + 1];
    struct filtered judged = because(FILTER_TAKEN, NULL);
    size_t length = strlen(path);
    if (length > PATH_LENGTH_MAX)
        return judged; /* nobody can open it: the scan reports that it is too deep */
    memcpy(above, path, length + 1);
    for (char *slash = above; !judged.reason && (slash = strchr(slash, '/')) != NULL;
         *slash++ = '/') {
        *slash = '\0';
        judged = folder->recursive ? judge_directory(folder, above)
                                   : because(FILTER_NOT_RECURSIVE, NULL);
        judged.directory = judged.reason ? (size_t)(slash - above) : 0;
    }
    return judged;
}

static struct filtered judge_patterns(const struct folder *folder, const char *path)
{
    const char *name = path_name(path), *excluded = first_match(folder->exclude, path, name);
    if (folder->include[0] && !first_match(folder->include, path, name))
        return because(FILTER_NOT_INCLUDED, NULL);
    return because(excluded ? FILTER_EXCLUDED : FILTER_TAKEN, excluded);
}

struct filtered filter_judge(const struct folder *folder, const char *path)
{
    const char *name = path_name(path);
    struct filtered judged = judge_name(name);
    if (judged.reason)
        return judged;
    if (is_unnamed_shortcut(folder, path))
        return because(FILTER_SHORTCUT, NULL);
    if (is_marker(folder, name))
        return because(FILTER_MARKER, folder->marker);
    if (is_sidecar(folder, name))
        return because(FILTER_SIDECAR, NULL);
    judged = judge_patterns(folder, path);
    return judged.reason ? judged : judge_way(folder, path);
}

struct filtered filter_judge_directory(const struct folder *folder, const char *path)
{
    struct filtered judged =
        folder->recursive ? judge_directory(folder, path) : because(FILTER_NOT_RECURSIVE, NULL);
    return judged.reason ? judged : judge_way(folder, path);
}

bool filter_takes(const struct folder *folder, const char *path)
{
    return !filter_judge(folder, path).reason;
}

bool filter_enters(const struct folder *folder, const char *path)
{
    return !filter_judge_directory(folder, path).reason;
}

bool filter_ends_batch(const struct folder *folder, const char *path)
{
    return path_marker_is_of_batch(folder->marker) && is_marker(folder, path_name(path)) &&
           !judge_way(folder, path).reason;
}

/* ---- in words ---- */

/** "%s" is the pattern. */
static const char *const reasons[] = {
    [FILTER_TAKEN] = "",
    [FILTER_NEVER_START] = "names that start with \"%s\" are never taken",
    [FILTER_NEVER_END] = "names that end in \"%s\" are never taken",
    [FILTER_NEVER_NAME] = "files with such a name are never taken, see closedrop.conf(5)",
    [FILTER_SHORTCUT] = "it is a shortcut, and include has no pattern for it, such as \"*.url\"",
    [FILTER_MARKER] = "it is the marker of another file (marker = \"%s\")",
    [FILTER_SIDECAR] = "it is the sidecar of another file",
    [FILTER_NOT_INCLUDED] = "no include pattern matches it",
    [FILTER_EXCLUDED] = "the exclude pattern \"%s\" matches it",
    [FILTER_SERVER] = "servers keep such directories for themselves",
    [FILTER_ARCHIVE] = "it is where files go after their upload",
    [FILTER_FAILED] = "it is where failed files go",
    [FILTER_NOT_RECURSIVE] = "the folder has recursive = false",
};

static_assert(COUNT(reasons) == FILTER_REASONS, "each reason has its words");

const char *filter_words(
    const struct filtered *judged, const char *path, char words[FILTER_WORDS_MAX])
{
    int length = 0;
    if (judged->directory)
        length = snprintf(words, FILTER_WORDS_MAX,
            "the directory \"%.*s\" is not entered: ", (int)judged->directory, path);
    if (length >= 0 && length < FILTER_WORDS_MAX)
        snprintf(words + length, (size_t)(FILTER_WORDS_MAX - length), reasons[judged->reason],
            judged->pattern ? judged->pattern : "");
    return words;
}
