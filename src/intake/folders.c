#define LOG_MODULE "watch"

#include "inner.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/log.h"
#include "closedrop/files/filesystem.h"
#include "closedrop/files/path.h"
#include "closedrop/files/safe_open.h"
#include "closedrop/intake/events.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void set_unhealthy(struct watched *folder, const char *format, const char *detail)
{
    folder->health.healthy = false;
    snprintf(folder->health.message, sizeof(folder->health.message), format, detail);
}

void folder_leave(struct watched *folder)
{
    scan_free(folder->scan);
    folder->scan = NULL;
    while (folder->subtree_count)
        free(folder->subtrees[--folder->subtree_count]);
    if (folder->root >= 0)
        close(folder->root);
    folder->root = -1;
    free(folder->real_path);
    folder->real_path = NULL;
}

static char *real_path_of(int root)
{
    char link[32], path[PATH_MAX];
    snprintf(link, sizeof(link), "/proc/self/fd/%d", root);
    ssize_t length = readlink(link, path, sizeof(path) - 1);
    if (length < 0)
        return NULL;
    path[length] = '\0';
    return strdup(path);
}

void folder_decide_polling(const struct watch *watch, struct watched *folder)
{
    enum watch_mode mode = folder->folder->watch;
    folder->health.message[0] = '\0';
    folder->polls = mode == WATCH_POLL || watch->events < 0 ||
                    (mode == WATCH_AUTO && !filesystem_of(folder->root).tells_all);
    if (watch->events < 0 && mode != WATCH_POLL)
        snprintf(folder->health.message, sizeof(folder->health.message),
            "no file events (%s; see fs.inotify.max_user_instances): looks every poll_interval",
            strerror(-watch->events));
}

/** Open the folder's root, or see that it is still the same. Returns whether it is there. */
bool folder_enter(struct watch *watch, struct watched *folder)
{
    struct stat stat;
    int root = safe_open_root(folder->folder->path);
    CLEANUP(close_fd) int listable = root < 0 ? -1 : safe_open_directory(root, "");
    if (root < 0 || listable < 0 || fstat(root, &stat) < 0) {
        int error = root < 0 ? -root : listable < 0 ? -listable : errno;
        set_unhealthy(folder, "cannot be opened: %s", strerror(error));
        folder_leave(folder);
        if (root >= 0)
            close(root);
        return false;
    }
    bool same = folder->root >= 0 && folder->health.device == stat.st_dev &&
                folder->health.inode == stat.st_ino;
    if (same) {
        close(root);
        return true;
    }
    bool had_another = folder->root >= 0;
    folder_leave(folder);
    folder->root = root;
    folder->real_path = real_path_of(root);
    folder->health.healthy = folder->real_path != NULL;
    folder->health.device = stat.st_dev;
    folder->health.inode = stat.st_ino;
    folder_decide_polling(watch, folder);
    if (had_another)
        watch->restart_ms = clock_steady_ms(); /* the watches are those of the old directory */
    return folder->health.healthy;
}

static void degrade(struct watched *folder, int error)
{
    folder->polls = true;
    snprintf(folder->health.message, sizeof(folder->health.message), "%s",
        error == -ENOSPC
            ? "the limit of watches is reached: looks every poll_interval; raise it with "
              "`sysctl fs.inotify.max_user_watches=1000000`"
            : strerror(-error));
    log_warn("%s: %s", folder->folder->name, folder->health.message);
}

void folder_watch_directory(void *context, const char *path)
{
    struct watched *folder = context;
    if (folder->polls)
        return;
    CLEANUP(free_text)
    char *full = *path ? path_join(folder->real_path, path) : strdup(folder->real_path);
    int result = full ? events_watch(full) : -ENOMEM;
    if (result < 0 && result != -ENOENT && result != -ENOTDIR && result != -ELOOP)
        degrade(folder, result);
}

void folder_watch_parent(const struct watched *folder)
{
    const char *path = folder->real_path ? folder->real_path : folder->folder->path;
    CLEANUP(free_text) char *parent = path_directory(path);
    if (!folder->polls && parent && *parent)
        (void)events_watch(parent);
}
