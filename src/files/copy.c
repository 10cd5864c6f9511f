/** Copies of files on another file system, a slice at a time. */
#include "closedrop/files/copy.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/files/destination.h"
#include "closedrop/files/free_name.h"
#include "closedrop/files/identity.h"
#include "closedrop/files/safe_open.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SLICE (4 * 1024 * 1024)

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

int64_t copy_size(const struct copy *copy)
{
    return copy->before.identity.size;
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
        static _Thread_local char buffer[256 * 1024];
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
    int result = free_name_try(name, try_name, copy, &given);
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
