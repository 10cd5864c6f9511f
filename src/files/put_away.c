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

/** A file that was judged. While it is open, no other can have its inode. */
struct judged {
    int fd; /* under a lease, if `is_leased`; negative: it cannot be read */
    bool is_leased;
    struct file_state state;
};

static void close_judged(struct judged *judged)
{
    close_fd(&judged->fd);
    judged->fd = -1;
}

/**
 * Whether what has this name is the file, and nobody has it open for writing: what a writer adds
 * after it was put away would be lost. enum taken; -EBUSY while somebody has it open; or another
 * negative errno. The caller closes `judged`, whatever the result.
 */
static int judge(
    int directory, const char *name, const struct identity *identity, struct judged *judged)
{
    judged->fd = -1;
    CLEANUP(close_fd) int path_fd = safe_open_path(directory, name);
    if (path_fd < 0)
        return path_fd == -ENOENT || path_fd == -ENOTDIR ? TAKEN_GONE : path_fd;
    /* one that cannot be read is put away too */
    judged->fd = safe_reopen_file(path_fd);
    enum lease lease = judged->fd >= 0 ? lease_take(judged->fd) : LEASE_IMPOSSIBLE;
    judged->is_leased = lease == LEASE_HELD;
    int result = file_state_read(path_fd, &judged->state);
    if (result < 0)
        return result;
    if (!identity_equal(&judged->state.identity, identity))
        return TAKEN_ANOTHER;
    return lease == LEASE_REFUSED || judged->fd == -EWOULDBLOCK ? -EBUSY : TAKEN;
}

/** Whether a file that was judged has this name now, and nobody could write to it since. */
static bool is_still(const struct judged *judged, int directory, const char *name)
{
    return judged->is_leased && file_is_at(directory, name, &judged->state) &&
           !lease_is_called_back(judged->fd);
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
    CLEANUP(close_judged) struct judged before;
    int result = judge(directory, name, identity, &before);
    if (result != TAKEN)
        return result;
    if (renameat(directory, name, staging, staged) < 0)
        return -errno;
    if (is_still(&before, staging, staged))
        return TAKEN;
    close_judged(&before); /* a writer who waits for our lease counts */
    CLEANUP(close_judged) struct judged after;
    return judge(staging, staged, identity, &after);
}

/** The same from the directory of a path below `root`. */
static int take_path(
    int root, const char *path, int staging, const char *staged, const struct identity *identity)
{
    CLEANUP(free_text) char *parent = path_directory(path);
    if (!parent)
        return -ENOMEM;
    if (!*parent)
        return take_from(root, path, staging, staged, identity);
    CLEANUP(close_fd) int directory = safe_open_directory(root, parent);
    return directory < 0 ? directory
                         : take_from(directory, path_name(path), staging, staged, identity);
}

int put_away_take(
    int root, int staging, const char *path, int64_t id, const struct identity *identity)
{
    char name[STAGED_NAME_MAX];
    CLEANUP(close_judged) struct judged staged;
    int result = judge(staging, staged_name(id, name), identity, &staged);
    if (result == TAKEN_GONE)
        result = take_path(root, path, staging, name, identity);
    if (result == -ENOENT || result == -ENOTDIR)
        return TAKEN_GONE;
    if (result == -ELOOP)
        return TAKEN_ANOTHER;
    bool is_staged = faccessat(staging, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
    if (!is_staged || (result != TAKEN_ANOTHER && result != -EBUSY))
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
