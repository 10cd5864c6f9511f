/**
 * Handles messages from the watch thread: files that were seen, have settled or left, and the
 * health of folders.
 */
#define LOG_MODULE "agent"

#include "arrivals.h"
#include "progress.h"
#include "recover.h"
#include "recover_elsewhere.h"
#include "requests.h"

#include "closedrop/agent/spent.h"
#include "closedrop/base/account.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/log.h"
#include "closedrop/base/remedy.h"
#include "closedrop/queue/job_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGES_A_TURN 64

static bool by_path(const struct folder *folder)
{
    return folder->after_upload == AFTER_KEEP;
}

/** Return a message with the first `kept` of its sightings: those are to be settled. */
static void answer_seen(struct agent *agent, struct message *message, size_t kept)
{
    message->asked = message->count;
    message->count = kept;
    message->kind = MESSAGE_UNKNOWN;
    if (!intake_post(agent->intake, message))
        intake_rescan(agent->intake);
}

/** Whether a sighting that the queue has answered about is to be settled. */
static bool is_to_settle(struct agent *agent, struct seen *seen)
{
    if (seen->known == KNOWN_RENAMED)
        worker_follow(agent->worker, seen->job, seen->path);
    if (seen->known == KNOWN_JUDGED &&
        worker_came_with_failed(agent->worker, seen->job, seen->path))
        seen->known = KNOWN_YES;
    return seen->known == KNOWN_NOT || seen->known == KNOWN_JUDGED;
}

/** Ask the queue about the sightings from the first of `count` on; returns how many it answered. */
static size_t ask_queue(struct agent *agent, const struct folder *folder,
    const struct sighting *sightings, size_t count, struct seen *seen)
{
    size_t asked = count < SEEN_MAX ? count : SEEN_MAX;
    for (size_t i = 0; i < asked; i++)
        seen[i] = (struct seen){.folder = folder->name,
            .path = sightings[i].path,
            .identity = &sightings[i].state.identity,
            .by_path = by_path(folder),
            .is_one_name = sightings[i].state.links == 1};
    return queue_known(agent->queue, seen, asked);
}

/** Return the message with the sightings that the queue does not know. */
static void take_seen(struct agent *agent, struct message *message)
{
    const struct folder *folder = &agent->config->folders[message->folder];
    struct seen seen[SEEN_MAX];
    size_t kept = 0;
    for (size_t i = 0; i < message->count;) {
        struct sighting *sightings = &message->sightings[i];
        size_t answered = ask_queue(agent, folder, sightings, message->count - i, seen);
        for (size_t j = 0; j < answered; j++) {
            if (!is_to_settle(agent, &seen[j])) {
                free(sightings[j].path);
                continue;
            }
            sightings[j].judged = seen[j].known == KNOWN_JUDGED;
            message->sightings[kept++] = sightings[j];
        }
        i += answered;
    }
    answer_seen(agent, message, kept);
}

static void log_arrival(int64_t id, const struct arrival *arrival)
{
    bool has_failed = arrival->error_code != NULL;
    const struct log_about about = {.job = id,
        .folder = arrival->folder,
        .file = arrival->path,
        .state = job_state_names[has_failed ? JOB_FAILED : JOB_QUEUED],
        .code = arrival->error_code};
    job_log_about(has_failed ? LOG_LEVEL_WARN : LOG_LEVEL_INFO, LOG_MODULE, &about,
        has_failed ? "failed" : "queued", arrival->error_message);
}

static void take_settled(struct agent *agent, const struct message *message)
{
    const struct folder *folder = &agent->config->folders[message->folder];
    for (size_t i = 0; i < message->count; i++) {
        const struct sighting *sighting = &message->sightings[i];
        struct arrival arrival = {.folder = folder->name,
            .path = sighting->path,
            .identity = sighting->state.identity,
            .changed_ms = sighting->state.ctime_ns / 1000000,
            .by_path = by_path(folder),
            .error_code = sighting->error_code,
            .error_message = sighting->error_message,
            .note = sighting->note,
            .owner = folder->wants_owner ? account_names_find(agent->owners, sighting->state.uid)
                                         : NULL};
        int64_t id = queue_add(agent->queue, &arrival);
        if (id && !arrival.error_code)
            metrics_count_settled(agent->metrics, clock_wall_ms() - arrival.changed_ms);
        if (id)
            log_arrival(id, &arrival);
    }
}

static void take_left(struct agent *agent, const struct message *message)
{
    for (size_t i = 0; i < message->count; i++)
        queue_recheck_held(
            agent->queue, agent->config->folders[message->folder].name, message->sightings[i].path);
}

static void take_spent(struct agent *agent, const struct message *message)
{
    for (size_t i = 0; i < message->count; i++)
        spent_begin(
            agent, message->folder, message->sightings[i].path, &message->sightings[i].state);
}

static void take_empty(struct agent *agent, const struct message *message)
{
    for (size_t i = 0; i < message->count; i++)
        worker_remove_emptied(agent->worker, message->folder, message->sightings[i].path,
            &message->sightings[i].state);
}

static void judge_bare(const struct agent *agent, size_t index, struct folder_health *health)
{
    const struct folder *folder = &agent->config->folders[index];
    if (health->healthy && health->is_bare && agent_count_waiting(agent, folder->name) > 0) {
        health->healthy = false;
        snprintf(health->message, sizeof(health->message),
            "is empty although files of it are still in the queue: it appears to be "
            "unmounted" REMEDY "mount it again");
    }
}

static void set_health(struct agent *agent, size_t index, const struct folder_health *health)
{
    const struct folder *folder = &agent->config->folders[index];
    const struct folder_health before = agent->folders[index].health;
    agent->folders[index].health = *health;
    bool was_healthy = before.healthy;
    bool is_news = strcmp(health->message, before.message) != 0;
    const struct folder_state state = {health->healthy, health->device, health->inode,
        health->scanned_for, health->complete_scans};
    worker_set_folder(agent->worker, index, &state);
    const struct log_about about = {.folder = folder->name};
    if (*health->message && is_news)
        log_about(LOG_LEVEL_WARN, &about, "folder %s (%s): %s", folder->name, folder->path,
            health->message);
    else if (health->healthy && !was_healthy)
        log_about(LOG_LEVEL_INFO, &about, "folder %s (%s) is watched%s", folder->name, folder->path,
            health->polls ? ", by polling every poll_interval" : "");
}

static void take_health(struct agent *agent, const struct message *message)
{
    struct agent_folder *folder = &agent->folders[message->folder];
    struct folder_health health = message->health;
    judge_bare(agent, message->folder, &health);
    if (!health.healthy)
        recover_elsewhere_abandon(agent, message->folder);
    if (health.healthy && !folder->is_recovered &&
        !recover_arrived(agent, message->folder, &health))
        folder->arriving = health;
    else
        set_health(agent, message->folder, &health);
}

/** The folder arrives, and is scanned again: what was put back may have been missed. */
static void take_recovery(struct agent *agent, size_t index, int result)
{
    recover_finish(agent, index, result);
    set_health(agent, index, &agent->folders[index].arriving);
    (void)request_scan(agent, agent->config->folders[index].name);
}

static void take_result(struct agent *agent, const struct message *message)
{
    int result = 1;
    if (!recover_elsewhere_take(agent, message, &result) && !spent_take(agent, message))
        worker_take_result(agent->worker, agent->config->folders[message->folder].name,
            message->question, message->body, message->body_length);
    if (result <= 0)
        take_recovery(agent, message->folder, result);
}

/**
 * While the disk is full, nothing new is accepted: the files stay in their folders, and are scanned
 * again when there is room.
 */
static void drop_message(struct agent *agent, struct message *message)
{
    if (message->kind == MESSAGE_SEEN) {
        for (size_t i = 0; i < message->count; i++)
            free(message->sightings[i].path);
        answer_seen(agent, message, 0);
        return;
    }
    message_free(message);
}

static void take_message(struct agent *agent, struct message *message)
{
    if (message->config != agent->config) {
        message_free(message); /* about folders before a reload; everything is reported again */
        return;
    }
    if (message->kind == MESSAGE_PROGRESS) {
        progress_keep(agent, message);
        return;
    }
    if (message->kind == MESSAGE_RESULT) {
        take_result(agent, message);
        message_free(message);
        return;
    }
    if (message->kind == MESSAGE_BLOCK) {
        worker_take_block(agent->worker, message->question, message->body, message->body_length);
        message_free(message);
        return;
    }
    if (agent->disk_short && message->kind != MESSAGE_HEALTH) {
        drop_message(agent, message);
        return;
    }
    switch (message->kind) {
    case MESSAGE_SEEN:
        take_seen(agent, message);
        return;
    case MESSAGE_SETTLED:
        take_settled(agent, message);
        break;
    case MESSAGE_LEFT:
        take_left(agent, message);
        break;
    case MESSAGE_SPENT:
        take_spent(agent, message);
        break;
    case MESSAGE_EMPTY:
        take_empty(agent, message);
        break;
    default:
        take_health(agent, message);
    }
    message_free(message);
}

void arrivals_take(struct agent *agent)
{
    struct message *message;
    for (int i = 0; i < MESSAGES_A_TURN && (message = intake_take(agent->intake)) != NULL; i++)
        take_message(agent, message);
}
