/**
 * A library to preload: the n-th call of a chosen kind fails, once or from then on.
 *
 *     FAULT_KIND=NAME     which calls are counted, a name of the table below
 *     FAULT_ERRNO=NUMBER  what they fail with; for a kind called short-... nothing fails, it does
 * one byte only FAULT_AT=N          the first that fails; 0: none does, they are only counted
 *     FAULT_ONCE=1        and the last; unset: all that follow fail too
 *     FAULT_OURS=1        count only what the program itself calls, not its libraries
 *     FAULT_TOLD=FILE     gets three numbers at the end: calls counted, ms of processor, ms of time
 *     FAULT_SHOW=1        say on standard error, call by call, where a failing one came from
 *
 * What is written to standard error never fails: that is where a program says what is wrong. A
 * crash is said there too, with the calls that led to it.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum kind {
    OPEN,
    READ,
    WRITE,
    SHORT_READ,
    SHORT_WRITE,
    FSYNC,
    FDATASYNC,
    RENAME,
    LINK,
    UNLINK,
    MKDIR,
    STAT,
    HANDLE,
    LEASE,
    LOCK,
    READDIR,
    TRUNCATE,
    COPY,
    MALLOC,
    SOCKET,
    CONNECT,
    SEND,
    RECV,
    POLL,
    EVENTFD,
    THREAD,
    WATCH,
    KINDS
};

static const char *const names[KINDS] = {
    [OPEN] = "open",
    [READ] = "read",
    [WRITE] = "write",
    [SHORT_READ] = "short-read",
    [SHORT_WRITE] = "short-write",
    [FSYNC] = "fsync",
    [FDATASYNC] = "fdatasync",
    [RENAME] = "rename",
    [LINK] = "link",
    [UNLINK] = "unlink",
    [MKDIR] = "mkdir",
    [STAT] = "stat",
    [HANDLE] = "handle",
    [LEASE] = "lease",
    [LOCK] = "lock",
    [READDIR] = "readdir",
    [TRUNCATE] = "truncate",
    [COPY] = "copy",
    [MALLOC] = "malloc",
    [SOCKET] = "socket",
    [CONNECT] = "connect",
    [SEND] = "send",
    [RECV] = "recv",
    [POLL] = "poll",
    [EVENTFD] = "eventfd",
    [THREAD] = "thread",
    [WATCH] = "watch",
};

static enum kind chosen = KINDS;
static int error;
static long at;
static bool once, only_ours, shows;
static uintptr_t ours_from, ours_to;
static atomic_long count;
static struct timespec began;

/* ---- what fails ---- */

static void show(const char *what)
{
    static _Thread_local bool inside;
    void *calls[32];
    if (inside)
        return;
    inside = true;
    int saved = errno;
    dprintf(STDERR_FILENO, "shim: %s\n", what);
    backtrace_symbols_fd(calls, backtrace(calls, 32), STDERR_FILENO);
    errno = saved;
    inside = false;
}

static bool is_ours(const void *caller)
{
    uintptr_t address = (uintptr_t)caller;
    return address >= ours_from && address < ours_to;
}

/** Count a call; whether it is one that fails, errno is set then. */
static bool fails(enum kind kind, const void *caller)
{
    if (kind != chosen || (only_ours && !is_ours(caller)))
        return false;
    long number = atomic_fetch_add(&count, 1) + 1;
    if (!at || number < at || (once && number > at))
        return false;
    if (shows)
        show(names[kind]);
    errno = error;
    return true;
}

/* ---- life ---- */

static int find_program(struct dl_phdr_info *info, size_t size, void *context)
{
    (void)size;
    (void)context;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        if (info->dlpi_phdr[i].p_type != PT_LOAD || !(info->dlpi_phdr[i].p_flags & PF_X))
            continue;
        ours_from = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
        ours_to = ours_from + info->dlpi_phdr[i].p_memsz;
    }
    return 1; /* the program itself is the first */
}

static void crashed(int number)
{
    void *calls[64];
    chosen = KINDS;
    dprintf(STDERR_FILENO, "shim: crashed by signal %d\n", number);
    backtrace_symbols_fd(calls, backtrace(calls, 64), STDERR_FILENO);
    signal(number, SIG_DFL);
    raise(number);
}

static long number_of(const char *variable)
{
    const char *text = getenv(variable);
    return text ? atol(text) : 0;
}

__attribute__((constructor)) static void begin(void)
{
    static const int crashes[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL};
    const char *name = getenv("FAULT_KIND");
    void *calls[2];
    backtrace(calls, 2); /* the first time it needs memory */
    dl_iterate_phdr(find_program, NULL);
    for (size_t i = 0;
         i < sizeof(crashes) / sizeof(*crashes) && !dlsym(RTLD_DEFAULT, "__asan_init"); i++)
        signal(crashes[i], crashed);
    clock_gettime(CLOCK_MONOTONIC, &began);
    error = (int)number_of("FAULT_ERRNO");
    at = number_of("FAULT_AT");
    once = number_of("FAULT_ONCE");
    only_ours = number_of("FAULT_OURS");
    shows = number_of("FAULT_SHOW");
    for (enum kind kind = 0; name && kind < KINDS; kind++)
        if (strcmp(names[kind], name) == 0)
            chosen = kind;
}

static long ms_between(struct timespec from, struct timespec to)
{
    return (to.tv_sec - from.tv_sec) * 1000 + (to.tv_nsec - from.tv_nsec) / 1000000;
}

__attribute__((destructor)) static void end(void)
{
    const char *path = getenv("FAULT_TOLD");
    struct rusage usage;
    struct timespec now;
    chosen = KINDS;
    FILE *file = path ? fopen(path, "w") : NULL;
    if (!file)
        return;
    clock_gettime(CLOCK_MONOTONIC, &now);
    getrusage(RUSAGE_SELF, &usage);
    fprintf(file, "%ld %ld %ld\n", atomic_load(&count),
        usage.ru_utime.tv_sec * 1000 + usage.ru_utime.tv_usec / 1000 +
            usage.ru_stime.tv_sec * 1000 + usage.ru_stime.tv_usec / 1000,
        ms_between(began, now));
    fclose(file);
}

/* ---- the calls ---- */

/** The real one, looked up once. */
#define REAL(name)                                                                                 \
    ({                                                                                             \
        static __typeof__(&name) real;                                                             \
        if (!real)                                                                                 \
            real = (__typeof__(&name))dlsym(RTLD_NEXT, #name);                                     \
        real;                                                                                      \
    })

#define CALLER __builtin_return_address(0)

/** A wrapper that returns `failed` where the call is one that fails. */
#define WRAP(kind, failed, type, name, parameters, arguments)                                      \
    type name parameters;                                                                          \
    type name parameters                                                                           \
    {                                                                                              \
        return fails(kind, CALLER) ? failed : REAL(name) arguments;                                \
    }

/* open: the mode is there only where a file may be made, and passing one more does no harm */
#define MODE(last)                                                                                 \
    ({                                                                                             \
        va_list more;                                                                              \
        va_start(more, last);                                                                      \
        mode_t mode = va_arg(more, mode_t);                                                        \
        va_end(more);                                                                              \
        mode;                                                                                      \
    })
#define WRAP_OPEN(name)                                                                            \
    int name(const char *path, int flags, ...)                                                     \
    {                                                                                              \
        return fails(OPEN, CALLER) ? -1 : REAL(name)(path, flags, MODE(flags));                    \
    }
#define WRAP_OPENAT(name)                                                                          \
    int name(int directory, const char *path, int flags, ...)                                      \
    {                                                                                              \
        return fails(OPEN, CALLER) ? -1 : REAL(name)(directory, path, flags, MODE(flags));         \
    }
int __openat_2(int directory, const char *path, int flags);
WRAP_OPEN(open)
WRAP_OPEN(open64)
WRAP_OPENAT(openat)
WRAP_OPENAT(openat64)
WRAP(OPEN, -1, int, __openat_2, (int directory, const char *path, int flags),
    (directory, path, flags))
WRAP(OPEN, NULL, FILE *, fopen, (const char *path, const char *mode), (path, mode))
WRAP(OPEN, NULL, FILE *, fopen64, (const char *path, const char *mode), (path, mode))
WRAP(OPEN, NULL, DIR *, opendir, (const char *path), (path))
WRAP(OPEN, NULL, DIR *, fdopendir, (int fd), (fd))
WRAP(OPEN, -1, int, signalfd, (int fd, const sigset_t *set, int flags), (fd, set, flags))

/** openat2 has no function of its own. */
long syscall(long number, ...)
{
    long a[6];
    va_list more;
    va_start(more, number);
    for (int i = 0; i < 6; i++)
        a[i] = va_arg(more, long);
    va_end(more);
    if (number == SYS_openat2 && fails(OPEN, CALLER))
        return -1;
    return REAL(syscall)(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* read and write: fail, or do one byte */
static size_t cut(enum kind kind, size_t length, const void *caller)
{
    return length > 1 && fails(kind, caller) ? 1 : length;
}

#define WRAP_MOVE(kind, short_kind, name, parameters, excluded, ...)                               \
    ssize_t name parameters;                                                                       \
    ssize_t name parameters                                                                        \
    {                                                                                              \
        if (!(excluded)) {                                                                         \
            if (fails(kind, CALLER))                                                               \
                return -1;                                                                         \
            length = cut(short_kind, length, CALLER);                                              \
        }                                                                                          \
        return REAL(name)(__VA_ARGS__);                                                            \
    }
ssize_t __pread_chk(int fd, void *bytes, size_t length, off_t offset, size_t room);
WRAP_MOVE(READ, SHORT_READ, read, (int fd, void *bytes, size_t length), false, fd, bytes, length)
WRAP_MOVE(READ, SHORT_READ, pread, (int fd, void *bytes, size_t length, off_t offset), false, fd,
    bytes, length, offset)
WRAP_MOVE(READ, SHORT_READ, pread64, (int fd, void *bytes, size_t length, off64_t offset), false,
    fd, bytes, length, offset)
WRAP_MOVE(READ, SHORT_READ, __pread_chk,
    (int fd, void *bytes, size_t length, off_t offset, size_t room), false, fd, bytes, length,
    offset, room)
WRAP_MOVE(WRITE, SHORT_WRITE, write, (int fd, const void *bytes, size_t length),
    fd == STDERR_FILENO, fd, bytes, length)
WRAP_MOVE(WRITE, SHORT_WRITE, pwrite, (int fd, const void *bytes, size_t length, off_t offset),
    false, fd, bytes, length, offset)
WRAP_MOVE(WRITE, SHORT_WRITE, pwrite64, (int fd, const void *bytes, size_t length, off64_t offset),
    false, fd, bytes, length, offset)
WRAP_MOVE(SEND, SHORT_WRITE, send, (int fd, const void *bytes, size_t length, int flags), false, fd,
    bytes, length, flags)
WRAP_MOVE(RECV, SHORT_READ, recv, (int fd, void *bytes, size_t length, int flags), false, fd, bytes,
    length, flags)
WRAP_MOVE(COPY, SHORT_WRITE, copy_file_range,
    (int in, off64_t *from, int out, off64_t *to, size_t length, unsigned flags), false, in, from,
    out, to, length, flags)

/* what makes it durable, and names */
WRAP(FSYNC, -1, int, fsync, (int fd), (fd))

/** Of directories only SQLite asks this, and by its design ignores the answer. */
int fdatasync(int fd)
{
    struct stat state;
    bool is_directory = fstat(fd, &state) == 0 && S_ISDIR(state.st_mode);
    if (!is_directory && fails(FDATASYNC, CALLER))
        return -1;
    return REAL(fdatasync)(fd);
}

WRAP(RENAME, -1, int, rename, (const char *from, const char *to), (from, to))
WRAP(RENAME, -1, int, renameat2,
    (int from, const char *path, int to, const char *name, unsigned flags),
    (from, path, to, name, flags))
WRAP(LINK, -1, int, linkat, (int from, const char *path, int to, const char *name, int flags),
    (from, path, to, name, flags))
WRAP(UNLINK, -1, int, unlink, (const char *path), (path))
WRAP(UNLINK, -1, int, unlinkat, (int fd, const char *path, int flags), (fd, path, flags))
WRAP(MKDIR, -1, int, mkdir, (const char *path, mode_t mode), (path, mode))
WRAP(MKDIR, -1, int, mkdirat, (int fd, const char *path, mode_t mode), (fd, path, mode))
WRAP(TRUNCATE, -1, int, ftruncate, (int fd, off_t length), (fd, length))
WRAP(TRUNCATE, -1, int, ftruncate64, (int fd, off64_t length), (fd, length))
WRAP(TRUNCATE, error, int, posix_fallocate, (int fd, off_t from, off_t length), (fd, from, length))
WRAP(TRUNCATE, -1, int, fchmod, (int fd, mode_t mode), (fd, mode))
WRAP(TRUNCATE, -1, int, fchown, (int fd, uid_t uid, gid_t gid), (fd, uid, gid))

/* what a file is */
WRAP(STAT, -1, int, stat, (const char *path, struct stat *state), (path, state))
WRAP(STAT, -1, int, stat64, (const char *path, struct stat64 *state), (path, state))
WRAP(STAT, -1, int, lstat, (const char *path, struct stat *state), (path, state))
WRAP(STAT, -1, int, fstat, (int fd, struct stat *state), (fd, state))
WRAP(STAT, -1, int, fstat64, (int fd, struct stat64 *state), (fd, state))
WRAP(STAT, -1, int, fstatat, (int fd, const char *path, struct stat *state, int flags),
    (fd, path, state, flags))
WRAP(STAT, -1, int, statx, (int fd, const char *path, int flags, unsigned mask, struct statx *stat),
    (fd, path, flags, mask, stat))
WRAP(STAT, -1, int, access, (const char *path, int mode), (path, mode))
WRAP(STAT, -1, ssize_t, readlink, (const char *path, char *to, size_t room), (path, to, room))
WRAP(STAT, NULL, char *, getcwd, (char *path, size_t room), (path, room))
WRAP(HANDLE, -1, int, name_to_handle_at,
    (int fd, const char *path, struct file_handle *handle, int *mount, int flags),
    (fd, path, handle, mount, flags))
WRAP(READDIR, NULL, struct dirent *, readdir, (DIR * entries), (entries))
WRAP(READDIR, NULL, struct dirent64 *, readdir64, (DIR * entries), (entries))

static enum kind kind_of_control(int command)
{
    bool is_lease = command == F_SETLEASE || command == F_GETLEASE;
    bool is_lock = command == F_SETLK || command == F_GETLK || command == F_SETLKW;
    return is_lease ? LEASE : is_lock ? LOCK : KINDS;
}

#define WRAP_CONTROL(name)                                                                         \
    int name(int fd, int command, ...)                                                             \
    {                                                                                              \
        va_list more;                                                                              \
        va_start(more, command);                                                                   \
        void *argument = va_arg(more, void *);                                                     \
        va_end(more);                                                                              \
        enum kind kind = kind_of_control(command);                                                 \
        bool failed = kind != KINDS && fails(kind, CALLER);                                        \
        return failed ? -1 : REAL(name)(fd, command, argument);                                    \
    }
WRAP_CONTROL(fcntl)
WRAP_CONTROL(fcntl64)

/* the machine beyond the disk */
WRAP(SOCKET, -1, int, socket, (int domain, int type, int protocol), (domain, type, protocol))
WRAP(SOCKET, -1, int, socketpair, (int domain, int type, int protocol, int fds[2]),
    (domain, type, protocol, fds))
WRAP(SOCKET, -1, int, bind, (int fd, const struct sockaddr *address, socklen_t length),
    (fd, address, length))
WRAP(SOCKET, -1, int, listen, (int fd, int most), (fd, most))
WRAP(SOCKET, -1, int, accept4, (int fd, struct sockaddr *address, socklen_t *length, int flags),
    (fd, address, length, flags))
WRAP(CONNECT, -1, int, connect, (int fd, const struct sockaddr *address, socklen_t length),
    (fd, address, length))
WRAP(POLL, -1, int, poll, (struct pollfd * fds, nfds_t length, int timeout), (fds, length, timeout))
WRAP(POLL, -1, int, epoll_wait, (int fd, struct epoll_event *events, int most, int timeout),
    (fd, events, most, timeout))
WRAP(EVENTFD, -1, int, eventfd, (unsigned start, int flags), (start, flags))
WRAP(EVENTFD, -1, int, epoll_create1, (int flags), (flags))
WRAP(EVENTFD, -1, int, epoll_ctl, (int fd, int what, int other, struct epoll_event *event),
    (fd, what, other, event))
WRAP(THREAD, error, int, pthread_create,
    (pthread_t * thread, const pthread_attr_t *options, void *(*run)(void *), void *context),
    (thread, options, run, context))
WRAP(WATCH, -1, int, inotify_init, (void), ())
WRAP(WATCH, -1, int, inotify_init1, (int flags), (flags))
WRAP(WATCH, -1, int, inotify_add_watch, (int fd, const char *path, uint32_t mask), (fd, path, mask))

/* memory: what the C library itself asks for on behalf of the program is wrapped one by one */
WRAP(MALLOC, NULL, void *, malloc, (size_t size), (size))
WRAP(MALLOC, NULL, void *, calloc, (size_t length, size_t size), (length, size))
WRAP(MALLOC, NULL, void *, realloc, (void *memory, size_t size), (memory, size))
WRAP(MALLOC, NULL, void *, reallocarray, (void *memory, size_t length, size_t size),
    (memory, length, size))

#define WRAP_OURS(type, name, parameters, arguments)                                               \
    type name parameters;                                                                          \
    type name parameters                                                                           \
    {                                                                                              \
        return only_ours && fails(MALLOC, CALLER) ? NULL : REAL(name) arguments;                   \
    }
WRAP_OURS(char *, strdup, (const char *text), (text))
WRAP_OURS(char *, strndup, (const char *text, size_t length), (text, length))
WRAP_OURS(char *, __strdup, (const char *text), (text))
