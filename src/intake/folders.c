/* Which directory each folder is at present, whether it is ours, and how it is watched. */
#define LOG_MODULE "watch"

#include "folders.h"
#include "closed.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/log.h"
#include "closedrop/base/str.h"
#include "closedrop/config/own_files.h"
#include "closedrop/files/filesystem.h"
#include "closedrop/files/path.h"
#include "closedrop/files/rights.h"
#include "closedrop/files/safe_open.h"
#include "closedrop/intake/events.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* ---- what has no events, and how to mend it ---- */

/** inotify's limits: by sysctl for each user, and for a user namespace (inotify(7), namespaces(7)).
 */
static const struct limit {
    int error;
    const char *of;
    const char *system;
    const char *space;
} limits[] = {
    {-ENOSPC, "watches", "fs.inotify.max_user_watches", "user.max_inotify_watches"},
    {-EMFILE, "inotify instances (or of open files)", "fs.inotify.max_user_instances",
        "user.max_inotify_instances"},
};

static int64_t read_sysctl(const char *name)
{
    char path[64];
    int64_t value = -1;
    snprintf(path, sizeof(path), "/proc/sys/%s", name);
    for (char *dot = path; (dot = strchr(dot, '.')) != NULL;)
        *dot = '/';
    FILE *file = fopen(path, "re");
    if (file && fscanf(file, "%" SCNd64, &value) != 1)
        value = -1;
    if (file)
        fclose(file);
    return value;
}

static int64_t power_of_two_from(int64_t least)
{
    int64_t power = 1;
    while (power < least)
        power *= 2;
    return power;
}

static void explain_limit(
    const struct watch *watch, struct watched *folder, const struct limit *limit, const char *what)
{
    int64_t system = read_sysctl(limit->system), space = read_sysctl(limit->space);
    bool is_of_space = space >= 0 && space < system; /* outside of namespaces the two are one */
    int64_t most = is_of_space ? space : system, missing = 1;
    for (size_t i = 0; i < watch->config->folder_count; i++)
        missing += watch->folders[i].unwatched;
    snprintf(folder->health.message, sizeof(folder->health.message),
        "degraded: %s looked at every poll_interval, for the limit of %" PRId64
        " %s is reached; raise it%s: sysctl -w %s=%" PRId64,
        what, most, limit->of, is_of_space ? " in this user namespace" : "",
        is_of_space ? limit->space : limit->system, power_of_two_from(most + 2 * missing));
}

void folder_explain(const struct watch *watch, struct watched *folder)
{
    bool has_none = folder->wants_events && watch->events < 0;
    int error = has_none ? watch->events : folder->unwatched ? folder->unwatched_why : 0;
    folder->health.message[0] = '\0';
    if (!error)
        return;
    char what[64] = "everything is";
    if (!has_none)
        snprintf(what, sizeof(what), "%" PRId64 " %s", folder->unwatched,
            folder->unwatched == 1 ? "directory is" : "directories are");
    for (size_t i = 0; i < COUNT(limits); i++)
        if (limits[i].error == error) {
            explain_limit(watch, folder, &limits[i], what);
            return;
        }
    snprintf(folder->health.message, sizeof(folder->health.message),
        "degraded: %s looked at every poll_interval, for there are no file events: %s", what,
        strerror(-error));
}

void folder_decide_polling(const struct watch *watch, struct watched *folder)
{
    enum watch_mode mode = folder->folder->watch;
    folder->wants_events =
        mode == WATCH_INOTIFY || (mode == WATCH_AUTO && filesystem_of(folder->root).tells_all);
    folder->polls = !folder->wants_events || watch->events < 0;
    folder_explain(watch, folder);
}

/* ---- its root ---- */

void folder_leave(struct watched *folder)
{
    scan_free(folder->scan);
    folder->scan = NULL;
    while (folder->subtree_count)
        free(folder->subtrees[--folder->subtree_count]);
    closed_forget(folder);
    folder->unwatched = 0;
    ownership_release(
        &folder->ownership, folder->is_claimed ? folder->root : -1, folder->watch->queue);
    folder->is_claimed = false;
    if (folder->root >= 0)
        close(folder->root);
    folder->root = -1;
    free(folder->real_path);
    folder->real_path = NULL;
}

/** The same where it has gone, or is another one: the watches go on in the old one. */
static void lose_root(struct watch *watch, struct watched *folder)
{
    if (folder->root >= 0 && !folder->polls)
        watch_restart_later(watch);
    folder_leave(folder);
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

struct found {
    int root;
    char *real_path;
    uint64_t device;
    uint64_t inode;
    uint64_t mount;
};

/** What lies at a folder's path and can be listed. 0 or a negative errno. */
static int find_root(const char *path, struct found *ret_found)
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
    *ret_found =
        (struct found){TAKE_FD(root), real_path, makedev(stat.stx_dev_major, stat.stx_dev_minor),
            stat.stx_ino, stat.stx_mask & STATX_MNT_ID ? stat.stx_mnt_id : 0};
    return 0;
}

static bool is_same(const struct watched *folder, const struct found *found)
{
    return folder->root >= 0 && folder->health.device == found->device &&
           folder->health.inode == found->inode && folder->mount == found->mount &&
           strcmp(folder->real_path, found->real_path) == 0;
}

/* ---- whose it is ---- */

/** Another has it: it is away, until a later look finds it free. */
static void refuse(
    struct watch *watch, struct watched *folder, const char *where, const struct owner *owner)
{
    char words[OWNER_WORDS];
    char *message = folder->health.message;
    size_t room = sizeof(folder->health.message);
    owner_words(owner, words);
    if (folder->health.healthy)
        lose_root(watch, folder);
    else
        folder_leave(folder); /* nothing of it was watched yet */
    folder_drop_messages(folder);
    folder->asked = 0;
    folder->health.healthy = false;
    if (!where)
        snprintf(message, room, "is %s", words);
    else if (*where == '/')
        snprintf(message, room, "lies in %.120s, which is %s", where, words);
    else
        snprintf(message, room, "has %.120s in it, which is %s", where, words);
}

/** Whether a directory in it was found to be another's, and still is. */
static bool has_conflict(struct watched *folder, struct owner *ret_owner)
{
    if (!folder->conflict)
        return false;
    if (ownership_look(folder->root, folder->conflict, folder->watch->queue, ret_owner) !=
        OWNERSHIP_OURS)
        return true;
    free(folder->conflict);
    folder->conflict = NULL;
    return false;
}

bool folder_yield(struct watch *watch, struct watched *folder)
{
    struct owner owner;
    if (folder->root < 0 || !has_conflict(folder, &owner))
        return false;
    refuse(watch, folder, folder->conflict, &owner);
    return true;
}

static bool yield_to_above(struct watch *watch, struct watched *folder)
{
    struct owner owner;
    CLEANUP(free_text)
    char *above = ownership_look_above(folder->real_path, watch->queue, &owner);
    if (above)
        refuse(watch, folder, above, &owner);
    return above;
}

static void tell_doubt(struct watched *folder, int error)
{
    if (!folder->is_doubtful)
        log_warn("%s: cannot mark the folder as watched: %s/.closedrop/owner: %s; make sure that "
                 "no other closedrop watches it",
            folder->folder->name, folder->folder->path, strerror(-error));
    folder->is_doubtful = true;
}

bool folder_claim(struct watch *watch, struct watched *folder)
{
    struct owner owner;
    int64_t now = clock_steady_ms();
    folder->next_claim_ms = now + OWNERSHIP_BEAT_MS;
    /* the bare mount point of a folder that is not there must stay as bare as it is */
    folder->is_claimed = !directory_is_empty(folder->root);
    if (!folder->is_claimed)
        return true;
    int result = ownership_claim(
        &folder->ownership, folder->root, watch->queue, watch->config->state_dir, now, &owner);
    if (result == OWNERSHIP_REFUSED || result == OWNERSHIP_FOREIGN) {
        refuse(watch, folder, NULL, &owner);
        return false;
    }
    if (result < 0)
        tell_doubt(folder, result);
    return true;
}

static void be_away(
    struct watch *watch, struct watched *folder, const char *format, const char *why)
{
    lose_root(watch, folder);
    folder->health.healthy = false;
    snprintf(folder->health.message, sizeof(folder->health.message), format, why);
}

static void be_closed(struct watch *watch, struct watched *folder, int error)
{
    char words[RIGHTS_WORDS];
    CLEANUP(close_fd) int root = error == -EACCES ? safe_open_root(folder->folder->path) : -1;
    CLEANUP(free_text)
    char *why = str_format("%s%s%s", strerror(-error), root < 0 ? "" : "; it ",
        root < 0 ? "" : rights_words(root, RIGHTS_LIST_DIRECTORY, words));
    be_away(watch, folder, "cannot be opened: %s", why ? why : strerror(-error));
}

bool folder_enter(struct watch *watch, struct watched *folder)
{
    struct found found = {.root = -1};
    char words[OWN_DIRECTORY_MAX];
    int error = find_root(folder->folder->path, &found);
    if (found.root < 0) {
        be_closed(watch, folder, error);
        return false;
    }
    if (own_directory(watch->config, folder->folder, found.root, words)) {
        close(found.root);
        free(found.real_path);
        be_away(watch, folder, "is %s under another name; each folder must stand alone", words);
        return false;
    }
    if (is_same(folder, &found)) {
        close(found.root);
        free(found.real_path);
        return folder->is_claimed ||
               (!yield_to_above(watch, folder) && folder_claim(watch, folder));
    }
    if (folder->root >= 0)
        lose_root(watch, folder);
    folder->root = found.root;
    folder->real_path = found.real_path;
    folder->mount = found.mount;
    if (yield_to_above(watch, folder) || folder_yield(watch, folder) ||
        !folder_claim(watch, folder))
        return false;
    folder->health.healthy = true;
    folder->health.device = found.device;
    folder->health.inode = found.inode;
    folder_decide_polling(watch, folder);
    folder_request_scan(folder);
    return true;
}

/* ---- its watches ---- */

static bool has_gone(int error)
{
    return error == -ENOENT || error == -ENOTDIR || error == -ELOOP;
}

/** Whether the directory is another's, and with it all of the folder. */
static bool is_of_another(struct watched *folder, const char *path)
{
    struct owner owner;
    if (!*path || folder->conflict)
        return folder->conflict;
    if (ownership_look(folder->root, path, folder->watch->queue, &owner) == OWNERSHIP_OURS)
        return false;
    folder->conflict = strdup(path);
    if (!folder->conflict)
        folder_note_error(folder, -ENOMEM);
    return true;
}

bool folder_has(struct watched *folder, const char *path)
{
    if (ownership_is_lost(&folder->ownership, folder->root)) {
        folder->next_claim_ms = 0;
        return false;
    }
    CLEANUP(free_text) char *at = path_directory(path);
    while (at && *at && !is_of_another(folder, at)) {
        char *above = path_directory(at);
        free(at);
        at = above;
    }
    return at && !*at;
}

bool folder_watch_directory(void *context, const char *path)
{
    struct watched *folder = context;
    if (is_of_another(folder, path))
        return false;
    if (folder->polls)
        return true;
    CLEANUP(free_text)
    char *full = *path ? path_join(folder->real_path, path) : strdup(folder->real_path);
    int result = full ? events_watch(full) : -ENOMEM;
    if (result < 0 && !has_gone(result)) {
        folder->unwatched++;
        folder->unwatched_why = result;
    }
    return folder->scan_kind != SCAN_UNWATCHED || result != EVENTS_WATCHED;
}

void folder_watch_parent(const struct watched *folder)
{
    const char *path = folder->real_path ? folder->real_path : folder->folder->path;
    CLEANUP(free_text) char *parent = path_directory(path);
    if (!folder->polls && parent && *parent)
        (void)events_watch(parent);
}
