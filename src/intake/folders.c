/** Tracks which directory a folder is at present, and watches its directories. */
#include "folders.h"
#include "folder_claim.h"
#include "folder_root.h"
#include "polling.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/remedy.h"
#include "closedrop/base/str.h"
#include "closedrop/config/own_files.h"
#include "closedrop/files/path.h"
#include "closedrop/files/put_away.h"
#include "closedrop/files/rights.h"
#include "closedrop/files/safe_open.h"
#include "closedrop/intake/events.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void be_away(struct watched *folder, const char *format, const char *why)
{
    folder_root_lose(folder);
    folder->health.healthy = false;
    snprintf(folder->health.message, sizeof(folder->health.message), format, why);
}

static void be_closed(struct watched *folder, int error)
{
    char words[RIGHTS_WORDS];
    CLEANUP(close_fd) int root = error == -EACCES ? safe_open_root(folder->folder->path) : -1;
    CLEANUP(free_text)
    char *why = str_format("%s%s%s%s", strerror(-error), root < 0 ? "" : "; it ",
        root < 0 ? "" : rights_words(root, RIGHTS_LIST_DIRECTORY, words),
        error == -ENOENT ? REMEDY "create or mount it; it is checked again every poll_interval"
                         : "");
    be_away(folder, "cannot be opened: %s", why ? why : strerror(-error));
}

/** Whether it was used before we came, as far as can be told when its root is found first. */
static void note_use(struct watched *folder)
{
    bool is_first = folder->health.device == 0;
    if (is_first && faccessat(folder->root.fd, STAGING_NAME, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
        folder->health.was_used = true;
}

bool folder_enter(struct watched *folder)
{
    struct found_root found = {.root = -1};
    char words[OWN_DIRECTORY_MAX];
    int error = folder_root_find(folder->folder->path, &found);
    if (found.root < 0) {
        be_closed(folder, error);
        return false;
    }
    if (own_directory(folder->watch->config, folder->folder, found.root, words)) {
        close(found.root);
        free(found.real_path);
        be_away(folder, "is %s under another name; drop folders must not overlap", words);
        return false;
    }
    if (folder_root_is_same(folder, &found)) {
        close(found.root);
        free(found.real_path);
        return folder->claim.is_ours || (!folder_yield_to_above(folder) && folder_claim(folder));
    }
    if (folder->root.fd >= 0)
        folder_root_lose(folder);
    folder->root.fd = found.root;
    folder->root.real_path = found.real_path;
    folder->root.mount = found.mount;
    note_use(folder);
    if (folder_yield_to_above(folder) || folder_yield(folder) || !folder_claim(folder))
        return false;
    folder->health.healthy = true;
    folder->health.device = found.device;
    folder->health.inode = found.inode;
    polling_decide(folder);
    folder_request_scan(folder);
    return true;
}

static bool has_gone(int error)
{
    return error == -ENOENT || error == -ENOTDIR || error == -ELOOP;
}

bool folder_watch_directory(void *context, const char *path)
{
    struct watched *folder = context;
    if (folder_is_of_another(folder, path))
        return false;
    if (folder->coverage.polls)
        return true;
    CLEANUP(free_text)
    char *full = *path ? path_join(folder->root.real_path, path) : strdup(folder->root.real_path);
    int result = full ? events_watch(full) : -ENOMEM;
    if (result < 0 && !has_gone(result)) {
        folder->coverage.unwatched++;
        folder->coverage.unwatched_why = result;
    }
    return folder->schedule.kind != SCAN_UNWATCHED || result != EVENTS_WATCHED;
}

void folder_watch_parent(const struct watched *folder)
{
    const char *path = folder->root.real_path ? folder->root.real_path : folder->folder->path;
    CLEANUP(free_text) char *parent = path_directory(path);
    if (!folder->coverage.polls && parent && *parent)
        (void)events_watch(parent);
}
