/** Starts the file process of a folder, notices when it does not answer, and takes what it says. */
#define LOG_MODULE "intake"

#include "served.h"

#include "protocol.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PROCESSES_MAX 3    /* for one folder; all but one of them hang */
#define PING_MS 1000       /* how often a process is asked, at most */
#define PINGS_IN_TIMEOUT 4 /* and at least */
#define RESTART_MS 1000    /* after a crash */

void served_leave(struct processes *processes, struct served *served)
{
    struct process *process = TAKE_PTR(served->process);
    served->pulse = (struct pulse){0};
    if (!process)
        return;
    process_close(process);
    process->next = processes->left;
    processes->left = process;
}

const struct folder *served_folder(const struct processes *processes, const struct served *served)
{
    return &processes->config->folders[served->index];
}

int served_send(struct processes *processes, struct served *served, const struct message *message)
{
    if (!served->process || message->config != processes->config)
        return -ESRCH;
    int result = protocol_add(&served->process->outgoing, processes->number, message);
    return result < 0 ? result : process_send(served->process);
}

static int send_message(struct processes *processes, struct served *served, enum message_kind kind)
{
    const struct message message = {
        .kind = kind, .config = processes->config, .folder = served->index};
    return served_send(processes, served, &message);
}

/** Ask the process whether it answers. */
static int ping(struct processes *processes, struct served *served)
{
    int result = send_message(processes, served, MESSAGE_PING);
    if (result == 0)
        pulse_ask(&served->pulse, clock_steady_ms());
    return result;
}

int served_brief(struct processes *processes, struct served *served)
{
    /* its last answer may be about an earlier one, and is then ignored: so it is asked again */
    const struct briefing briefing = {
        processes->number, processes->queue, served->index, served->has_crashed};
    int result = protocol_add_config(&served->process->outgoing, &briefing, processes->config);
    return result < 0 ? result : ping(processes, served);
}

/* ---- do they answer ---- */

static int64_t ping_pause(const struct processes *processes)
{
    return earlier(PING_MS, processes->config->limits.timeout_ms / PINGS_IN_TIMEOUT);
}

static void start(struct processes *processes, struct served *served, int64_t now)
{
    const struct folder *folder = served_folder(processes, served);
    served->next_start_ms = now + folder->poll_ms;
    served->health = (struct folder_health){.healthy = false};
    int result = process_start(folder->name, folder->path, processes->epoll, &served->process);
    if (result == 0)
        result = served_brief(processes, served);
    if (result < 0) {
        snprintf(served->health.message, sizeof(served->health.message),
            "its file process cannot be started: %s", strerror(-result));
        served->has_news = true;
        served_leave(processes, served);
        return;
    }
    served->has_crashed = false;
}

/** It is gone: another one is started soon. */
static void lose(struct processes *processes, struct served *served, int64_t now)
{
    served_leave(processes, served);
    served->health = (struct folder_health){.healthy = false};
    snprintf(served->health.message, sizeof(served->health.message),
        "its file process has ended unexpectedly; another one is started");
    served->has_news = true;
    served->next_start_ms = now + RESTART_MS;
}

static void be_away(struct served *served, int64_t now)
{
    if (served->is_away)
        return;
    served->is_away = true;
    served->has_news = true;
    served->silent_since_ms = clock_wall_ms() - (now - served->pulse.asked_ms);
}

/** Leave a process behind that hangs, unless there are enough of them. */
static void replace(struct processes *processes, struct served *served, int64_t now)
{
    if (process_count(processes->left, served->process->path) + 1 >= PROCESSES_MAX)
        served->next_start_ms = now + served_folder(processes, served)->poll_ms;
    else
        served_leave(processes, served);
}

/** Whatever waits for the process to have room. */
static void catch_up(struct processes *processes, struct served *served)
{
    (void)process_send(served->process);
    if (pulse_is_due(&served->pulse, clock_steady_ms()))
        (void)ping(processes, served);
    if (served->must_rescan)
        served->must_rescan = send_message(processes, served, MESSAGE_RESCAN) < 0;
}

/** Do what is due. */
static void supervise(struct processes *processes, struct served *served, int64_t now)
{
    int64_t timeout = processes->config->limits.timeout_ms;
    if (!atomic_load(&served_folder(processes, served)->is_elsewhere))
        return;
    if (served->process && pulse_is_silent(&served->pulse, now, timeout))
        be_away(served, now);
    if (served->process && served->is_away && now >= served->next_start_ms)
        replace(processes, served, now);
    if (!served->process && now >= served->next_start_ms)
        start(processes, served, now);
    if (served->process)
        catch_up(processes, served);
}

int64_t served_next(const struct processes *processes, const struct served *served)
{
    if (!atomic_load(&served_folder(processes, served)->is_elsewhere))
        return INT64_MAX;
    if (served->has_news || (served->process && process_has_frame(served->process)))
        return 0;
    return served->process && !served->is_away
               ? pulse_next(&served->pulse, processes->config->limits.timeout_ms)
               : served->next_start_ms;
}

/* ---- messages ---- */

/** Whether the process cannot have the folder because an earlier one hangs that still holds it. */
static bool is_held_up(const struct processes *processes, const struct served *served)
{
    const char *path = served_folder(processes, served)->path;
    return served->silent_since_ms && !served->health.healthy &&
           process_count(processes->left, path) > 0;
}

/** The health of a folder as it is now, for the work thread. */
static struct message *report(struct processes *processes, struct served *served)
{
    struct message *message = message_new(MESSAGE_HEALTH, processes->config, served->index, 0);
    if (!message)
        return NULL; /* as soon as there is memory */
    served->has_news = false;
    message->health = served->health;
    if (served->is_away || is_held_up(processes, served))
        folder_health_be_silent(&message->health, served->silent_since_ms, clock_wall_ms());
    return message;
}

static void take_pong(struct processes *processes, struct served *served, int64_t now)
{
    pulse_answer(&served->pulse, now, ping_pause(processes));
    served->has_news = served->has_news || served->is_away;
    served->is_away = false;
}

/** Keep what is for us. Returns the message if it is for the work thread. */
static struct message *sort_message(
    struct processes *processes, struct served *served, struct message *message, int64_t now)
{
    if (message->kind == MESSAGE_HEALTH) {
        served->health = message->health;
        served->has_news = true;
    } else if (message->kind == MESSAGE_PONG) {
        take_pong(processes, served, now);
    } else {
        return message;
    }
    message_free(message);
    return NULL;
}

/** Only these come from a file process. */
static bool comes_from_process(enum message_kind kind)
{
    return kind <= MESSAGE_PONG;
}

/** The next message of a process; NULL if there is none for now, or if the process is gone. */
static struct message *receive(struct processes *processes, struct served *served, int64_t now)
{
    while (served->process) {
        struct wire wire;
        struct message *message = NULL;
        int64_t size = process_receive(served->process, &wire);
        if (size == 0)
            return NULL;
        int result = size < 0 ? (int)size : 0;
        if (result == 0) {
            enum message_kind kind = protocol_kind(&wire);
            result = comes_from_process(kind) ? protocol_read(&wire, kind, processes->number,
                                                    processes->config, served->index, &message)
                                              : -EPROTO;
            process_remove(served->process, size);
        }
        if (result < 0) {
            log_debug("%s: file process %d: %s", served_folder(processes, served)->name,
                (int)served->process->pid, strerror(-result));
            lose(processes, served, now);
        } else if (result > 0) {
            message = sort_message(processes, served, message, now);
        }
        if (message)
            return message;
    }
    return NULL;
}

struct message *served_take(struct processes *processes, struct served *served, int64_t now)
{
    struct message *message = receive(processes, served, now);
    if (!message) /* one that says much is alive */
        supervise(processes, served, now);
    return !message && served->has_news ? report(processes, served) : message;
}
