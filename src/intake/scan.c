/** Walks through a folder's tree, a slice of entries per call. */
#define LOG_MODULE "scan"

#include "closedrop/intake/scan.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/log.h"
#include "closedrop/config/own_files.h"
#include "closedrop/files/path.h"
#include "closedrop/files/safe_open.h"
#include "closedrop/intake/filter.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_MAX 64

/** A directory on the way down. */
struct level {
    DIR *entries;
    char *path;
    bool tells;
    bool has_entries;
};

struct scan {
    const struct config *config;
    const struct folder *folder;
    int root;
    struct scan_calls calls;
    struct level levels[DEPTH_MAX];
    size_t depth;
};

/** Whether its path is too long for system calls, or it is nested too deep; that is reported. */
static bool is_unreachable(struct scan *scan, const char *path, bool is_directory)
{
    bool is_too_deep = is_directory && scan->depth == DEPTH_MAX;
    if (!is_too_deep && strlen(path) <= PATH_LENGTH_MAX)
        return false;
    log_warn("%s/%s cannot be reached: its path is too long, or more than %d directories deep; use "
             "shorter names, or move it up",
        scan->folder->name, path, DEPTH_MAX);
    scan->calls.unreachable(scan->calls.context);
    return true;
}

/** Enter a directory: watch it before listing it, so that nothing is missed in between. */
static void descend(struct scan *scan, const char *path)
{
    if (is_unreachable(scan, path, true))
        return;
    int fd = safe_open_tree(scan->root, path);
    if (fd == -EACCES)
        scan->calls.closed(scan->calls.context, path);
    else if (fd == -EXDEV)
        log_warn(
            "%s/%s is on another file system and is ignored; configure it as a folder of its own",
            scan->folder->name, path);
    else if (fd < 0 && fd != -ENOENT && fd != -ENOTDIR && fd != -ELOOP)
        log_warn("%s/%s cannot be listed: %s", scan->folder->name, path, strerror(-fd));
    if (fd < 0) {
        if (!safe_open_is_absent(fd))
            scan->calls.missed(scan->calls.context, fd);
        return;
    }
    char words[OWN_DIRECTORY_MAX];
    if (*path && own_directory(scan->config, scan->folder, fd, words)) {
        log_warn("%s/%s is %s under another name and is ignored", scan->folder->name, path, words);
        close(fd);
        return;
    }
    bool tells = scan->calls.directory(scan->calls.context, path);
    char *copy = strdup(path);
    DIR *entries = copy ? fdopendir(fd) : NULL;
    if (!entries) {
        scan->calls.missed(scan->calls.context, copy ? -errno : -ENOMEM);
        free(copy);
        close(fd);
        return;
    }
    scan->levels[scan->depth++] = (struct level){entries, copy, tells, false};
}

static void ascend(struct scan *scan)
{
    struct level *level = &scan->levels[--scan->depth];
    closedir(level->entries);
    free(level->path);
}

struct scan *scan_new(const struct config *config, const struct folder *folder, int root,
    const char *path, const struct scan_calls *calls)
{
    struct scan *scan = calloc(1, sizeof(*scan));
    if (!scan)
        return NULL;
    scan->config = config;
    scan->folder = folder;
    scan->root = root;
    scan->calls = *calls;
    descend(scan, path);
    return scan;
}

void scan_free(struct scan *scan)
{
    if (!scan)
        return;
    while (scan->depth)
        ascend(scan);
    free(scan);
}

static bool is_directory(DIR *entries, const struct dirent *entry)
{
    struct stat stat;
    if (entry->d_type != DT_UNKNOWN)
        return entry->d_type == DT_DIR;
    return fstatat(dirfd(entries), entry->d_name, &stat, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISDIR(stat.st_mode);
}

static void visit(struct scan *scan, const struct dirent *entry)
{
    const struct level *level = &scan->levels[scan->depth - 1];
    CLEANUP(free_text) char *path = path_join(level->path, entry->d_name);
    if (!path)
        scan->calls.missed(scan->calls.context, -ENOMEM);
    bool is_below = path && is_directory(level->entries, entry);
    if (path && !is_below && level->tells && !is_unreachable(scan, path, false))
        scan->calls.entry(scan->calls.context, path);
    else if (is_below && filter_enters(scan->folder, path))
        descend(scan, path);
}

/** A directory is listed completely, or as far as possible. */
static void end_directory(struct scan *scan, int error)
{
    const struct level *level = &scan->levels[scan->depth - 1];
    if (error)
        scan->calls.missed(scan->calls.context, -error);
    else if (!level->has_entries && *level->path)
        scan->calls.empty(scan->calls.context, level->path, dirfd(level->entries));
    ascend(scan);
}

bool scan_step(struct scan *scan, int entries)
{
    while (scan->depth && entries-- > 0) {
        struct level *level = &scan->levels[scan->depth - 1];
        errno = 0;
        const struct dirent *entry = readdir(level->entries);
        if (!entry) {
            end_directory(scan, errno);
        } else if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            level->has_entries = true;
            visit(scan, entry);
        }
    }
    return scan->depth > 0;
}
