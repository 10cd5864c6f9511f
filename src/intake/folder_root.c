/** Finds the directory at a folder's path, keeps it open, and gives it up. */
#include "folder_root.h"
#include "closed.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/files/safe_open.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

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

int folder_root_find(const char *path, struct found_root *ret_found)
{
    struct statx stat;
    CLEANUP(close_fd) int root = safe_open_root(path);
    CLEANUP(close_fd) int listable = root < 0 ? root : safe_open_tree(root, "");
    if (listable < 0)
        return listable;
    if (statx(root, "", AT_EMPTY_PATH, STATX_INO | STATX_MNT_ID, &stat) < 0)
        return -errno;
    char *real_path = real_path_of(root);
    if (!real_path)
        return -ENOMEM;
    *ret_found = (struct found_root){TAKE_FD(root), real_path,
        makedev(stat.stx_dev_major, stat.stx_dev_minor), stat.stx_ino,
        stat.stx_mask & STATX_MNT_ID ? stat.stx_mnt_id : 0};
    return 0;
}

bool folder_root_is_same(const struct watched *folder, const struct found_root *found)
{
    return folder->root.fd >= 0 && folder->health.device == found->device &&
           folder->health.inode == found->inode && folder->root.mount == found->mount &&
           strcmp(folder->root.real_path, found->real_path) == 0;
}

void folder_root_leave(struct watched *folder)
{
    scan_free(folder->schedule.scan);
    folder->schedule.scan = NULL;
    for (char *subtree; (subtree = schedule_take_subtree(&folder->schedule)) != NULL;)
        free(subtree);
    closed_forget(folder);
    folder->coverage.unwatched = 0;
    ownership_release(&folder->claim.ownership, folder->claim.is_ours ? folder->root.fd : -1,
        folder->watch->queue);
    folder->claim.is_ours = false;
    if (folder->root.fd >= 0)
        close(folder->root.fd);
    folder->root.fd = -1;
    free(folder->root.real_path);
    folder->root.real_path = NULL;
}

void folder_root_lose(struct watched *folder)
{
    if (folder->root.fd >= 0 && !folder->coverage.polls)
        watch_restart_later(folder->watch);
    folder_root_leave(folder);
}
