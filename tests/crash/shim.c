/**
 * A library to preload: it counts the calls that change what is on the disk, make that durable, or
 * speak with the network, and ends the process just before the one whose number is in $CRASH_AT,
 * as kill -9 would. What was on the disk and on its way after one call is what is there before the
 * next, so these are all the moments that differ.
 *
 * - $CRASH_POWER: a directory; the file system it is on loses its power first: nothing that was
 *   not yet on the disk gets there. Needs CAP_SYS_ADMIN.
 * - $CRASH_COUNT: the number of calls is written to that file at the end.
 * - $CRASH_POISON: a text; the first thread, which does the work, or with $CRASH_POISON_WATCH any
 *   other, aborts the process when it reads bytes that begin with it.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/types.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/** Of linux/ext4.h and xfs_fs.h, which are not among the headers for programs. */
#define SHUTDOWN _IOR('X', 125, __u32)
#define WITHOUT_FLUSHING_THE_LOG 2

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static atomic_long count;

static void cut_power(const char *directory)
{
    __u32 how = WITHOUT_FLUSHING_THE_LOG;
    int fd = REAL(open)(directory, O_RDONLY | O_DIRECTORY);
    if (fd < 0 || ioctl(fd, SHUTDOWN, &how) < 0)
        abort(); /* the test would prove nothing */
}

static void count_call(void)
{
    const char *at = getenv("CRASH_AT");
    const char *power = getenv("CRASH_POWER");
    if (atomic_fetch_add(&count, 1) + 1 != (at ? atol(at) : 0))
        return;
    if (power)
        cut_power(power);
    kill(getpid(), SIGKILL);
    pause();
}

__attribute__((destructor)) static void tell_count(void)
{
    const char *path = getenv("CRASH_COUNT");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (!file)
        return;
    fprintf(file, "%ld\n", atomic_load(&count));
    fclose(file);
}

/** A wrapper that counts where `matters`, calls the real one, and returns what that returned. */
#define WRAP_IF(matters, type, name, parameters, arguments)                                        \
    type name parameters;                                                                          \
    type name parameters                                                                           \
    {                                                                                              \
        if (matters)                                                                               \
            count_call();                                                                          \
        return REAL(name) arguments;                                                               \
    }
#define WRAP(type, name, parameters, arguments) WRAP_IF(1, type, name, parameters, arguments)

/** Opening matters where it may make a file. */
#define WRAP_OPEN(name, parameters, arguments)                                                     \
    int name parameters;                                                                           \
    int name parameters                                                                            \
    {                                                                                              \
        mode_t mode = 0;                                                                           \
        if (flags & (O_CREAT | __O_TMPFILE)) {                                                     \
            va_list list;                                                                          \
            va_start(list, flags);                                                                 \
            mode = va_arg(list, mode_t);                                                           \
            va_end(list);                                                                          \
            count_call();                                                                          \
        }                                                                                          \
        return REAL(name) arguments;                                                               \
    }

/** Writing to a file, not to a pipe or a counter, nor a log to standard error. */
static int is_file(int fd)
{
    struct stat stat;
    return fd > STDERR_FILENO && fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode);
}

WRAP_OPEN(open, (const char *path, int flags, ...), (path, flags, mode))
WRAP_OPEN(open64, (const char *path, int flags, ...), (path, flags, mode))
WRAP_OPEN(openat, (int fd, const char *path, int flags, ...), (fd, path, flags, mode))

WRAP_IF(
    is_file(fd), ssize_t, write, (int fd, const void *bytes, size_t length), (fd, bytes, length))
WRAP(ssize_t, pwrite, (int fd, const void *bytes, size_t length, off_t at), (fd, bytes, length, at))
WRAP(ssize_t, pwrite64, (int fd, const void *bytes, size_t length, off64_t at),
    (fd, bytes, length, at))
WRAP(ssize_t, copy_file_range,
    (int from, off64_t *from_at, int to, off64_t *to_at, size_t length, unsigned flags),
    (from, from_at, to, to_at, length, flags))
WRAP(int, ftruncate64, (int fd, off64_t length), (fd, length))
WRAP(int, posix_fallocate, (int fd, off_t at, off_t length), (fd, at, length))
WRAP(int, fsync, (int fd), (fd))
WRAP(int, fdatasync, (int fd), (fd))

WRAP(int, unlink, (const char *path), (path))
WRAP(int, unlinkat, (int fd, const char *path, int flags), (fd, path, flags))
WRAP(int, linkat, (int from, const char *path, int to, const char *name, int flags),
    (from, path, to, name, flags))
WRAP(int, rename, (const char *from, const char *to), (from, to))
WRAP(int, renameat2, (int from, const char *path, int to, const char *name, unsigned flags),
    (from, path, to, name, flags))
WRAP(int, renameat, (int from, const char *path, int to, const char *name), (from, path, to, name))
WRAP(int, mkdir, (const char *path, mode_t mode), (path, mode))
WRAP(int, mkdirat, (int fd, const char *path, mode_t mode), (fd, path, mode))
WRAP(int, fchmod, (int fd, mode_t mode), (fd, mode))
WRAP(int, fchown, (int fd, uid_t owner, gid_t group), (fd, owner, group))
WRAP(int, futimens, (int fd, const struct timespec times[2]), (fd, times))

WRAP(
    int, connect, (int fd, const struct sockaddr *address, socklen_t length), (fd, address, length))
WRAP(ssize_t, send, (int fd, const void *bytes, size_t length, int flags),
    (fd, bytes, length, flags))
WRAP(ssize_t, recv, (int fd, void *bytes, size_t length, int flags), (fd, bytes, length, flags))

/* ---- poison ---- */

static void taste(const void *bytes, ssize_t length)
{
    const char *poison = getenv("CRASH_POISON");
    bool is_its_thread = (gettid() == getpid()) == !getenv("CRASH_POISON_WATCH");
    if (poison && is_its_thread && length >= (ssize_t)strlen(poison) &&
        !memcmp(bytes, poison, strlen(poison)))
        abort();
}

#define WRAP_READ(name, parameters, arguments)                                                     \
    ssize_t name parameters;                                                                       \
    ssize_t name parameters                                                                        \
    {                                                                                              \
        ssize_t result = REAL(name) arguments;                                                     \
        taste(bytes, result);                                                                      \
        return result;                                                                             \
    }

WRAP_READ(read, (int fd, void *bytes, size_t length), (fd, bytes, length))
WRAP_READ(pread, (int fd, void *bytes, size_t length, off_t at), (fd, bytes, length, at))
