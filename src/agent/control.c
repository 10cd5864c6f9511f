/**
 * Answers questions on the control socket: from the queue, plus what only a running agent knows.
 */
#define LOG_MODULE "agent"

#include "control.h"
#include "agent_state.h"
#include "folder_away.h"
#include "progress.h"
#include "pruning.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/control/questions.h"

#include <unistd.h>

/** The file that has waited longest to be taken into the queue. */
static int add_longest_wait(const struct folder_health *health, struct json *folder)
{
    static const char *const names[SETTLE_WAITS] = {"quiet", "marker", "incomplete", "access"};
    char since[CLOCK_TEXT];
    if (!*health->longest_waiter)
        return json_add_null(folder, "waiting_longest");
    struct json *one = json_object();
    int result = json_add_text(one, "path", health->longest_waiter);
    result |= json_add_text(one, "for", names[health->longest_wait]);
    result |= json_add_text(one, "since", clock_rfc3339(health->waits_since_ms, since));
    return result | json_add(folder, "waiting_longest", one);
}

static int add_health(const struct folder_health *health, struct json *folder)
{
    static const char *const waits[] = {
        "waiting_quiet", "waiting_marker", "waiting_incomplete", "waiting_access"};
    int result = json_add_bool(folder, "healthy", health->healthy);
    result |= json_add_text(folder, "message", *health->message ? health->message : NULL);
    result |= json_add_text(folder, "waits_for", *health->waits_for ? health->waits_for : NULL);
    result |= json_add_text(folder, "unreadable", *health->unreadable ? health->unreadable : NULL);
    result |= json_add_text(folder, "closed", *health->closed ? health->closed : NULL);
    result |= json_add_text(folder, "watch", health->polls ? "poll" : "inotify");
    result |= json_add_bool(folder, "leases", !health->without_leases);
    result |= json_add_int(folder, "settling", health->settling);
    for (int i = 0; i < SETTLE_WAITS; i++)
        result |= json_add_int(folder, waits[i], health->waiting[i]);
    return result | add_longest_wait(health, folder);
}

/** Add what only a running agent knows. */
static int add_status(const struct agent *agent, struct json *status)
{
    char started[CLOCK_TEXT];
    struct json *one = json_object();
    struct json *folder = json_first(json_get(status, "folders"));
    int result = json_add_int(one, "pid", getpid());
    result |= json_add_text(one, "version", CLOSEDROP_VERSION);
    result |= json_add_text(one, "started_at", clock_rfc3339(agent->started_ms, started));
    result |= json_add_text(one, "configuration", agent->config->file);
    result |= json_add_text(one, "configuration_sha256", agent->config->digest);
    if (agent->mistakes.length)
        result |= json_add_text(one, "not_reloaded", str_text(&agent->mistakes));
    result |= json_add(status, "agent", one);
    result |= worker_add_status(agent->worker, status);
    result |= alerts_add_status(agent->alerts, status);
    for (size_t i = 0; folder && i < agent->config->folder_count; i++, folder = json_next(folder))
        result |= add_health(&agent->folders[i].health, folder);
    return result;
}

static bool is_about_status(enum question_kind kind)
{
    return kind == ASK_STATUS || kind == ASK_PAUSE || kind == ASK_RESUME;
}

static int add_known(const struct agent *agent, enum question_kind kind, struct json *body)
{
    return is_about_status(kind) ? add_status(agent, body) : folder_away_add(agent, kind, body);
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
    if (reply.status == 200 && add_known(agent, question->kind, reply.body) < 0) {
        json_free(reply.body);
        reply = answer_error(500, "out of memory");
    }
    worker_set_paused(agent->worker, queue_is_paused(agent->queue));
    if (question->kind == ASK_PRUNE && !question->count)
        pruning_soon(agent);
    if (agent_commit(agent) < 0) {
        json_free(reply.body);
        reply = answer_error(500, "the queue cannot be written");
    }
    return reply;
}
