/**
 * Answers questions on the control socket: from the queue, plus what only a running agent knows.
 */
#define LOG_MODULE "agent"

#include "control.h"
#include "agent_state.h"
#include "progress.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/control/questions.h"
#include "closedrop/queue/reading.h"

#include <unistd.h>

static int add_folder(const struct agent *agent, size_t index, struct json *folders)
{
    static const char *const waits[] = {
        "waiting_quiet", "waiting_marker", "waiting_incomplete", "waiting_access"};
    const struct folder *folder = &agent->config->folders[index];
    const struct folder_health *health = &agent->folders[index].health;
    struct queue_counts counts;
    queue_count(agent->queue, folder->name, &counts);
    struct json *one = json_object();
    int result = json_add_text(one, "name", folder->name);
    result |= json_add_text(one, "path", folder->path);
    result |= json_add_bool(one, "healthy", health->healthy);
    result |= json_add_text(one, "message", *health->message ? health->message : NULL);
    result |= json_add_text(one, "waits_for", *health->waits_for ? health->waits_for : NULL);
    result |= json_add_text(one, "unreadable", *health->unreadable ? health->unreadable : NULL);
    result |= json_add_text(one, "closed", *health->closed ? health->closed : NULL);
    result |= json_add_text(one, "watch", health->polls ? "poll" : "inotify");
    result |= json_add_bool(one, "leases", !health->without_leases);
    result |= json_add_int(one, "settling", health->settling);
    for (int i = 0; i < SETTLE_WAITS; i++)
        result |= json_add_int(one, waits[i], health->waiting[i]);
    result |= json_add_int(one, "queued", counts.by_state[JOB_QUEUED]);
    result |= json_add_int(one, "failed", counts.by_state[JOB_FAILED]);
    return result | json_append(folders, one);
}

/** Add what only a running agent knows. */
static int add_status(const struct agent *agent, struct json *status)
{
    char started[CLOCK_TEXT];
    struct json *one = json_object();
    struct json *folders = json_array();
    int result = json_add_int(one, "pid", getpid());
    result |= json_add_text(one, "version", CLOSEDROP_VERSION);
    result |= json_add_text(one, "started_at", clock_rfc3339(agent->started_ms, started));
    result |= json_add_text(one, "configuration", agent->config->file);
    result |= json_add_text(one, "configuration_sha256", agent->config->digest);
    if (agent->mistakes.length)
        result |= json_add_text(one, "not_reloaded", str_text(&agent->mistakes));
    result |= json_add(status, "agent", one);
    result |= worker_add_status(agent->worker, status);
    for (size_t i = 0; i < agent->config->folder_count; i++)
        result |= add_folder(agent, i, folders);
    return result | json_add(status, "folders", folders);
}

static bool is_about_status(enum question_kind kind)
{
    return kind == ASK_STATUS || kind == ASK_PAUSE || kind == ASK_RESUME;
}

struct answer control_answer(void *context, const struct question *question)
{
    struct agent *agent = context;
    if (agent->broken)
        return answer_error(500, "the queue cannot be written");
    if (question->kind == ASK_PROGRESS)
        return progress_answer(agent, question);
    queue_begin(agent->queue);
    struct answer reply = question_answer(agent->queue, agent->config, question);
    if (is_about_status(question->kind) && reply.status == 200 &&
        add_status(agent, reply.body) < 0) {
        json_free(reply.body);
        reply = answer_error(500, "out of memory");
    }
    worker_set_paused(agent->worker, queue_is_paused(agent->queue));
    if (agent_commit(agent) < 0) {
        json_free(reply.body);
        reply = answer_error(500, "the queue cannot be written");
    }
    return reply;
}
