/** A program that the agent runs: started, read from, killed, and waited for. */
#include "child.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

/** A turn reads no more, so that a flood delays nobody. */
#define READ_MAX (64 * 1024)
#define STOP_MAX_MS 1000

/** The text as a file at its beginning: the program need not read it. */
static int open_input(const char *input, size_t length)
{
    int fd = memfd_create("event", MFD_CLOEXEC);
    if (fd < 0)
        return -errno;
    ssize_t wrote = write(fd, input, length);
    if (wrote == (ssize_t)length && lseek(fd, 0, SEEK_SET) == 0)
        return fd;
    close(fd);
    return -EIO;
}

/** In a session of its own, with no signal blocked or ignored. */
static int set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int result = posix_spawnattr_setflags(
        attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    result |= posix_spawnattr_setsigmask(attributes, &none);
    return result | posix_spawnattr_setsigdefault(attributes, &all);
}

static int set_files(posix_spawn_file_actions_t *actions, int input, int output)
{
    int result = posix_spawn_file_actions_adddup2(actions, input, 0);
    result |= posix_spawn_file_actions_adddup2(actions, output, 1);
    result |= posix_spawn_file_actions_adddup2(actions, output, 2);
    result |= posix_spawn_file_actions_addclosefrom_np(actions, 3);
    return result | posix_spawn_file_actions_addchdir_np(actions, "/");
}

static int spawn(
    struct child *child, char *const *argv, char *const *environment, int input, int output)
{
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_init(&actions);
    int result = set_attributes(&attributes) || set_files(&actions, input, output)
                     ? ENOMEM
                     : posix_spawn(&child->pid, argv[0], &actions, &attributes, argv, environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return -result;
}

int child_start(struct child *child, char *const *argv, char *const *environment, const char *input,
    size_t length)
{
    int pipes[2];
    *child = (struct child){.pid_fd = -1, .output_fd = -1};
    CLEANUP(close_fd) int input_fd = open_input(input, length);
    if (input_fd < 0)
        return input_fd;
    if (pipe2(pipes, O_CLOEXEC | O_NONBLOCK) < 0)
        return -errno;
    CLEANUP(close_fd) int output_fd = pipes[1];
    child->output_fd = pipes[0];
    (void)fcntl(output_fd, F_SETFL, 0); /* the program expects one that waits */
    int result = spawn(child, argv, environment, input_fd, output_fd);
    if (result == 0) {
        child->pid_fd = pidfd_open(child->pid, 0);
        result = child->pid_fd < 0 ? -errno : 0;
        child->end_ms = clock_steady_ms() + CHILD_TIME_MS;
    } else {
        child->pid = 0;
    }
    if (result < 0)
        child_stop(child);
    return result;
}

/** Keep the end of what it wrote. */
static void keep_output(struct child *child, const char *bytes, size_t length)
{
    child->written += (int64_t)length;
    if (length > CHILD_OUTPUT_KEPT) {
        bytes += length - CHILD_OUTPUT_KEPT;
        length = CHILD_OUTPUT_KEPT;
    }
    size_t over =
        child->kept + length > CHILD_OUTPUT_KEPT ? child->kept + length - CHILD_OUTPUT_KEPT : 0;
    memmove(child->output, child->output + over, child->kept - over);
    memcpy(child->output + child->kept - over, bytes, length);
    child->kept += length - over;
    child->output[child->kept] = '\0';
}

static void take_output(struct child *child)
{
    char bytes[READ_MAX];
    ssize_t got = read(child->output_fd, bytes, sizeof(bytes));
    if (got > 0)
        keep_output(child, bytes, (size_t)got);
    if (got == 0) { /* nobody writes any more */
        close(child->output_fd);
        child->output_fd = -1;
    }
}

static void say_end(const struct child *child, const siginfo_t *info, char why[CHILD_WHY])
{
    if (child->is_killed && child->written > CHILD_OUTPUT_MAX)
        snprintf(why, CHILD_WHY, "wrote more than %d KB and was killed", CHILD_OUTPUT_MAX / 1024);
    else if (child->is_killed)
        snprintf(why, CHILD_WHY, "did not end in time and was killed");
    else if (info->si_code != CLD_EXITED)
        snprintf(why, CHILD_WHY, "was killed by signal %d (%s)", info->si_status,
            strsignal(info->si_status));
    else if (info->si_status)
        snprintf(why, CHILD_WHY, "ended with exit status %d", info->si_status);
    else
        *why = '\0';
}

/** It and all of its session; while it is not waited for, its number is not another's. */
static void kill_session(struct child *child)
{
    if (child->pid)
        kill(-child->pid, SIGKILL);
}

static void forget(struct child *child)
{
    if (child->output_fd >= 0)
        close(child->output_fd);
    if (child->pid_fd >= 0)
        close(child->pid_fd);
    child->pid = 0;
    child->pid_fd = child->output_fd = -1;
}

bool child_has_ended(struct child *child, int64_t now_ms, char why[CHILD_WHY])
{
    siginfo_t info = {.si_pid = 0};
    if (child->output_fd >= 0)
        take_output(child);
    (void)waitid(P_PIDFD, (id_t)child->pid_fd, &info, WEXITED | WNOHANG | WNOWAIT);
    if (info.si_pid == 0) {
        child->is_killed |= now_ms >= child->end_ms || child->written > CHILD_OUTPUT_MAX;
        if (child->is_killed)
            kill_session(child);
        return false;
    }
    if (child->output_fd >= 0)
        take_output(child); /* what it wrote last */
    kill_session(child);
    (void)waitid(P_PIDFD, (id_t)child->pid_fd, &info, WEXITED | WNOHANG);
    say_end(child, &info, why);
    forget(child);
    return true;
}

void child_stop(struct child *child)
{
    struct pollfd end = {.fd = child->pid_fd, .events = POLLIN};
    if (child->pid) {
        kill_session(child);
        (void)poll(&end, 1, STOP_MAX_MS); /* in a call to a file server it cannot end */
        (void)waitpid(child->pid, NULL, WNOHANG);
    }
    forget(child);
}
