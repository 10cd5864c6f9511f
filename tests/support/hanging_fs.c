/**
 * A FUSE file system that shows the directory BEHIND at MOUNT, and whose calls hang on demand:
 *
 *     hanging_fs BEHIND CONTROL MOUNT      until it is unmounted or ends; in the foreground
 *
 * While the file CONTROL/hang.CALL exists, each call of that name hangs, and so does every call
 * while CONTROL/hang.all exists; CALL is one of the names in `operations` below. If something is
 * written in that file, only calls on paths that begin so hang. The first call that hangs creates
 * CONTROL/hung.CALL, so that a test can wait for it. Nothing is cached.
 */
#define FUSE_USE_VERSION 31

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define PAUSE_US 20000

static char behind[PATH_MAX];
static char control[PATH_MAX];

static void say_hung(const char *call)
{
    char path[PATH_MAX + 64];
    snprintf(path, sizeof(path), "%s/hung.%s", control, call);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
}

/** Whether there is such a file, and the path is one of those in it. */
static int is_told_to(const char *call, const char *path)
{
    char file[PATH_MAX + 64], begin[PATH_MAX];
    snprintf(file, sizeof(file), "%s/hang.%s", control, call);
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t length = read(fd, begin, sizeof(begin));
    close(fd);
    return length <= 0 || (path && strncmp(path, begin, (size_t)length) == 0);
}

static int must_hang(const char *call, const char *path)
{
    return is_told_to(call, path) || is_told_to("all", path);
}

static void gate(const char *call, const char *path)
{
    if (must_hang(call, path))
        say_hung(call);
    while (must_hang(call, path))
        usleep(PAUSE_US);
}

struct real {
    char path[2 * PATH_MAX];
};

static const char *real_path(const char *path, struct real *real)
{
    snprintf(real->path, sizeof(real->path), "%s%s", behind, path);
    return real->path;
}

static int result_of(long result)
{
    return result < 0 ? -errno : (int)result;
}

static int fs_getattr(const char *path, struct stat *stat, struct fuse_file_info *file)
{
    struct real real;
    gate("statx", path);
    return result_of(file ? fstat((int)file->fh, stat) : lstat(real_path(path, &real), stat));
}

static int fs_readlink(const char *path, char *target, size_t room)
{
    struct real real;
    ssize_t length = readlink(real_path(path, &real), target, room - 1);
    if (length < 0)
        return -errno;
    target[length] = '\0';
    return 0;
}

static int fs_mkdir(const char *path, mode_t mode)
{
    struct real real;
    gate("mkdir", path);
    return result_of(mkdir(real_path(path, &real), mode));
}

static int fs_unlink(const char *path)
{
    struct real real;
    gate("unlink", path);
    return result_of(unlink(real_path(path, &real)));
}

static int fs_rmdir(const char *path)
{
    struct real real;
    gate("rmdir", path);
    return result_of(rmdir(real_path(path, &real)));
}

static int fs_rename(const char *from, const char *to, unsigned flags)
{
    struct real real_from, real_to;
    gate("rename", from);
    return result_of(
        renameat2(AT_FDCWD, real_path(from, &real_from), AT_FDCWD, real_path(to, &real_to), flags));
}

static int fs_link(const char *from, const char *to)
{
    struct real real_from, real_to;
    gate("link", from);
    return result_of(link(real_path(from, &real_from), real_path(to, &real_to)));
}

static int fs_chmod(const char *path, mode_t mode, struct fuse_file_info *file)
{
    struct real real;
    return result_of(file ? fchmod((int)file->fh, mode) : chmod(real_path(path, &real), mode));
}

static int fs_chown(const char *path, uid_t uid, gid_t gid, struct fuse_file_info *file)
{
    struct real real;
    return result_of(
        file ? fchown((int)file->fh, uid, gid) : lchown(real_path(path, &real), uid, gid));
}

static int fs_truncate(const char *path, off_t size, struct fuse_file_info *file)
{
    struct real real;
    return result_of(
        file ? ftruncate((int)file->fh, size) : truncate(real_path(path, &real), size));
}

static int keep(int fd, struct fuse_file_info *file)
{
    if (fd < 0)
        return -errno;
    file->fh = (uint64_t)fd;
    return 0;
}

static int fs_open(const char *path, struct fuse_file_info *file)
{
    struct real real;
    gate("open", path);
    return keep(open(real_path(path, &real), file->flags | O_CLOEXEC), file);
}

static int fs_create(const char *path, mode_t mode, struct fuse_file_info *file)
{
    struct real real;
    gate("create", path);
    return keep(open(real_path(path, &real), file->flags | O_CREAT | O_CLOEXEC, mode), file);
}

static int fs_read(
    const char *path, char *buffer, size_t room, off_t offset, struct fuse_file_info *file)
{
    gate("read", path);
    return result_of(pread((int)file->fh, buffer, room, offset));
}

static int fs_write(
    const char *path, const char *bytes, size_t length, off_t offset, struct fuse_file_info *file)
{
    gate("write", path);
    return result_of(pwrite((int)file->fh, bytes, length, offset));
}

static int fs_statfs(const char *path, struct statvfs *stat)
{
    struct real real;
    gate("statfs", path);
    return result_of(statvfs(real_path(path, &real), stat));
}

static int fs_release(const char *path, struct fuse_file_info *file)
{
    (void)path;
    return result_of(close((int)file->fh));
}

static int fs_fsync(const char *path, int only_data, struct fuse_file_info *file)
{
    (void)only_data;
    gate("fsync", path);
    return result_of(fsync((int)file->fh));
}

static int fs_readdir(const char *path, void *buffer, fuse_fill_dir_t fill, off_t offset,
    struct fuse_file_info *file, enum fuse_readdir_flags flags)
{
    struct real real;
    (void)offset;
    (void)file;
    (void)flags;
    gate("readdir", path);
    DIR *entries = opendir(real_path(path, &real));
    const struct dirent *entry;
    if (!entries)
        return -errno;
    while ((entry = readdir(entries)) != NULL)
        (void)fill(buffer, entry->d_name, NULL, 0, 0);
    closedir(entries);
    return 0;
}

static int fs_utimens(const char *path, const struct timespec times[2], struct fuse_file_info *file)
{
    struct real real;
    return result_of(file
                         ? futimens((int)file->fh, times)
                         : utimensat(AT_FDCWD, real_path(path, &real), times, AT_SYMLINK_NOFOLLOW));
}

static const struct fuse_operations operations = {
    .getattr = fs_getattr, /* statx */
    .readlink = fs_readlink,
    .mkdir = fs_mkdir,
    .unlink = fs_unlink,
    .rmdir = fs_rmdir,
    .rename = fs_rename,
    .link = fs_link,
    .chmod = fs_chmod,
    .chown = fs_chown,
    .truncate = fs_truncate,
    .open = fs_open,
    .create = fs_create,
    .read = fs_read,
    .write = fs_write,
    .statfs = fs_statfs,
    .release = fs_release,
    .fsync = fs_fsync,
    .readdir = fs_readdir,
    .utimens = fs_utimens,
};

int main(int argc, char **argv)
{
    static char options[] = "attr_timeout=0,entry_timeout=0,negative_timeout=0,fsname=hanging";
    if (argc != 4 || !realpath(argv[1], behind) || !realpath(argv[2], control)) {
        fprintf(stderr, "usage: %s BEHIND CONTROL MOUNT\n", argv[0]);
        return 64;
    }
    char foreground[] = "-f", with[] = "-o";
    char *arguments[] = {argv[0], foreground, with, options, argv[3], NULL};
    umask(0);
    return fuse_main(5, arguments, &operations, NULL);
}
