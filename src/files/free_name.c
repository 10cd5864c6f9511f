/** Names that are free: found, and given to a file without ever taking another's. */
#include "closedrop/files/free_name.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/files/path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int unlink_file(const struct stat *file, int directory, const char *name)
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

int free_name_try(const char *name, int (*attempt)(void *context, const char *name), void *context,
    char **ret_name)
{
    for (unsigned number = 1; number < FREE_NAME_NUMBERS; number++) {
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

int free_name_rename(
    int from_directory, const char *from, int to_directory, const char *name, char **ret_name)
{
    struct rename_attempt attempt = {from_directory, from, to_directory};
    return free_name_try(name, try_rename, &attempt, ret_name);
}
