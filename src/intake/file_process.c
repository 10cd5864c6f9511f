/**
 * The file process: a watch thread of its own for one folder, two for what the worker assigns
 * (filing.h), and this thread, which passes the messages between their mailboxes and the socket to
 * the agent. Only those three touch files, so only they can hang.
 */
#define LOG_MODULE "files"

#include "closedrop/intake/file_process.h"

#include "protocol.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/exit_codes.h"
#include "closedrop/base/log.h"
#include "closedrop/files/own_program.h"
#include "closedrop/intake/filing.h"
#include "closedrop/intake/watch.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MESSAGES_OUT_MAX 16
#define MESSAGES_IN_MAX 1024
#define OUTGOING_MAX (256 * 1024) /* bytes; more stay in the mailbox */
#define PONG_POLL_MS 100          /* how often to see whether filing has answered */
#define END_S 2                   /* to give the folder up */
#define RECEIVED_AT_ONCE (64 * 1024)

struct file_process {
    struct config *config;
    struct briefing briefing;
    struct mailbox *to_watch;
    struct mailbox *from_watch;
    struct watch *watch;
    const struct filing_work *work;
    struct filing *reading;
    struct filing *putting_away;
    long reading_pulse, away_pulse; /* of both, at the last MESSAGE_PING */
    struct message *pong;           /* the answer of the watch thread: they have not answered yet */
    struct str incoming;
    struct str outgoing;
};

bool file_process_is_meant(int argc, char **argv)
{
    return own_program_is(FILE_PROCESS_COMMAND, argc, argv);
}

/* ---- from the agent ---- */

static int start_threads(struct file_process *process)
{
    const struct folder *folder = &process->config->folders[process->briefing.folder];
    const struct watch_terms terms = {.queue = process->briefing.queue,
        .crash_guard = crash_guard_open(
            process->config->state_dir, folder->name, process->briefing.has_crashed),
        .is_file_process = true};
    int result = watch_start(
        process->config, &terms, process->to_watch, process->from_watch, &process->watch);
    if (result == 0)
        result = filing_start(process->work, process->from_watch, &process->reading);
    return result < 0 ? result
                      : filing_start(process->work, process->from_watch, &process->putting_away);
}

static int take_config(struct file_process *process, struct wire *wire)
{
    struct config *config = protocol_read_config(wire, &process->briefing);
    if (!config)
        return -EPROTO;
    config_release(process->config);
    process->config = config;
    log_configure(config->log_level, config->log_format);
    if (!process->watch)
        return start_threads(process);
    struct message *message = message_new(MESSAGE_CONFIG, config, 0, 0);
    return message && mailbox_post(process->to_watch, message, false) ? 0 : -ENOMEM;
}

/** Only these come from the agent, after the configuration. */
static bool comes_from_agent(enum message_kind kind)
{
    return kind > MESSAGE_PONG && kind != MESSAGE_CONFIG;
}

static int take_message(struct file_process *process, struct wire *wire, enum message_kind kind)
{
    struct message *message = NULL;
    if (!process->watch || !comes_from_agent(kind))
        return -EPROTO;
    int result = protocol_read(
        wire, kind, process->briefing.number, process->config, process->briefing.folder, &message);
    if (result <= 0)
        return result;
    if (kind == MESSAGE_PUT_AWAY)
        return filing_post(process->putting_away, message);
    if (kind == MESSAGE_ASSIGN || kind == MESSAGE_READ || kind == MESSAGE_CLOSE)
        return filing_post(process->reading, message);
    if (kind == MESSAGE_PING) {
        process->reading_pulse = filing_pulse(process->reading);
        process->away_pulse = filing_pulse(process->putting_away);
    }
    bool is_rescan = kind == MESSAGE_RESCAN;
    if (is_rescan)
        message_free(message);
    if (is_rescan || !mailbox_post(process->to_watch, message, false))
        watch_rescan(process->watch);
    return 0;
}

static int take_frames(struct file_process *process)
{
    struct wire wire;
    struct str *bytes = &process->incoming;
    int64_t size;
    while ((size = frame_find(bytes->bytes, bytes->length, &wire)) > 0) {
        enum message_kind kind = protocol_kind(&wire);
        int result = kind == MESSAGE_CONFIG ? take_config(process, &wire)
                                            : take_message(process, &wire, kind);
        if (result < 0)
            return result;
        str_remove_first(bytes, (size_t)size);
    }
    return (int)size;
}

/** Returns 0, or a negative errno: -EPIPE if the agent has closed the socket. */
static int receive(struct file_process *process)
{
    static char piece[RECEIVED_AT_ONCE];
    ssize_t got = recv(OWN_PROGRAM_SOCKET, piece, sizeof(piece), MSG_DONTWAIT);
    if (got < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    if (got == 0)
        return -EPIPE;
    str_add_bytes(&process->incoming, piece, (size_t)got);
    int result = str_error(&process->incoming);
    return result < 0 ? result : take_frames(process);
}

/* ---- to the agent ---- */

/** What is about an earlier configuration is not sent, except the bytes of a file. */
static int add_message(struct file_process *process, struct message *message)
{
    bool is_current =
        message->config == process->config || protocol_is_about_open_file(message->kind);
    int result =
        is_current ? protocol_add(&process->outgoing, process->briefing.number, message) : 0;
    message_free(message);
    return result;
}

/** The process answers when all of its threads do. */
static void keep_pong(struct file_process *process, struct message *pong)
{
    message_free(process->pong);
    process->pong = pong;
}

static int send_pong(struct file_process *process)
{
    if (!process->pong || filing_hangs(process->reading, process->reading_pulse) ||
        filing_hangs(process->putting_away, process->away_pulse))
        return 0;
    return add_message(process, TAKE_PTR(process->pong));
}

static int take_from_threads(struct file_process *process)
{
    struct message *message;
    int result = 0;
    while (result == 0 && process->outgoing.length < OUTGOING_MAX &&
           (message = mailbox_take(process->from_watch)) != NULL) {
        if (message->kind == MESSAGE_PONG)
            keep_pong(process, message);
        else
            result = add_message(process, message);
    }
    return result < 0 ? result : send_pong(process);
}

static int send_some(struct file_process *process)
{
    struct str *bytes = &process->outgoing;
    while (bytes->length) {
        ssize_t sent =
            send(OWN_PROGRAM_SOCKET, bytes->bytes, bytes->length, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0)
            return errno == EAGAIN || errno == EINTR ? 0 : -errno;
        str_remove_first(bytes, (size_t)sent);
    }
    return 0;
}

/** One turn: wait, and pass on what has come. Returns 0 or a negative errno. */
static int turn(struct file_process *process)
{
    bool is_full = process->outgoing.length >= OUTGOING_MAX;
    short events = process->outgoing.length ? POLLIN | POLLOUT : POLLIN;
    struct pollfd fds[2] = {
        {.fd = OWN_PROGRAM_SOCKET, .events = events},
        {.fd = is_full ? -1 : mailbox_descriptor(process->from_watch), .events = POLLIN},
    };
    if (poll(fds, 2, process->pong ? PONG_POLL_MS : -1) < 0 && errno != EINTR)
        return -errno;
    int result = receive(process);
    if (result == 0)
        result = take_from_threads(process);
    return result < 0 ? result : send_some(process);
}

/** Whoever reads our standard error is not to wait for us, and if a call hangs, only the kernel
 * decides when we end: some file systems let us go at once. */
static void limit_end(void)
{
    sigset_t alarm_only;
    (void)dup2(STDIN_FILENO, STDERR_FILENO); /* /dev/null */
    (void)dup2(STDIN_FILENO, STDOUT_FILENO);
    sigemptyset(&alarm_only);
    sigaddset(&alarm_only, FILE_PROCESS_END);
    pthread_sigmask(SIG_UNBLOCK, &alarm_only, NULL);
    alarm(END_S);
}

int file_process_run(const struct filing_work *work)
{
    own_program_stand_alone(); /* before anything is opened */
    struct file_process process = {.work = work,
        .to_watch = mailbox_new(MESSAGES_IN_MAX),
        .from_watch = mailbox_new(MESSAGES_OUT_MAX),
        .incoming = STR_INIT(2 * FRAME_MAX),
        .outgoing = STR_INIT(2 * FRAME_MAX)};
    int result = process.to_watch && process.from_watch ? 0 : -ENOMEM;
    while (result == 0)
        result = turn(&process);
    if (result != -EPIPE && result != -ECONNRESET)
        log_error("the file process ends: %s", strerror(-result));
    limit_end();
    mailbox_close(process.from_watch); /* nobody waits for room in it any more */
    filing_stop(process.reading);
    filing_stop(process.putting_away);
    watch_stop(process.watch); /* it gives the folder up */
    message_free(process.pong);
    mailbox_free(process.to_watch);
    mailbox_free(process.from_watch);
    config_release(process.config);
    str_release(&process.incoming);
    str_release(&process.outgoing);
    return EXIT_DONE;
}
