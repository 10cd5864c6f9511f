/** Starts a file process, speaks to it over its socket, and sees it end. */
#include "process.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/files/own_program.h"
#include "closedrop/intake/file_process.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define RECEIVED_AT_ONCE (64 * 1024)

static struct process *make(const char *path, int fd, int epoll)
{
    struct process *process = calloc(1, sizeof(*process));
    if (!process)
        return NULL;
    *process = (struct process){.fd = fd,
        .epoll = epoll,
        .path = strdup(path),
        .outgoing = STR_INIT(2 * FRAME_MAX),
        .incoming = STR_INIT(2 * FRAME_MAX)};
    if (process->path)
        return process;
    free(process);
    return NULL;
}

int process_start(const char *name, const char *path, int epoll, struct process **ret_process)
{
    int ends[2];
    struct epoll_event event = {.events = EPOLLIN};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) < 0)
        return -errno;
    CLEANUP(close_fd) int ours = ends[0];
    CLEANUP(close_fd) int theirs = ends[1];
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, ours, &event) < 0)
        return -errno;
    struct process *process = make(path, ours, epoll);
    int result =
        process ? own_program_start(FILE_PROCESS_COMMAND, name, theirs, &process->pid) : -ENOMEM;
    if (result < 0 && process) {
        free(process->path);
        free(process);
    }
    if (result < 0)
        return result;
    (void)TAKE_FD(ours);
    *ret_process = process;
    return 0;
}

static void watch_for_room(struct process *process, bool lacks_room)
{
    struct epoll_event event = {.events = lacks_room ? EPOLLIN | EPOLLOUT : EPOLLIN};
    if (lacks_room != process->lacks_room)
        (void)epoll_ctl(process->epoll, EPOLL_CTL_MOD, process->fd, &event);
    process->lacks_room = lacks_room;
}

int process_send(struct process *process)
{
    struct str *bytes = &process->outgoing;
    while (bytes->length) {
        ssize_t sent = send(process->fd, bytes->bytes, bytes->length, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN && errno != EINTR)
            return -errno;
        if (sent < 0)
            break;
        str_remove_first(bytes, (size_t)sent);
    }
    watch_for_room(process, bytes->length > 0);
    return 0;
}

bool process_has_frame(const struct process *process)
{
    struct wire wire;
    return frame_find(process->incoming.bytes, process->incoming.length, &wire) != 0;
}

int64_t process_receive(struct process *process, struct wire *ret_wire)
{
    static char piece[RECEIVED_AT_ONCE];
    struct str *bytes = &process->incoming;
    int64_t size;
    while ((size = frame_find(bytes->bytes, bytes->length, ret_wire)) == 0) {
        ssize_t got = recv(process->fd, piece, sizeof(piece), 0);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            return 0;
        if (got <= 0)
            return got < 0 ? -errno : -EPIPE;
        str_add_bytes(bytes, piece, (size_t)got);
        if (str_error(bytes))
            return str_error(bytes);
    }
    return size;
}

void process_remove(struct process *process, int64_t size)
{
    str_remove_first(&process->incoming, (size_t)size);
}

void process_close(struct process *process)
{
    if (process->fd >= 0)
        close(process->fd);
    process->fd = -1;
}

static bool has_ended(struct process *process, bool *ret_crashed)
{
    int status;
    pid_t pid = waitpid(process->pid, &status, WNOHANG);
    if (pid == 0 || (pid < 0 && errno == EINTR))
        return false;
    int signal = pid > 0 && WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    bool was_ended = signal == SIGKILL || signal == FILE_PROCESS_END;
    *ret_crashed = pid > 0 && status != 0 && !was_ended;
    return true;
}

struct process *process_take_ended(struct process **list, bool *ret_crashed)
{
    while (*list && !has_ended(*list, ret_crashed))
        list = &(*list)->next;
    struct process *process = *list;
    if (process)
        *list = process->next;
    return process;
}

size_t process_count(const struct process *list, const char *path)
{
    size_t count = 0;
    for (; list; list = list->next)
        count += strcmp(list->path, path) == 0;
    return count;
}

void process_free(struct process *process)
{
    process_close(process);
    str_release(&process->outgoing);
    str_release(&process->incoming);
    free(process->path);
    free(process);
}
