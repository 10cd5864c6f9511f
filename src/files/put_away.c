/** Putting files away: first taken into .closedrop/, compared there, then moved where they go. */
#include "closedrop/files/put_away.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/files/copy.h"
#include "closedrop/files/destination.h"
#include "closedrop/files/free_name.h"
#include "closedrop/files/identity.h"
#include "closedrop/files/lease.h"
#include "closedrop/files/path.h"
#include "closedrop/files/safe_open.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define COMPANION_MAX (1024 * 1024)

int staging_open(int root)
{
    int fd = safe_open_directory(root, STAGING_NAME);
    if (fd == -ENOENT) {
        if (mkdirat(root, STAGING_NAME, 0700) < 0 && errno != EEXIST)
            return -errno;
        fd = safe_open_directory(root, STAGING_NAME);
    }
    struct stat stat;
    if (fd < 0)
        return fd == -ENOTDIR || fd == -ELOOP ? -EPERM : fd;
    if (fstat(fd, &stat) == 0 && stat.st_uid == geteuid()) {
        if ((stat.st_mode & 07777) == 0700 || fchmod(fd, 0700) == 0)
            return fd;
    }
    close(fd);
    return -EPERM;
}

const char *staged_name(int64_t id, char name[STAGED_NAME_MAX])
{
    snprintf(name, STAGED_NAME_MAX, "%" PRId64, id);
    return name;
}

/** Open what `path_fd` is and ask for a lease on it; its state is read under that. */
static int hold(int path_fd, struct file_state *state, struct leased_file *ret_held)
{
    CLEANUP(close_fd) int fd = safe_reopen_known(path_fd, state->mode);
    enum lease lease = fd >= 0 ? lease_take_on(fd, state->inode.device) : LEASE_IMPOSSIBLE;
    int result = file_is_at(path_fd, "", state) ? 0 : file_state_read(path_fd, state);
    if (result == 0 && lease == LEASE_HELD)
        *ret_held = (struct leased_file){true, TAKE_FD(fd), *state};
    /* one that cannot be read is put away too */
    return result == 0 && (lease == LEASE_REFUSED || fd == -EWOULDBLOCK) ? -EBUSY : result;
}

/**
 * Whether what has this name is the file, and nobody has it open for writing: what a writer adds
 * after it was put away would be lost. enum taken; -EBUSY while somebody has it open; or another
 * negative errno. The caller closes `ret_held`, whatever the result.
 */
static int judge(
    int directory, const char *name, const struct identity *identity, struct leased_file *ret_held)
{
    struct file_state state;
    *ret_held = (struct leased_file){.is_held = false};
    CLEANUP(close_fd) int path_fd = safe_open_path(directory, name);
    if (path_fd < 0)
        return path_fd == -ENOENT || path_fd == -ENOTDIR ? TAKEN_GONE : path_fd;
    int result = file_state_read(path_fd, &state);
    if (result == 0 && identity_equal(&state.identity, identity))
        result = hold(path_fd, &state, ret_held);
    if (result < 0 && result != -EBUSY)
        return result;
    if (!identity_equal(&state.identity, identity))
        return TAKEN_ANOTHER;
    return result < 0 ? result : TAKEN;
}

int put_away_restore(int root, int staging, int64_t id, const char *path, char **ret_path)
{
    char name[STAGED_NAME_MAX];
    CLEANUP(free_text) char *parent_path = path_directory(path);
    if (!parent_path)
        return -ENOMEM;
    CLEANUP(close_fd) int parent = safe_open_directory(root, parent_path);
    CLEANUP(close_fd) int top = parent == -ENOENT ? safe_open_directory(root, "") : -1;
    if (parent < 0 && top < 0)
        return parent;
    CLEANUP(free_text) char *given = NULL;
    int result = free_name_rename(
        staging, staged_name(id, name), parent >= 0 ? parent : top, path_name(path), &given);
    if (result < 0)
        return result;
    *ret_path = path_join(parent >= 0 ? parent_path : "", given);
    return *ret_path ? 0 : -ENOMEM;
}

/**
 * Into staging, if it is the file; then it is judged again, for no name there can be swapped. Only
 * we can take names there, and this one is free: every file system can rename to it.
 */
static int take_from(int directory, const char *name, int staging, const char *staged,
    const struct identity *identity)
{
    CLEANUP(leased_file_close) struct leased_file before;
    int result = judge(directory, name, identity, &before);
    if (result != TAKEN)
        return result;
    if (renameat(directory, name, staging, staged) < 0)
        return -errno;
    if (leased_file_is_at(&before, staging, staged))
        return TAKEN;
    leased_file_close(&before); /* a writer who waits for our lease counts */
    CLEANUP(leased_file_close) struct leased_file after;
    return judge(staging, staged, identity, &after);
}

/** The directory of a path below `root`, which is `root` itself for a file at the top. */
static int open_parent(int root, const char *path)
{
    CLEANUP(free_text) char *parent = path_directory(path);
    if (!parent)
        return -ENOMEM;
    return *parent ? safe_open_directory(root, parent) : root;
}

static void close_parent(int root, int parent)
{
    if (parent != root)
        close_fd(&parent);
}

/** The same from the directory of a path below `root`. */
static int take_path(
    int root, const char *path, int staging, const char *staged, const struct identity *identity)
{
    int directory = open_parent(root, path);
    int result = directory < 0 ? directory
                               : take_from(directory, path_name(path), staging, staged, identity);
    close_parent(root, directory);
    return result;
}

/** What is held needs no judging, but nothing may have its name in staging. Whether it is there now
 * for certain. */
static bool take_held(
    const struct leased_file *held, int root, const char *path, int staging, const char *staged)
{
    int directory = open_parent(root, path);
    bool is_taken = directory >= 0 && held->is_held &&
                    file_is_at(directory, path_name(path), &held->state) &&
                    renameat2(directory, path_name(path), staging, staged, RENAME_NOREPLACE) == 0 &&
                    leased_file_is_at(held, staging, staged);
    close_parent(root, directory);
    return is_taken;
}

/** It may be in staging already: after a crash that came when it had been taken. */
static int judge_and_take(
    int root, int staging, const char *path, const char *staged, const struct identity *identity)
{
    CLEANUP(leased_file_close) struct leased_file found;
    int result = judge(staging, staged, identity, &found);
    return result == TAKEN_GONE ? take_path(root, path, staging, staged, identity) : result;
}

int put_away_take(int root, int staging, const char *path, int64_t id,
    const struct identity *identity, struct leased_file *held)
{
    char name[STAGED_NAME_MAX];
    staged_name(id, name);
    bool is_taken = held && identity_equal(&held->state.identity, identity) &&
                    take_held(held, root, path, staging, name);
    if (held)
        leased_file_close(held);
    int result = is_taken ? TAKEN : judge_and_take(root, staging, path, name, identity);
    if (result == -ENOENT || result == -ENOTDIR)
        return TAKEN_GONE;
    if (result == -ELOOP)
        return TAKEN_ANOTHER;
    if ((result != TAKEN_ANOTHER && result != -EBUSY) ||
        faccessat(staging, name, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
        return result;
    CLEANUP(free_text) char *back = NULL;
    int restored = put_away_restore(root, staging, id, path, &back);
    return restored < 0 ? restored : result;
}

int put_away_move(int from_directory, const char *from, const struct destination *destination,
    const char *name, char **ret_name)
{
    return free_name_rename(from_directory, from, destination->directory, name, ret_name);
}

int put_away_delete(int staging, int64_t id)
{
    char name[STAGED_NAME_MAX];
    return unlinkat(staging, staged_name(id, name), 0) < 0 && errno != ENOENT ? -errno : 0;
}

/* ---- companions ---- */

static int copy_small(struct copy *copy, const char *new_name, char **ret_name)
{
    int result = copy_size(copy) <= COMPANION_MAX ? 1 : -EFBIG;
    while (result > 0)
        result = copy_step(copy);
    return result < 0 ? result : copy_finish(copy, new_name, ret_name);
}

/** On another file system: small, so it is copied in one go; a large one would hold all others up.
 */
static void copy_companion(
    int directory, const char *name, const struct destination *destination, const char *new_name)
{
    struct copy *copy = NULL;
    CLEANUP(free_text) char *given = NULL;
    if (copy_begin(directory, name, destination, &copy) == 0)
        (void)copy_small(copy, new_name, &given);
    copy_free(copy);
}

void put_away_companion(
    int directory, const char *name, const struct destination *destination, const char *new_name)
{
    CLEANUP(free_text) char *given = NULL;
    if (!destination) {
        unlinkat(directory, name, 0);
        return;
    }
    if (free_name_rename(directory, name, destination->directory, new_name, &given) == -EXDEV)
        copy_companion(directory, name, destination, new_name);
}
