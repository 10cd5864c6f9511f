/**
 * A library to preload: it counts the calls that make something durable, or leave the machine, and
 * kills the process at the one whose number is in $CRASH_AT, as a power switch would: before the
 * call with $CRASH_WHEN=before, else after it. With $CRASH_COUNT the number of calls is written to
 * that file at the end.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long count;

static long crash_at(void)
{
    const char *text = getenv("CRASH_AT");
    return text ? atol(text) : 0;
}

static int dies_before(void)
{
    const char *text = getenv("CRASH_WHEN");
    return text && strcmp(text, "before") == 0;
}

static void die(void)
{
    kill(getpid(), SIGKILL);
    pause();
}

/** Count a call; whether the process is to die after it. */
static int enter(void)
{
    int is_it = atomic_fetch_add(&count, 1) + 1 == crash_at();
    if (is_it && dies_before())
        die();
    return is_it;
}

static void leave(int is_it)
{
    if (is_it)
        die();
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

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/** A wrapper that counts, calls the real one, and returns what that returned. */
#define WRAP(type, name, parameters, arguments)                                                    \
    type name parameters;                                                                          \
    type name parameters                                                                           \
    {                                                                                              \
        int is_it = enter();                                                                       \
        type result = REAL(name) arguments;                                                        \
        leave(is_it);                                                                              \
        return result;                                                                             \
    }

WRAP(int, fsync, (int fd), (fd))
WRAP(int, fdatasync, (int fd), (fd))
WRAP(ssize_t, pwrite64, (int fd, const void *bytes, size_t length, off64_t at),
    (fd, bytes, length, at))
WRAP(int, ftruncate64, (int fd, off64_t length), (fd, length))
WRAP(int, unlink, (const char *path), (path))
WRAP(int, unlinkat, (int fd, const char *path, int flags), (fd, path, flags))
WRAP(int, linkat, (int from, const char *path, int to, const char *name, int flags),
    (from, path, to, name, flags))
WRAP(int, renameat2, (int from, const char *path, int to, const char *name, unsigned flags),
    (from, path, to, name, flags))
WRAP(int, mkdirat, (int fd, const char *path, mode_t mode), (fd, path, mode))
WRAP(ssize_t, send, (int fd, const void *bytes, size_t length, int flags),
    (fd, bytes, length, flags))
WRAP(ssize_t, recv, (int fd, void *bytes, size_t length, int flags), (fd, bytes, length, flags))
