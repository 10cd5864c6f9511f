/**
 * Decides which names are documents, with tables of names that nobody drops and the folder's
 * patterns.
 */
#include "closedrop/intake/filter.h"

#include "closedrop/base/str.h"
#include "closedrop/base/text.h"
#include "closedrop/files/path.h"

#include <ctype.h>
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

static bool is_one_of(const char *name, const char *const *names)
{
    while (*names && strcasecmp(name, *names) != 0)
        names++;
    return *names != NULL;
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
static bool is_never_taken(const char *name)
{
    for (const char *const *start = never_starts; *start; start++)
        if (str_starts_with(name, *start))
            return true;
    return is_one_of(name, never_names) || end_of(name, never_ends) || is_stream(name) ||
           is_safe_save(name);
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

static bool matches_any(char *const *patterns, const char *path, const char *name)
{
    while (*patterns && !matches(*patterns, path, name))
        patterns++;
    return *patterns != NULL;
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

static bool enters(const struct folder *folder, const char *path)
{
    const char *name = path_name(path);
    return !is_never_taken(name) && !is_one_of(name, server_directories) &&
           !is_top_of(folder->archive, path) && !is_top_of(folder->failed, path) &&
           !matches_any(folder->exclude, NULL, name);
}

/** Whether all directories on the way to `path` are entered by scans. */
static bool reaches(const struct folder *folder, const char *path)
{
    char above[PATH_LENGTH_MAX + 1];
    size_t length = strlen(path);
    if (length > PATH_LENGTH_MAX)
        return true; /* nobody can open it: the scan reports that it is too deep */
    memcpy(above, path, length + 1);
    for (char *slash = above; (slash = strchr(slash, '/')) != NULL; *slash++ = '/') {
        *slash = '\0';
        if (!folder->recursive || !enters(folder, above))
            return false;
    }
    return true;
}

bool filter_enters(const struct folder *folder, const char *path)
{
    return folder->recursive && enters(folder, path) && reaches(folder, path);
}

bool filter_ends_batch(const struct folder *folder, const char *path)
{
    return path_marker_is_of_batch(folder->marker) && is_marker(folder, path_name(path)) &&
           reaches(folder, path);
}

const char *filter_leaves_out(const struct folder *folder, const char *path)
{
    const char *name = path_name(path);
    if (is_never_taken(name))
        return "files with such a name are never taken, see closedrop.conf(5)";
    if (is_unnamed_shortcut(folder, path))
        return "it is a shortcut, and include has no pattern for it, such as \"*.url\" or "
               "\"*.lnk\"";
    if (is_marker(folder, name) || is_sidecar(folder, name))
        return "it is the marker or sidecar of another file";
    if (folder->include[0] && !matches_any(folder->include, path, name))
        return "no include pattern matches it";
    if (matches_any(folder->exclude, path, name))
        return "an exclude pattern matches it";
    if (!reaches(folder, path))
        return "a directory in its path is not entered; see recursive, exclude and the names that "
               "are never taken in closedrop.conf(5)";
    return NULL;
}

bool filter_takes(const struct folder *folder, const char *path)
{
    return !filter_leaves_out(folder, path);
}
