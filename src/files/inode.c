/** A path followed as the kernel does, to the device and inode at its end, or at the end of what
 * exists. */
#include "closedrop/files/inode.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/files/path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define DIRECTORY_FLAGS (O_PATH | O_DIRECTORY | O_CLOEXEC)

/** What the kernel knows already will do: a server that is silent is not asked. */
static int find(int directory, const char *path, int flags, struct inode *ret_inode)
{
    struct statx stat;
    if (statx(directory, path, flags | AT_STATX_DONT_SYNC, STATX_INO, &stat) < 0)
        return -errno;
    *ret_inode =
        (struct inode){makedev(stat.stx_dev_major, stat.stx_dev_minor), (ino_t)stat.stx_ino};
    return 0;
}

int inode_of(int fd, struct inode *ret_inode)
{
    return find(fd, "", AT_EMPTY_PATH, ret_inode);
}

int inode_at(int directory, const char *path, struct inode *ret_inode)
{
    return find(directory, path, 0, ret_inode);
}

bool inode_equal(const struct inode *a, const struct inode *b)
{
    return a->device == b->device && a->number == b->number;
}

/** The directory that `path` is, is in, or would be created in; a descriptor or -1. */
static int open_nearest(const char *path)
{
    CLEANUP(free_text) char *at = strdup(path);
    while (at && *at) {
        char real[PATH_MAX];
        bool exists = realpath(at, real) != NULL;
        int fd = exists ? open(real, DIRECTORY_FLAGS) : -1;
        if (fd >= 0)
            return fd;
        char *above = path_directory(exists ? real : at);
        free(at);
        at = above;
    }
    return at && *path == '/' ? open("/", DIRECTORY_FLAGS) : -1;
}

bool inode_holds(const char *directory, const char *path)
{
    struct inode top = {0, 0}, here = top, above = top;
    CLEANUP(close_fd) int fd = open_nearest(path);
    if (fd < 0 || inode_at(AT_FDCWD, directory, &top) < 0 || inode_of(fd, &here) < 0)
        return false;
    while (!inode_equal(&here, &top)) {
        int parent = openat(fd, "..", DIRECTORY_FLAGS);
        close_fd(&fd);
        fd = parent;
        if (fd < 0 || inode_of(fd, &above) < 0 || inode_equal(&here, &above))
            return false;
        here = above;
    }
    return true;
}
