/** Alerts: one turn of noticing what lasts, and of delivering what is due. */
#define LOG_MODULE "alerts"

#include "closedrop/alerts/alerts.h"

#include "causes.h"
#include "hooks.h"
#include "silence.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

/** How long hooks may still take when the agent stops. */
#define STOP_MS 2000

struct alerts {
    struct queue *queue;
    struct config *config;
    struct causes causes;
    struct hooks hooks;
    int epoll;         /* what the hooks that run write, and that they ended */
    int64_t silent_ms; /* when a folder may become silent, on the wall clock */
    bool is_stopping;
};

static void listen_to(struct alerts *alerts)
{
    for (int kind = 0; kind < CONFIG_HOOKS; kind++) {
        unsigned channels = alerts->config->hooks[kind][0] ? 1U << CHANNEL_HOOK : 0;
        queue_set_listeners(alerts->queue, (enum notice_kind)kind, channels);
    }
}

struct alerts *alerts_new(struct queue *queue, struct config *config)
{
    struct alerts *alerts = calloc(1, sizeof(*alerts));
    if (!alerts)
        return NULL;
    alerts->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (alerts->epoll < 0) {
        free(alerts);
        return NULL;
    }
    alerts->queue = queue;
    alerts->config = config_hold(config);
    alerts->silent_ms = INT64_MAX;
    causes_load(&alerts->causes, queue);
    listen_to(alerts);
    return alerts;
}

void alerts_free(struct alerts *alerts)
{
    if (!alerts)
        return;
    hooks_stop(&alerts->hooks);
    causes_release(&alerts->causes);
    config_release(alerts->config);
    close(alerts->epoll);
    free(alerts);
}

void alerts_configure(struct alerts *alerts, struct config *config)
{
    config_release(alerts->config);
    alerts->config = config_hold(config);
    listen_to(alerts);
}

void alerts_stop(struct alerts *alerts)
{
    alerts->is_stopping = true;
    hooks_end_by(&alerts->hooks, clock_steady_ms() + STOP_MS);
}

/* ---- silence ---- */

/** Find out whether a folder is silent, for a condition that does not know yet. */
static void judge_silence(struct alerts *alerts, struct condition *condition, char *message)
{
    CLEANUP(free_text) char *name = notice_cause(NOTICE_SILENT, &condition->parts);
    const struct cause *cause = name ? causes_find(&alerts->causes, name) : NULL;
    int64_t now = clock_wall_ms();
    struct silence silence = {.folder = config_folder(alerts->config, condition->parts.folder),
        .last_ms = earlier(queue_last_arrival(alerts->queue, condition->parts.folder), now),
        .is_on = cause && cause->is_reported,
        .since_ms = cause ? cause->since_ms : now,
        .over_ms = cause ? cause->over_ms : now};
    condition->state = silence_is_on(&silence, now) ? CONDITION_PRESENT : CONDITION_ABSENT;
    silence_print(&silence, message);
    condition->message = message;
    alerts->silent_ms = earlier(alerts->silent_ms, silence_next_ms(&silence, now));
}

static void judge_conditions(struct alerts *alerts, struct condition *conditions, size_t count)
{
    char(*messages)[SILENCE_MESSAGE] = calloc(count + 1, sizeof(*messages));
    alerts->silent_ms = INT64_MAX;
    for (size_t i = 0; messages && i < count; i++)
        if (conditions[i].kind == NOTICE_SILENT && conditions[i].state != CONDITION_UNKNOWN)
            judge_silence(alerts, &conditions[i], messages[i]);
    if (messages) /* or else in the next turn */
        causes_update(&alerts->causes, alerts->queue, conditions, count);
    free(messages);
}

/* ---- a turn ---- */

void alerts_turn(struct alerts *alerts, struct condition *conditions, size_t count)
{
    hooks_start(&alerts->hooks, alerts->config, alerts->epoll, alerts->queue);
    hooks_reap(&alerts->hooks, alerts->queue);
    judge_conditions(alerts, conditions, count);
    if (!alerts->is_stopping)
        hooks_claim(&alerts->hooks, alerts->config, alerts->queue);
}

int alerts_descriptor(const struct alerts *alerts)
{
    return alerts->epoll;
}

int64_t alerts_timeout(const struct alerts *alerts)
{
    int64_t timeout = earlier(
        hooks_timeout(&alerts->hooks, !alerts->is_stopping), causes_timeout(&alerts->causes));
    return alerts->silent_ms == INT64_MAX
               ? timeout
               : earlier(timeout, later(alerts->silent_ms - clock_wall_ms(), 0));
}

size_t alerts_count_running(const struct alerts *alerts)
{
    return hooks_count_running(&alerts->hooks);
}

int alerts_add_status(const struct alerts *alerts, struct json *status)
{
    struct json *view = json_object();
    struct json *failing = json_array();
    int result =
        json_add_int(view, "hooks_waiting", queue_count_notices(alerts->queue, CHANNEL_HOOK, NULL));
    result |= hooks_add_troubles(&alerts->hooks, failing);
    result |= json_add(view, "failing", failing);
    return result | json_add(status, "alerts", view);
}
