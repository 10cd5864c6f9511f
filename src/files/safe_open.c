/** Every open that a hostile folder could turn against us, by openat2(2) from the folder's root. */
#include "closedrop/files/safe_open.h"

#include "closedrop/base/cleanup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

bool safe_open_is_absent(int error)
{
    switch (error) {
    case -ENOENT:
    case -ENOTDIR:
    case -ELOOP:
    case -EXDEV:
    case -EACCES:
    case -EPERM:
    case -ENAMETOOLONG:
        return true;
    default:
        return false;
    }
}

int safe_open_root(const char *path)
{
    int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

static int open_beneath(int root, const char *relative, int flags)
{
    struct open_how how = {
        .flags = (uint64_t)(flags | O_NOFOLLOW | O_CLOEXEC),
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,
    };
    long fd = syscall(SYS_openat2, root, *relative ? relative : ".", &how, sizeof(how));
    return fd < 0 ? -errno : (int)fd;
}

int safe_open_path(int root, const char *relative)
{
    return open_beneath(root, relative, O_PATH);
}

int safe_open_directory(int root, const char *relative)
{
    return open_beneath(root, relative, O_RDONLY | O_DIRECTORY);
}

int safe_open_tree(int root, const char *relative)
{
    CLEANUP(close_fd) int fd = safe_open_directory(root, relative);
    CLEANUP(close_fd) int inside = fd < 0 ? -1 : safe_open_path(fd, "");
    return fd < 0 ? fd : inside < 0 ? inside : TAKE_FD(fd);
}

int safe_reopen_known(int path_fd, mode_t mode)
{
    if (!S_ISREG(mode))
        return -EINVAL;
    char path[32];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", path_fd);
    /* O_NONBLOCK: a hostile write lease would make a plain open wait 45 seconds */
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

int safe_reopen_file(int path_fd)
{
    struct stat stat;
    return fstat(path_fd, &stat) < 0 ? -errno : safe_reopen_known(path_fd, stat.st_mode);
}

int safe_open_file(int root, const char *relative)
{
    CLEANUP(close_fd) int path_fd = safe_open_path(root, relative);
    return path_fd < 0 ? path_fd : safe_reopen_file(path_fd);
}

bool directory_is_empty(int directory)
{
    int fd = safe_open_directory(directory, "");
    DIR *entries = fd < 0 ? NULL : fdopendir(fd);
    if (!entries) {
        if (fd >= 0)
            close(fd);
        return false;
    }
    const struct dirent *entry;
    bool empty = true;
    while (empty && (entry = readdir(entries)) != NULL)
        empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    closedir(entries);
    return empty;
}
