/** Has a file read by another process, and takes what that one sends. */
#include "closedrop/files/far_file.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/str.h"
#include "closedrop/files/lease.h"
#include "closedrop/files/own_program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define RECEIVED_AT_ONCE (256 * 1024)
#define PIECES_AT_ONCE 16 /* of these: everything else has its turn in between */

/** What the process is asked. */
struct question {
    int64_t most; /* bytes */
    int32_t has_known;
    struct stat known;
};

/** What it answers; then come the bytes. */
struct answer {
    int32_t error, is_written, is_one_version, has_bytes;
    struct stat stat;
    uint64_t length;
};

struct far_file {
    char *path;
    size_t most;
    int epoll;
    pid_t pid;
    int fd; /* the socket of the process that reads; -1: none */
    struct str incoming;
    pid_t left[FAR_FILE_LEFT_MAX + 1];
    size_t left_count;
};

void whole_file_release(struct whole_file *file)
{
    free(file->bytes);
    file->bytes = NULL;
}

static bool is_same_time(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

bool whole_file_same_stat(const struct stat *a, const struct stat *b)
{
    return a->st_ino == b->st_ino && a->st_size == b->st_size &&
           is_same_time(&a->st_mtim, &b->st_mtim) && is_same_time(&a->st_ctim, &b->st_ctim);
}

/* ---- the processes ---- */

struct far_file *far_file_new(const char *path, size_t most, int epoll)
{
    struct far_file *far = calloc(1, sizeof(*far));
    char *copy = strdup(path);
    if (!far || !copy) {
        free(far);
        free(copy);
        return NULL;
    }
    *far = (struct far_file){.path = copy,
        .most = most,
        .epoll = epoll,
        .fd = -1,
        .incoming = STR_INIT(sizeof(struct answer) + most)};
    return far;
}

void far_file_free(struct far_file *far)
{
    if (!far)
        return;
    far_file_leave(far);
    str_release(&far->incoming);
    free(far->path);
    free(far);
}

bool far_file_has_left(const struct far_file *far)
{
    return far->left_count > 0;
}

void far_file_reap(struct far_file *far)
{
    size_t left = 0;
    for (size_t i = 0; i < far->left_count; i++)
        if (waitpid(far->left[i], NULL, WNOHANG) == 0)
            far->left[left++] = far->left[i];
    far->left_count = left;
}

/** It has answered, or it will not. */
static void part_with(struct far_file *far)
{
    close(far->fd);
    far->fd = -1;
    str_clear(&far->incoming);
    far->left[far->left_count++] = far->pid;
    far_file_reap(far);
}

void far_file_leave(struct far_file *far)
{
    if (far->fd < 0)
        return;
    (void)kill(far->pid, SIGKILL); /* where that helps */
    part_with(far);
}

bool far_file_is_asked(const struct far_file *far)
{
    return far->fd >= 0;
}

static int start(struct far_file *far, const struct question *question)
{
    int ends[2];
    struct epoll_event event = {.events = EPOLLIN};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return -errno;
    CLEANUP(close_fd) int ours = ends[0];
    CLEANUP(close_fd) int theirs = ends[1];
    if (send(ours, question, sizeof(*question), MSG_NOSIGNAL) != (ssize_t)sizeof(*question) ||
        epoll_ctl(far->epoll, EPOLL_CTL_ADD, ours, &event) < 0)
        return -EIO;
    int result = own_program_start(FAR_FILE_COMMAND, far->path, theirs, &far->pid);
    if (result == 0)
        far->fd = TAKE_FD(ours);
    return result;
}

int far_file_ask(struct far_file *far, const struct stat *known)
{
    struct question question;
    memset(&question, 0, sizeof(question));
    question.most = (int64_t)far->most;
    question.has_known = known != NULL;
    if (known)
        question.known = *known;
    far_file_reap(far);
    if (far->fd >= 0)
        return -EALREADY;
    return far->left_count >= FAR_FILE_LEFT_MAX ? -EBUSY : start(far, &question);
}

/* ---- what comes ---- */

/** Returns 1 at the end, 0 if there is no more for now, or a negative errno. */
static int receive(struct far_file *far)
{
    static char piece[RECEIVED_AT_ONCE];
    for (int i = 0; i < PIECES_AT_ONCE; i++) {
        ssize_t got = recv(far->fd, piece, sizeof(piece), MSG_DONTWAIT);
        if (got < 0)
            return errno == EAGAIN || errno == EINTR ? 0 : -errno;
        if (got == 0)
            return 1;
        str_add_bytes(&far->incoming, piece, (size_t)got);
        if (str_error(&far->incoming))
            return str_error(&far->incoming);
    }
    return 0;
}

/** Returns 1, or a negative errno: it is broken, or out of memory. */
static int read_answer(struct str *incoming, struct whole_file *ret_file)
{
    struct answer answer;
    if (incoming->length < sizeof(answer))
        return -EPROTO;
    memcpy(&answer, incoming->bytes, sizeof(answer));
    if (answer.length != incoming->length - sizeof(answer))
        return -EPROTO;
    char *bytes = answer.has_bytes ? malloc(answer.length + 1) : NULL;
    if (answer.has_bytes && !bytes)
        return -ENOMEM;
    if (bytes)
        memcpy(bytes, incoming->bytes + sizeof(answer), answer.length);
    *ret_file = (struct whole_file){.error = answer.error,
        .stat = answer.stat,
        .is_written = answer.is_written != 0,
        .is_one_version = answer.is_one_version != 0,
        .bytes = bytes,
        .length = answer.length};
    return 1;
}

int far_file_take(struct far_file *far, struct whole_file *ret_file)
{
    int result = far->fd < 0 ? -ESRCH : receive(far);
    if (result > 0)
        result = read_answer(&far->incoming, ret_file);
    if (result != 0 && far->fd >= 0)
        part_with(far);
    return result;
}

/* ---- in the other process ---- */

/** Up to `most` bytes; returns how many there were, or a negative errno. */
static ssize_t read_bytes(int fd, char *bytes, size_t most)
{
    size_t length = 0;
    ssize_t got = 1;
    while (got != 0 && length < most) {
        got = read(fd, bytes + length, most - length);
        if (got < 0 && errno != EINTR)
            return -errno;
        length += got > 0 ? (size_t)got : 0;
    }
    return (ssize_t)length;
}

static bool is_wanted(const struct question *question, const struct stat *stat)
{
    bool is_known = question->has_known && whole_file_same_stat(&question->known, stat);
    return S_ISREG(stat->st_mode) && stat->st_size <= question->most && !is_known;
}

/** 0 or a negative errno. */
static int read_file(
    const char *path, const struct question *question, struct answer *answer, char **ret_bytes)
{
    struct stat after;
    CLEANUP(close_fd) int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &answer->stat) < 0)
        return -errno;
    answer->is_written = lease_take(fd) == LEASE_REFUSED;
    answer->has_bytes = is_wanted(question, &answer->stat);
    if (!answer->has_bytes)
        return 0;
    char *bytes = malloc((size_t)answer->stat.st_size + 1);
    ssize_t length = bytes ? read_bytes(fd, bytes, (size_t)answer->stat.st_size) : -ENOMEM;
    if (length < 0) {
        free(bytes);
        return (int)length;
    }
    answer->length = (uint64_t)length;
    answer->is_one_version = fstat(fd, &after) == 0 && whole_file_same_stat(&answer->stat, &after);
    *ret_bytes = bytes;
    return 0;
}

static bool send_all(const void *bytes, size_t length)
{
    const char *at = bytes;
    while (length) {
        ssize_t sent = send(OWN_PROGRAM_SOCKET, at, length, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR)
            return false;
        at += sent > 0 ? sent : 0;
        length -= sent > 0 ? (size_t)sent : 0;
    }
    return true;
}

int far_file_run(const char *path)
{
    struct question question;
    struct answer answer;
    CLEANUP(free_text) char *bytes = NULL;
    own_program_stand_alone();
    memset(&answer, 0, sizeof(answer));
    if (recv(OWN_PROGRAM_SOCKET, &question, sizeof(question), 0) != (ssize_t)sizeof(question))
        return EXIT_FAILURE;
    int result = read_file(path, &question, &answer, &bytes);
    if (result < 0)
        answer = (struct answer){.error = -result};
    return send_all(&answer, sizeof(answer)) && send_all(bytes, answer.length) ? EXIT_SUCCESS
                                                                               : EXIT_FAILURE;
}
