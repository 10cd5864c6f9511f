/** Forks, and passes on what the other process tells until it ends or is silent for too long. */
#include "closedrop/files/apart.h"

#include "closedrop/base/array.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/str.h"
#include "closedrop/files/mounts.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/** Where it tells what it finds: the first descriptor behind standard error. */
#define TELL_FD (STDERR_FILENO + 1)

/* ---- in the other process ---- */

static bool is_apart;

static void send_message(const void *message, size_t length)
{
    if (send(TELL_FD, message, length, MSG_NOSIGNAL) != (ssize_t)length)
        _exit(EXIT_FAILURE); /* nobody is waiting for it any more */
}

void apart_tell(const void *message, size_t length)
{
    assert(is_apart && length > 1 && length <= APART_MESSAGE_MAX);
    send_message(message, length);
}

void apart_show_life(void)
{
    if (is_apart)
        send_message("", 1);
}

/** Keep nothing open but our end of the socket. */
static void leave_descriptors(int ours)
{
    int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = STDIN_FILENO; nowhere >= 0 && fd <= STDERR_FILENO; fd++)
        (void)dup2(nowhere, fd);
    if (ours != TELL_FD)
        (void)dup2(ours, TELL_FD);
    (void)close_range(TELL_FD + 1, ~0U, 0);
}

static void run_child(const struct apart *apart, int ours)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    leave_descriptors(ours);
    is_apart = true;
    apart->examine(apart->subject);
    _exit(EXIT_SUCCESS);
}

/* ---- in this process ---- */

static int64_t patience_of(const struct apart *apart)
{
    bool is_shorter = apart->patience_ms > 0 && apart->patience_ms < APART_MAX_MS;
    return is_shorter ? apart->patience_ms : APART_MAX_MS;
}

/** Returns the length of the next message, 0 at the end, or -ETIMEDOUT. */
static ssize_t next_message(const struct apart *apart, int socket, char *message)
{
    int64_t now, end = clock_steady_ms() + patience_of(apart);
    while ((now = clock_steady_ms()) < end) {
        struct pollfd wait = {.fd = socket, .events = POLLIN};
        if (poll(&wait, 1, (int)(end - now)) > 0)
            return recv(socket, message, APART_MESSAGE_MAX, 0);
    }
    return -ETIMEDOUT;
}

static int take_messages(const struct apart *apart, int socket)
{
    char *message = malloc(APART_MESSAGE_MAX);
    ssize_t length = message ? 1 : -ENOMEM;
    while (length > 0) {
        length = next_message(apart, socket, message);
        if (length > 1)
            apart->take(apart->context, message, (size_t)length);
    }
    free(message);
    return (int)length;
}

/** One that hangs cannot even be killed, so only one that has ended is waited for. */
static int reap(pid_t child, int result)
{
    int how = 0;
    if (result < 0)
        (void)kill(child, SIGKILL);
    while (waitpid(child, &how, result < 0 ? WNOHANG : 0) < 0 && errno == EINTR)
        ;
    return result == 0 && how ? -ECHILD : result;
}

static int run(const struct apart *apart)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return -errno;
    pid_t child = fork();
    int result = -errno;
    if (child == 0)
        run_child(apart, ends[1]);
    close(ends[1]);
    if (child > 0)
        result = reap(child, take_messages(apart, ends[0]));
    close(ends[0]);
    return result;
}

/** The file systems that did not answer. */
static struct {
    dev_t devices[16];
    size_t count;
} silent;

static bool is_silent(dev_t device)
{
    size_t i = 0;
    while (i < silent.count && silent.devices[i] != device)
        i++;
    return i < silent.count;
}

int apart_run(const struct apart *apart)
{
    dev_t device;
    bool may_hang = apart->path && path_may_hang(apart->path, &device);
    if (may_hang && is_silent(device))
        return -ETIMEDOUT;
    int result = run(apart);
    if (result == -ETIMEDOUT && may_hang && silent.count < COUNT(silent.devices))
        silent.devices[silent.count++] = device;
    return result;
}

/* ---- how it failed ---- */

char *apart_words(const char *path, int error)
{
    if (error == -ETIMEDOUT)
        return str_format("%s does not answer (its file server or disk hangs)", path);
    if (error == -ECHILD)
        return str_format("the examination of %s crashed", path);
    return str_format("%s cannot be examined: %s", path, strerror(-error));
}

const char *apart_remedy(int error)
{
    return error == -ETIMEDOUT ? "check the file server and the network; if that does not help, "
                                 "unmount it (umount -l) and mount it again"
           : error == -ECHILD  ? "report this, with \"closedrop --version\""
                               : "try again when fewer programs are running";
}
