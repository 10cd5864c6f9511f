/** Alerts: one turn of noticing what lasts, and of delivering what is due. */
#define LOG_MODULE "alerts"

#include "closedrop/alerts/alerts.h"

#include "causes.h"
#include "hooks.h"
#include "mailer.h"
#include "ping.h"
#include "silence.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/queue/reading.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

/** How long hooks and mail may still take when the agent stops. */
#define STOP_MS 2000
/** A thread that hangs is noticed within two of these. */
#define PULSE_MS 30000

struct alerts {
    struct queue *queue;
    struct config *config;
    struct causes causes;
    struct hooks hooks;
    struct mailer mailers[2]; /* one for each channel of mail */
    struct pinger pinger;
    int epoll;          /* what the hooks that run write, and that they ended */
    int64_t silent_ms;  /* when a folder may become silent, on the wall clock */
    int64_t summary_ms; /* when the next summary is due, on the wall clock */
    bool is_new_config; /* what failed before may work now */
    bool is_stopping;
};

static void listen_to(struct alerts *alerts)
{
    const struct alert_settings *alert = &alerts->config->alert;
    bool has_mail = alert->mail[0] != NULL;
    for (int kind = 0; kind < CONFIG_HOOKS; kind++) {
        unsigned hook = alerts->config->hooks[kind][0] ? 1U << CHANNEL_HOOK : 0;
        unsigned mail = has_mail && kind != NOTICE_DONE ? 1U << CHANNEL_MAIL : 0;
        queue_set_listeners(alerts->queue, (enum notice_kind)kind, hook | mail);
    }
    queue_set_listeners(
        alerts->queue, NOTICE_SUMMARY, has_mail && alert->digest.days ? 1U << CHANNEL_MAIL : 0);
}

struct alerts *alerts_new(struct queue *queue, struct http *http, struct config *config)
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
    alerts->pinger.http = http;
    alerts->mailers[0] = (struct mailer){.http = http, .channel = CHANNEL_MAIL, .what = "mail"};
    alerts->mailers[1] =
        (struct mailer){.http = http, .channel = CHANNEL_OWNER, .what = "mail to an owner"};
    alerts->config = config_hold(config);
    alerts->silent_ms = alerts->summary_ms = INT64_MAX;
    causes_load(&alerts->causes, queue);
    listen_to(alerts);
    return alerts;
}

void alerts_free(struct alerts *alerts)
{
    if (!alerts)
        return;
    hooks_stop(&alerts->hooks);
    for (size_t i = 0; i < COUNT(alerts->mailers); i++)
        mailer_stop(&alerts->mailers[i]);
    ping_stop(&alerts->pinger);
    causes_release(&alerts->causes);
    config_release(alerts->config);
    close(alerts->epoll);
    free(alerts);
}

void alerts_configure(struct alerts *alerts, struct config *config)
{
    config_release(alerts->config);
    alerts->config = config_hold(config);
    alerts->is_new_config = true;
    ping_soon(&alerts->pinger);
    listen_to(alerts);
}

void alerts_stop(struct alerts *alerts)
{
    alerts->is_stopping = true;
    hooks_end_by(&alerts->hooks, clock_steady_ms() + STOP_MS);
    for (size_t i = 0; i < COUNT(alerts->mailers); i++)
        alerts->mailers[i].end_ms = clock_steady_ms() + STOP_MS;
    ping_end_by(&alerts->pinger, clock_steady_ms() + STOP_MS);
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

/* ---- the daily summary ---- */

/** The number of the queue that keeps up to when it was written. */
#define SUMMARY_UNTIL "summary_until_ms"

/** Keep the notice of a summary, if its time has come; the first one begins now. */
static void add_summary(struct alerts *alerts)
{
    const struct expectation *digest = &alerts->config->alert.digest;
    alerts->summary_ms = INT64_MAX;
    if (!queue_has_listeners(alerts->queue, NOTICE_SUMMARY))
        return;
    int64_t now = clock_wall_ms(), since = queue_number(alerts->queue, SUMMARY_UNTIL);
    bool is_time = since && expectation_last(digest, now) > since;
    if (is_time)
        queue_add_notice(alerts->queue,
            &(struct notice){
                .kind = NOTICE_SUMMARY, .cause = "", .message = "", .since_ms = since});
    if (is_time || !since || since > now)
        queue_set_number(alerts->queue, SUMMARY_UNTIL, now);
    alerts->summary_ms = expectation_next(digest, now);
}

/* ---- a turn ---- */

void alerts_turn(
    struct alerts *alerts, struct condition *conditions, size_t count, int64_t unsettled_since_ms)
{
    if (alerts->is_new_config)
        queue_wake_notices(alerts->queue);
    alerts->is_new_config = false;
    hooks_start(&alerts->hooks, alerts->config, alerts->epoll, alerts->queue);
    for (size_t i = 0; i < COUNT(alerts->mailers); i++)
        mailer_start(&alerts->mailers[i], alerts->config, alerts->queue);
    ping_start(&alerts->pinger);
    hooks_reap(&alerts->hooks, alerts->queue);
    for (size_t i = 0; i < COUNT(alerts->mailers); i++)
        mailer_reap(&alerts->mailers[i], alerts->queue);
    ping_reap(&alerts->pinger, alerts->config);
    judge_conditions(alerts, conditions, count);
    add_summary(alerts);
    if (alerts->is_stopping)
        return;
    bool is_disk_full = alerts_has_reported(alerts, NOTICE_BLOCKED, "disk_full");
    hooks_claim(&alerts->hooks, alerts->config, alerts->queue, is_disk_full);
    for (size_t i = 0; i < COUNT(alerts->mailers); i++)
        mailer_claim(&alerts->mailers[i], alerts->config, alerts->queue, is_disk_full);
    ping_claim(&alerts->pinger, alerts->config, alerts->queue,
        &(struct ping_news){conditions, count, unsettled_since_ms});
}

bool alerts_has_reported(const struct alerts *alerts, enum notice_kind kind, const char *code)
{
    CLEANUP(free_text) char *name = notice_cause(kind, &(struct cause_parts){.code = code});
    const struct cause *cause = name ? causes_find(&alerts->causes, name) : NULL;
    return cause && cause->is_reported;
}

int64_t alerts_pulse_ms(const struct alerts *alerts)
{
    if (*alerts->config->alert.ping_file)
        return earlier(PULSE_MS, alerts->config->alert.every_ms);
    return queue_has_listeners(alerts->queue, NOTICE_BLOCKED) ? PULSE_MS : INT64_MAX;
}

int alerts_descriptor(const struct alerts *alerts)
{
    return alerts->epoll;
}

/** The same for everything but pings. */
static int64_t delivery_timeout(const struct alerts *alerts)
{
    int64_t at_ms = earlier(alerts->silent_ms, alerts->summary_ms);
    int64_t timeout = at_ms == INT64_MAX ? at_ms : later(at_ms - clock_wall_ms(), 0);
    timeout = earlier(timeout, causes_timeout(&alerts->causes));
    for (size_t i = 0; i < COUNT(alerts->mailers); i++)
        timeout = earlier(timeout, mailer_timeout(&alerts->mailers[i], !alerts->is_stopping));
    return earlier(timeout, hooks_timeout(&alerts->hooks, !alerts->is_stopping));
}

int64_t alerts_timeout(const struct alerts *alerts)
{
    return earlier(delivery_timeout(alerts),
        ping_timeout(&alerts->pinger, alerts->config, !alerts->is_stopping));
}

size_t alerts_count_running(const struct alerts *alerts)
{
    return hooks_count_running(&alerts->hooks) + mailer_is_busy(&alerts->mailers[0]) +
           mailer_is_busy(&alerts->mailers[1]) + (alerts->pinger.request != NULL);
}

bool alerts_are_at_rest(const struct alerts *alerts, int64_t patience_ms)
{
    return !alerts_count_running(alerts) && delivery_timeout(alerts) > patience_ms;
}

int alerts_add_status(const struct alerts *alerts, struct json *status)
{
    struct json *view = json_object();
    struct json *failing = json_array();
    int result =
        json_add_int(view, "hooks_waiting", queue_count_notices(alerts->queue, CHANNEL_HOOK, NULL));
    result |= json_add_int(view, "mails_waiting",
        queue_count_notices(alerts->queue, CHANNEL_MAIL, NULL) +
            queue_count_notices(alerts->queue, CHANNEL_OWNER, NULL));
    result |= hooks_add_troubles(&alerts->hooks, failing);
    for (size_t i = 0; i < COUNT(alerts->mailers); i++) {
        const struct mailer *mailer = &alerts->mailers[i];
        if (*mailer->trouble.why)
            result |= json_append(failing, trouble_view(&mailer->trouble, mailer->what));
    }
    if (*alerts->pinger.trouble.why)
        result |= json_append(failing, trouble_view(&alerts->pinger.trouble, "ping"));
    result |= json_add(view, "failing", failing);
    return result | json_add(status, "alerts", view);
}
