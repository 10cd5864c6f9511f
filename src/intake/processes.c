/** Keeps a file process for each folder that is elsewhere, and notices when one does not answer. */
#define LOG_MODULE "intake"

#include "processes.h"

#include "served.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define END_MS 2000 /* for all of them to end, when the agent does */
#define END_POLL_US 10000
#define LEFT_POLL_MS 1000 /* how often to see whether one that was left has ended */

/* ---- the folders ---- */

struct processes *processes_new(int64_t queue, int epoll)
{
    struct processes *processes = calloc(1, sizeof(*processes));
    if (processes)
        *processes = (struct processes){.queue = queue, .epoll = epoll};
    return processes;
}

int processes_prepare(struct processes *processes, struct config *config)
{
    struct served *served = calloc(config->folder_count + 1, sizeof(*served));
    if (!served)
        return -ENOMEM;
    for (size_t i = 0; i < config->folder_count; i++)
        served[i].index = i;
    free(processes->next_served);
    config_release(processes->next_config);
    processes->next_served = served;
    processes->next_config = config_hold(config);
    return 0;
}

/** The process of a folder at this path continues with it. */
static void take_over(
    struct processes *processes, struct served *old, size_t old_count, struct served *served)
{
    const struct folder *folder = served_folder(processes, served);
    for (size_t i = 0; i < old_count; i++) {
        if (!old[i].process || served->process || strcmp(old[i].process->path, folder->path) != 0)
            continue;
        size_t index = served->index;
        *served = old[i];
        served->index = index;
        old[i].process = NULL;
        served->health = (struct folder_health){.healthy = false};
        served->has_news = served->is_away;
        if (served_brief(processes, served) < 0)
            served_leave(processes, served);
    }
}

void processes_switch(struct processes *processes)
{
    struct config *old_config = processes->config;
    struct served *old = processes->served;
    size_t old_count = old_config ? old_config->folder_count : 0;
    processes->config = TAKE_PTR(processes->next_config);
    processes->served = TAKE_PTR(processes->next_served);
    processes->number++;
    for (size_t i = 0; i < processes->config->folder_count; i++)
        take_over(processes, old, old_count, &processes->served[i]);
    for (size_t i = 0; i < old_count; i++)
        served_leave(processes, &old[i]);
    free(old);
    config_release(old_config);
}

/* ---- their ends ---- */

/** Free what has ended. A crash counts for the folder's next process. */
static void reap(struct processes *processes)
{
    struct process *process;
    bool has_crashed;
    while ((process = process_take_ended(&processes->left, &has_crashed)) != NULL) {
        for (size_t i = 0; has_crashed && i < processes->config->folder_count; i++)
            if (strcmp(processes->config->folders[i].path, process->path) == 0)
                processes->served[i].has_crashed = true;
        process_free(process);
    }
}

/** Wait a little for all of them: they give their folders up. */
static void await_ends(struct processes *processes)
{
    int64_t end = clock_steady_ms() + END_MS;
    reap(processes);
    while (processes->left && clock_steady_ms() < end) {
        usleep(END_POLL_US);
        reap(processes);
    }
}

void processes_free(struct processes *processes)
{
    if (!processes)
        return;
    for (size_t i = 0; processes->config && i < processes->config->folder_count; i++)
        served_leave(processes, &processes->served[i]);
    if (processes->config)
        await_ends(processes);
    for (struct process *process; (process = processes->left) != NULL;) {
        processes->left = process->next;
        process_free(process);
    }
    free(processes->served);
    free(processes->next_served);
    config_release(processes->config);
    config_release(processes->next_config);
    free(processes);
}

/* ---- messages ---- */

int64_t processes_timeout(const struct processes *processes, int64_t now)
{
    int64_t next = processes->left ? now + LEFT_POLL_MS : INT64_MAX;
    for (size_t i = 0; i < processes->config->folder_count; i++)
        next = earlier(next, served_next(processes, &processes->served[i]));
    return next == INT64_MAX ? next : later(next - now, 0);
}

struct message *processes_take(struct processes *processes, int64_t now)
{
    size_t count = processes->config->folder_count;
    struct message *message = NULL;
    reap(processes);
    for (size_t i = 0; i < count && !message; i++) {
        processes->turn = (processes->turn + 1) % count; /* no folder keeps others waiting */
        message = served_take(processes, &processes->served[processes->turn], now);
    }
    return message;
}

bool processes_post(struct processes *processes, struct message *message)
{
    int result = served_send(processes, &processes->served[message->folder], message);
    message_free(message);
    return result == 0;
}

void processes_rescan(struct processes *processes)
{
    for (size_t i = 0; i < processes->config->folder_count; i++)
        processes->served[i].must_rescan = true;
}
