/** Hooks: an event is claimed in one turn, its program is started in the next, and its end decides
 * whether the event is delivered. */
#define LOG_MODULE "alerts"

#include "hooks.h"

#include "notice_json.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/base/log.h"
#include "closedrop/base/str.h"
#include "closedrop/base/utf8.h"
#include "closedrop/queue/backoff.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#define ENVIRONMENT_MAX 5 /* with the NULL */
#define WHAT 32

static const char *name_of(enum notice_kind kind, char what[WHAT])
{
    snprintf(what, WHAT, "hook %s", notice_kind_names[kind]);
    return what;
}

static struct notice_batch batch_of(const struct hook *hook)
{
    return (struct notice_batch){CHANNEL_HOOK, hook->event.id, NULL};
}

static void free_slot(struct hook *hook)
{
    notice_release(&hook->event);
    free(hook->json);
    hook->json = NULL;
    hook->state = HOOK_FREE;
}

/* ---- its end ---- */

/** What a hook wrote goes into the history of its job, or else into the log. */
static void note(struct queue *queue, const struct hook *hook, const char *why)
{
    char what[WHAT];
    struct str text = STR_INIT(8192);
    str_printf(&text, "%s: %s", name_of(hook->event.kind, what), *why ? why : "ended well");
    if (hook->child.kept) {
        str_add(&text, "; it wrote: ");
        utf8_clean(&text, hook->child.output, hook->child.kept);
    }
    if (!hook->event.job || !queue_note_notice(queue, hook->event.job, str_text(&text)))
        log_info("event %" PRId64 ": %s", hook->event.id, str_text(&text));
    str_release(&text);
}

static void failed(struct hooks *hooks, struct queue *queue, struct hook *hook, const char *why)
{
    char what[WHAT];
    const struct notice_batch batch = batch_of(hook);
    int64_t due_ms = delivery_due_ms(&hook->event, clock_wall_ms(), backoff_chance());
    if (hook->event.tries == 0 || due_ms == INT64_MAX)
        note(queue, hook, why);
    if (due_ms == INT64_MAX)
        queue_end_delivery(queue, &batch);
    else
        queue_delay_delivery(queue, &batch, due_ms);
    trouble_note(&hooks->troubles[hook->event.kind], name_of(hook->event.kind, what), why,
        hook->event.id, due_ms);
    free_slot(hook);
}

static void delivered(struct hooks *hooks, struct queue *queue, struct hook *hook)
{
    char what[WHAT];
    const struct notice_batch batch = batch_of(hook);
    if (hook->child.kept)
        note(queue, hook, "");
    queue_end_delivery(queue, &batch);
    trouble_end(&hooks->troubles[hook->event.kind], name_of(hook->event.kind, what));
    free_slot(hook);
}

/* ---- its beginning ---- */

static void add_variable(char **environment, const char *name, const char *value)
{
    while (*environment)
        environment++;
    if (value)
        *environment = str_format("%s=%s", name, value);
}

/** Nothing of ours: no key, and no directory with one. */
static void make_environment(char *environment[ENVIRONMENT_MAX], enum notice_kind kind)
{
    const char *path = getenv("PATH");
    add_variable(environment, "PATH", path ? path : "/usr/local/bin:/usr/bin:/bin");
    add_variable(environment, "LANG", getenv("LANG"));
    add_variable(environment, "HOME", getenv("HOME"));
    add_variable(environment, "CLOSEDROP_EVENT", notice_kind_names[kind]);
}

static int start(struct hook *hook, char *const *argv, int epoll)
{
    char *environment[ENVIRONMENT_MAX] = {NULL};
    make_environment(environment, hook->event.kind);
    int result = child_start(&hook->child, argv, environment, hook->json, strlen(hook->json));
    for (char **at = environment; *at; at++)
        free(*at);
    if (result < 0)
        return result;
    struct epoll_event event = {.events = EPOLLIN};
    (void)epoll_ctl(epoll, EPOLL_CTL_ADD, hook->child.pid_fd, &event);
    (void)epoll_ctl(epoll, EPOLL_CTL_ADD, hook->child.output_fd, &event);
    hook->state = HOOK_RUNNING;
    return 0;
}

/** A reload may have taken it out of the configuration since it was claimed. */
static void start_or_give_up(struct hooks *hooks, const struct config *config, int epoll,
    struct queue *queue, struct hook *hook)
{
    char *const *argv = config->hooks[hook->event.kind];
    const struct notice_batch batch = batch_of(hook);
    int result = argv[0] ? start(hook, argv, epoll) : 0;
    if (!argv[0]) {
        queue_end_delivery(queue, &batch);
        free_slot(hook);
    } else if (result < 0) {
        struct str why = STR_INIT(4096);
        str_printf(&why, "%s cannot be started: %s", argv[0], strerror(-result));
        hook->child.kept = 0;
        failed(hooks, queue, hook, str_text(&why));
        str_release(&why);
    }
}

/* ---- claimed ---- */

struct claim {
    struct hooks *hooks;
    const struct config *config;
    struct queue *queue;
};

static struct hook *find_free(struct hooks *hooks, enum notice_kind kind)
{
    for (int i = 0; i < HOOKS_MAX; i++)
        if (hooks->slots[kind][i].state == HOOK_FREE)
            return &hooks->slots[kind][i];
    return NULL;
}

static void claim_event(void *context, const struct notice *event)
{
    const struct claim *claim = context;
    struct hook *hook = find_free(claim->hooks, event->kind);
    const struct notice_batch batch = {CHANNEL_HOOK, event->id, NULL};
    if (!claim->config->hooks[event->kind][0]) {
        queue_end_delivery(claim->queue, &batch);
        return;
    }
    if (!hook || notice_copy(&hook->event, event) < 0)
        return;
    hook->json = notice_json(claim->queue, event);
    if (!hook->json) { /* no memory: in the next turn */
        free_slot(hook);
        return;
    }
    hook->state = HOOK_CLAIMED;
    queue_begin_delivery(claim->queue, &batch);
}

void hooks_claim(
    struct hooks *hooks, const struct config *config, struct queue *queue, bool is_disk_full)
{
    struct claim claim = {hooks, config, queue};
    bool has_any = queue_has_notices(queue);
    for (int i = 0; i < CONFIG_HOOKS; i++) {
        enum notice_kind kind = (enum notice_kind)i;
        hooks->due_ms[i] = INT64_MAX;
        if (!has_any || (is_disk_full && kind != NOTICE_BLOCKED))
            continue;
        if (find_free(hooks, kind))
            queue_list_notices(queue, CHANNEL_HOOK, kind, HOOKS_MAX, claim_event, &claim);
        hooks->due_ms[i] = queue_next_notice(queue, CHANNEL_HOOK, kind);
    }
}

/* ---- all of them ---- */

/** The slots one after another: NULL after the last. */
static struct hook *slot(struct hooks *hooks, int i)
{
    return i < CONFIG_HOOKS * HOOKS_MAX ? &hooks->slots[i / HOOKS_MAX][i % HOOKS_MAX] : NULL;
}

void hooks_start(struct hooks *hooks, const struct config *config, int epoll, struct queue *queue)
{
    struct hook *hook;
    for (int i = 0; (hook = slot(hooks, i)) != NULL; i++)
        if (hook->state == HOOK_CLAIMED)
            start_or_give_up(hooks, config, epoll, queue, hook);
}

void hooks_reap(struct hooks *hooks, struct queue *queue)
{
    char why[CHILD_WHY];
    struct hook *hook;
    for (int i = 0; (hook = slot(hooks, i)) != NULL; i++) {
        if (hook->state != HOOK_RUNNING || !child_has_ended(&hook->child, clock_steady_ms(), why))
            continue;
        if (*why)
            failed(hooks, queue, hook, why);
        else
            delivered(hooks, queue, hook);
    }
}

void hooks_end_by(struct hooks *hooks, int64_t end_ms)
{
    struct hook *hook;
    for (int i = 0; (hook = slot(hooks, i)) != NULL; i++)
        hook->child.end_ms = earlier(hook->child.end_ms, end_ms);
}

void hooks_stop(struct hooks *hooks)
{
    struct hook *hook;
    for (int i = 0; (hook = slot(hooks, i)) != NULL; i++) {
        if (hook->state == HOOK_RUNNING)
            child_stop(&hook->child);
        free_slot(hook);
    }
}

size_t hooks_count_running(const struct hooks *hooks)
{
    size_t count = 0;
    for (int i = 0; i < CONFIG_HOOKS * HOOKS_MAX; i++)
        count += hooks->slots[i / HOOKS_MAX][i % HOOKS_MAX].state != HOOK_FREE;
    return count;
}

/** The same for the hooks of one kind. */
static int64_t timeout_of(const struct hooks *hooks, int kind, bool may_claim)
{
    int64_t timeout = INT64_MAX;
    for (int i = 0; i < HOOKS_MAX; i++) {
        const struct hook *hook = &hooks->slots[kind][i];
        if (hook->state == HOOK_CLAIMED)
            return 0;
        if (hook->state == HOOK_FREE && may_claim && hooks->due_ms[kind] != INT64_MAX)
            timeout = earlier(timeout, later(hooks->due_ms[kind] - clock_wall_ms(), 0));
        if (hook->state == HOOK_RUNNING && !hook->child.is_killed)
            timeout = earlier(timeout, later(hook->child.end_ms - clock_steady_ms(), 0));
    }
    return timeout;
}

int64_t hooks_timeout(const struct hooks *hooks, bool may_claim)
{
    int64_t timeout = INT64_MAX;
    for (int kind = 0; kind < CONFIG_HOOKS; kind++)
        timeout = earlier(timeout, timeout_of(hooks, kind, may_claim));
    return timeout;
}

int hooks_add_troubles(const struct hooks *hooks, struct json *array)
{
    char what[WHAT];
    int result = 0;
    for (int i = 0; i < CONFIG_HOOKS; i++)
        if (*hooks->troubles[i].why)
            result |= json_append(
                array, trouble_view(&hooks->troubles[i], name_of((enum notice_kind)i, what)));
    return result;
}
