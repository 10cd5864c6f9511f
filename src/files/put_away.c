/* Moving and deleting: first taken into .closedrop/, looked at there, then put where it goes. */
#include "closedrop/files/put_away.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/str.h"
#include "closedrop/files/lease.h"
#include "closedrop/files/path.h"
#include "closedrop/files/safe_open.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/** What a directory is called while it is made. */
#define NEW_DIRECTORY ".closedrop-new"
#define NUMBERS_MAX 10000
#define SLICE (4 * 1024 * 1024)
#define COMPANION_MAX (1024 * 1024)

int staging_open(int root)
{
    if (mkdirat(root, STAGING_NAME, 0700) < 0 && errno != EEXIST)
        return -errno;
    int fd = safe_open_directory(root, STAGING_NAME);
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

/* ---- places ---- */

/**
 * Make a directory that looks like `like` as soon as it has its name: an unclean end at any moment
 * leaves none behind that people cannot look into. One that is there meanwhile is as good.
 */
static int make_directory(int parent, const char *name, const struct stat *like)
{
    if (mkdirat(parent, NEW_DIRECTORY, 0700) < 0 && errno != EEXIST)
        return -errno;
    CLEANUP(close_fd)
    int fd = openat(parent, NEW_DIRECTORY, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    /* the group may be one we are not in: then ours has to do */
    (void)!fchown(fd, (uid_t)-1, like->st_gid);
    (void)fchmod(fd, like->st_mode & 07777);
    bool named = renameat(parent, NEW_DIRECTORY, parent, name) == 0;
    if (!named && errno != ENOTEMPTY && errno != EEXIST)
        return -errno;
    return 0;
}

/** One directory more on the way, made where it is missing. To pass through, we need not list it.
 */
static int step_into(int parent, const char *name, bool trusted, const struct stat *like)
{
    int flags = O_PATH | O_DIRECTORY | O_CLOEXEC | (trusted ? 0 : O_NOFOLLOW);
    int fd = openat(parent, name, flags);
    if (fd < 0 && errno == ENOENT) {
        int made = make_directory(parent, name, like);
        if (made < 0)
            return made;
        fd = openat(parent, name, flags);
    }
    return fd < 0 ? -errno : fd;
}

/** Walk down `path` from `base`; an absolute one was named by the administrator and is trusted. */
static int walk_into(int base, const char *path, const struct stat *like)
{
    bool trusted = *path == '/';
    int at = trusted ? open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)
                     : openat(base, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (at < 0)
        return -errno;
    CLEANUP(free_text) char *parts = strdup(path);
    char *rest = parts;
    for (char *name; at >= 0 && (name = strsep(&rest, "/")) != NULL;) {
        if (!*name)
            continue;
        int next = step_into(at, name, trusted, like);
        close(at);
        at = next;
    }
    CLEANUP(close_fd) int end = at;
    if (end < 0 || !parts)
        return parts ? end : -ENOMEM;
    int fd = openat(end, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); /* fsync(2) takes no O_PATH */
    return fd < 0 ? -errno : fd;
}

char *destination_path(const char *pattern, int64_t at_ms, const char *path)
{
    char base[PATH_LENGTH_MAX + 1];
    time_t at = (time_t)(at_ms / 1000);
    struct tm local;
    CLEANUP(free_text) char *below = path_directory(path);
    if (!below || !localtime_r(&at, &local) || !strftime(base, sizeof(base), pattern, &local))
        return NULL;
    return *below ? path_join(base, below) : strdup(base);
}

int destination_open(int root, const char *path, struct destination *ret_destination)
{
    struct destination destination = {.directory = -1, .path = strdup(path)};
    if (!destination.path || fstat(root, &destination.like) < 0) {
        free(destination.path);
        return destination.path ? -errno : -ENOMEM;
    }
    destination.directory = walk_into(root, path, &destination.like);
    if (destination.directory < 0) {
        free(destination.path);
        return destination.directory;
    }
    *ret_destination = destination;
    return 0;
}

void destination_close(struct destination *destination)
{
    if (destination->directory >= 0)
        close(destination->directory);
    free(destination->path);
    *destination = (struct destination){.directory = -1};
}

int destination_find(const struct destination *destination, const char *name,
    const struct identity *identity, char **ret_name)
{
    for (unsigned number = 1; number < NUMBERS_MAX; number++) {
        struct file_state state;
        CLEANUP(free_text) char *candidate = path_numbered(name, number);
        CLEANUP(close_fd)
        int path_fd = candidate ? safe_open_path(destination->directory, candidate) : -ENOMEM;
        int result = path_fd < 0 ? path_fd : file_state_read(path_fd, &state);
        if (result == -ENOENT || (result < 0 && !safe_open_is_absent(result)))
            return result;
        if (result < 0 || state.identity.size != identity->size ||
            state.identity.mtime_ns != identity->mtime_ns)
            continue;
        *ret_name = TAKE_PTR(candidate);
        return 0;
    }
    return -ENOENT;
}

int destination_write(const struct destination *destination, const char *name, const char *text,
    mode_t mode, gid_t gid)
{
    if (unlinkat(destination->directory, name, 0) < 0 && errno != ENOENT)
        return -errno;
    CLEANUP(close_fd)
    int fd = openat(
        destination->directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    size_t length = strlen(text);
    ssize_t written = write(fd, text, length);
    if (written < 0 || (size_t)written < length) {
        int error = written < 0 ? errno : ENOSPC;
        unlinkat(destination->directory, name, 0);
        return -error;
    }
    (void)!fchown(fd, (uid_t)-1, gid);
    bool is_good =
        fchmod(fd, mode & 0666) == 0 && fsync(fd) == 0 && fsync(destination->directory) == 0;
    return is_good ? 0 : -errno;
}

/* ---- taking, moving, deleting ---- */

/**
 * Take its name from a file, if it still has it: another that took the name meanwhile, in a folder
 * that people write to, stays. 0 or a negative errno.
 */
static int unlink_file(const struct stat *file, int directory, const char *name)
{
    struct stat named;
    if (fstatat(directory, name, &named, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? 0 : -errno;
    if (file->st_dev != named.st_dev || file->st_ino != named.st_ino)
        return 0;
    return unlinkat(directory, name, 0) < 0 && errno != ENOENT ? -errno : 0;
}

/** The file has both names; a failure leaves it the old one. */
static int drop_old_name(int from_directory, const char *from, int to_directory, const char *to)
{
    if (unlinkat(from_directory, from, 0) == 0 || errno == ENOENT)
        return 0;
    int error = errno;
    unlinkat(to_directory, to, 0);
    return -error;
}

/** A new and empty file of this name, which is closed: FUSE would keep an open one (.fuse_hidden).
 */
static int reserve(int directory, const char *name, struct stat *ret_file)
{
    CLEANUP(close_fd)
    int fd = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    return fd < 0 || fstat(fd, ret_file) < 0 ? -errno : 0;
}

static int rename_over_reserved(
    int from_directory, const char *from, int to_directory, const char *to)
{
    struct stat reserved = {0};
    int result = reserve(to_directory, to, &reserved);
    if (result < 0 || renameat(from_directory, from, to_directory, to) == 0)
        return result;
    int error = errno;
    unlink_file(&reserved, to_directory, to);
    return error == EEXIST ? -EPERM : -error; /* it does not replace: no other name would do */
}

/** Whether link(2) failed because of the file system, or a rule about links. */
static bool has_no_links(int error)
{
    return error == EPERM || error == EOPNOTSUPP || error == ENOSYS || error == EMLINK;
}

int rename_to_free_name(int from_directory, const char *from, int to_directory, const char *to)
{
    if (renameat2(from_directory, from, to_directory, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -errno;
    if (linkat(from_directory, from, to_directory, to, 0) == 0)
        return drop_old_name(from_directory, from, to_directory, to);
    return has_no_links(errno) ? rename_over_reserved(from_directory, from, to_directory, to)
                               : -errno;
}

/** Try `name`, then its numbered sisters, until `attempt` finds one free. */
static int with_free_name(const char *name, int (*attempt)(void *context, const char *name),
    void *context, char **ret_name)
{
    for (unsigned number = 1; number < NUMBERS_MAX; number++) {
        CLEANUP(free_text) char *candidate = path_numbered(name, number);
        int result = candidate ? attempt(context, candidate) : -ENOMEM;
        if (result == -EEXIST)
            continue;
        if (result >= 0)
            *ret_name = TAKE_PTR(candidate);
        return result;
    }
    return -EEXIST;
}

struct rename_attempt {
    int from_directory;
    const char *from;
    int to_directory;
};

static int try_rename(void *context, const char *name)
{
    const struct rename_attempt *a = context;
    return rename_to_free_name(a->from_directory, a->from, a->to_directory, name);
}

/**
 * Whether what has this name is the file, and nobody has it open for writing: what a writer adds
 * after it was put away would be lost. enum taken; -EBUSY while somebody has it open; or another
 * negative errno.
 */
static int judge(int directory, const char *name, const struct identity *identity)
{
    struct file_state state;
    CLEANUP(close_fd) int path_fd = safe_open_path(directory, name);
    if (path_fd < 0)
        return path_fd == -ENOENT || path_fd == -ENOTDIR ? TAKEN_GONE : path_fd;
    /* one that cannot be read is put away too */
    CLEANUP(close_fd) int fd = safe_reopen_file(path_fd);
    bool is_written = fd == -EWOULDBLOCK || (fd >= 0 && lease_take(fd) == LEASE_REFUSED);
    int result = file_state_read(path_fd, &state);
    if (result < 0)
        return result;
    if (!identity_equal(&state.identity, identity))
        return TAKEN_ANOTHER;
    return is_written ? -EBUSY : TAKEN;
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
    struct rename_attempt attempt = {staging, staged_name(id, name), parent >= 0 ? parent : top};
    CLEANUP(free_text) char *given = NULL;
    int result = with_free_name(path_name(path), try_rename, &attempt, &given);
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
    int result = judge(directory, name, identity);
    if (result != TAKEN)
        return result;
    if (renameat(directory, name, staging, staged) < 0)
        return -errno;
    return judge(staging, staged, identity);
}

int put_away_take(
    int root, int staging, const char *path, int64_t id, const struct identity *identity)
{
    char name[STAGED_NAME_MAX];
    int result = judge(staging, staged_name(id, name), identity);
    if (result == TAKEN_GONE) {
        CLEANUP(free_text) char *parent_path = path_directory(path);
        CLEANUP(close_fd)
        int parent = parent_path ? safe_open_directory(root, parent_path) : -ENOMEM;
        result = parent < 0 ? parent : take_from(parent, path_name(path), staging, name, identity);
    }
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
    struct rename_attempt attempt = {from_directory, from, destination->directory};
    CLEANUP(free_text) char *given = NULL;
    int result = with_free_name(name, try_rename, &attempt, &given);
    if (result < 0)
        return result;
    /* the journal keeps order: when the last rename is on disk, so is the one into staging */
    if (fsync(destination->directory) < 0)
        return -errno;
    *ret_name = TAKE_PTR(given);
    return 0;
}

int put_away_delete(int staging, int64_t id)
{
    char name[STAGED_NAME_MAX];
    if (unlinkat(staging, staged_name(id, name), 0) < 0 && errno != ENOENT)
        return -errno;
    return fsync(staging) < 0 ? -errno : 0;
}

/* ---- copying ---- */

struct copy {
    int from_directory;
    char *from_name;
    int from;
    int to;
    int directory;
    char temporary[48]; /* "" where the copy has no name yet (O_TMPFILE) */
    struct file_state before;
    int64_t done;
};

/** A file with no name, or where the file system has no such thing, a hidden one. */
static int open_copy(struct copy *copy)
{
    int fd = openat(copy->directory, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0)
        return fd;
    snprintf(copy->temporary, sizeof(copy->temporary), ".closedrop-%" PRId64 ".part",
        copy->before.identity.mtime_ns);
    unlinkat(copy->directory, copy->temporary, 0);
    fd = openat(
        copy->directory, copy->temporary, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    return fd < 0 ? -errno : fd;
}

int copy_begin(int from_directory, const char *from, const struct destination *destination,
    struct copy **ret_copy)
{
    struct copy *copy = calloc(1, sizeof(*copy));
    if (!copy)
        return -ENOMEM;
    *copy = (struct copy){.from_directory = from_directory, .from = -1, .to = -1};
    copy->directory = destination->directory;
    copy->from_name = strdup(from);
    copy->from = copy->from_name ? safe_open_file(from_directory, from) : -ENOMEM;
    int result = copy->from < 0 ? copy->from : file_state_read(copy->from, &copy->before);
    if (result >= 0) {
        copy->to = open_copy(copy);
        result = copy->to < 0 ? copy->to : 0;
    }
    if (result < 0)
        copy_free(copy);
    else
        *ret_copy = copy;
    return result;
}

/** All bytes are there: make the copy look like its original, and durable. */
static int complete(const struct copy *copy)
{
    struct file_state after;
    struct stat stat;
    int result = file_state_read(copy->from, &after);
    if (result < 0)
        return result;
    if (!identity_equal(&after.identity, &copy->before.identity) ||
        copy->done != copy->before.identity.size)
        return -ESTALE;
    if (fstat(copy->from, &stat) < 0)
        return -errno;
    const struct timespec times[2] = {stat.st_atim, stat.st_mtim};
    (void)!fchown(copy->to, (uid_t)-1, stat.st_gid);
    (void)fchmod(copy->to, stat.st_mode & 0777);
    (void)futimens(copy->to, times);
    return fsync(copy->to) < 0 ? -errno : 0;
}

/** Whether only this way of copying failed: so says a file system, a kernel, a container's filter.
 */
static bool has_no_ranges(int error)
{
    return error == EXDEV || error == EINVAL || error == EOPNOTSUPP || error == ENOSYS ||
           error == EPERM;
}

int copy_step(struct copy *copy)
{
    off_t offset = copy->done;
    ssize_t moved = copy_file_range(copy->from, &offset, copy->to, NULL, SLICE, 0);
    if (moved < 0 && has_no_ranges(errno)) {
        static char buffer[256 * 1024];
        moved = pread(copy->from, buffer, sizeof(buffer), copy->done);
        if (moved > 0)
            moved = pwrite(copy->to, buffer, (size_t)moved, copy->done);
    }
    if (moved < 0)
        return -errno;
    copy->done += moved;
    bool is_more = moved > 0 && copy->done <= copy->before.identity.size; /* or it grows */
    return is_more ? 1 : complete(copy);
}

static int try_name(void *context, const char *name)
{
    const struct copy *copy = context;
    if (copy->temporary[0])
        return rename_to_free_name(copy->directory, copy->temporary, copy->directory, name);
    char path[32];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", copy->to);
    return linkat(AT_FDCWD, path, copy->directory, name, AT_SYMLINK_FOLLOW) < 0 ? -errno : 0;
}

int copy_finish(struct copy *copy, const char *name, char **ret_name)
{
    CLEANUP(free_text) char *given = NULL;
    struct stat original, made;
    if (fstat(copy->from, &original) < 0 || fstat(copy->to, &made) < 0)
        return -errno;
    int result = with_free_name(name, try_name, copy, &given);
    if (result < 0)
        return result;
    copy->temporary[0] = '\0';
    result = fsync(copy->directory) < 0
                 ? -errno
                 : unlink_file(&original, copy->from_directory, copy->from_name);
    if (result < 0) {
        unlink_file(&made, copy->directory, given); /* not two of them: it is copied again */
        return result;
    }
    *ret_name = TAKE_PTR(given);
    return fsync(copy->from_directory) < 0 ? -errno : 0;
}

void copy_free(struct copy *copy)
{
    if (!copy)
        return;
    if (copy->temporary[0])
        unlinkat(copy->directory, copy->temporary, 0);
    if (copy->from >= 0)
        close(copy->from);
    if (copy->to >= 0)
        close(copy->to);
    free(copy->from_name);
    free(copy);
}

/* ---- companions ---- */

static int copy_small(struct copy *copy, const char *new_name, char **ret_name)
{
    int result = copy->before.identity.size <= COMPANION_MAX ? 1 : -EFBIG;
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
    struct rename_attempt attempt = {directory, name, destination->directory};
    if (with_free_name(new_name, try_rename, &attempt, &given) == -EXDEV)
        copy_companion(directory, name, destination, new_name);
}
