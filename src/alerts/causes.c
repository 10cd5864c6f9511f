/** What lasts, from what is the case in each turn to two events: it began, and it is over. */
#define LOG_MODULE "alerts"

#include "causes.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/log.h"
#include "closedrop/base/str.h"

#include <stdlib.h>
#include <string.h>

/** A server that restarts, or a network that is gone for a moment, is not worth a notice. */
#define OUTAGE_MS 60000
/** Held jobs that are released leave one after another. */
#define HELD_MS 5000

/* ---- pure ---- */

/** How long a cause must last until it is reported, and how long it must be absent until it is
 * over. */
static void patience_of(const struct cause *cause, int64_t *ret_begin_ms, int64_t *ret_end_ms)
{
    static const char *const certain[] = {"key_refused", "key_unusable", "disk_full"};
    *ret_begin_ms = 0;
    *ret_end_ms = cause->kind == NOTICE_HELD ? HELD_MS : 0;
    if (cause->kind != NOTICE_BLOCKED)
        return;
    for (size_t i = 0; i < COUNT(certain); i++)
        if (cause->code && strcmp(cause->code, certain[i]) == 0)
            return;
    *ret_begin_ms = *ret_end_ms = OUTAGE_MS;
}

enum cause_change cause_decide(const struct cause *cause, int64_t lasted_ms, int64_t *ret_wait_ms)
{
    int64_t begin_ms, end_ms;
    bool is_present = cause->state == CONDITION_PRESENT;
    *ret_wait_ms = INT64_MAX;
    if (cause->state == CONDITION_UNKNOWN || is_present == cause->is_reported)
        return is_present || cause->is_reported ? CAUSE_STAYS : CAUSE_IS_FORGOTTEN;
    patience_of(cause, &begin_ms, &end_ms);
    int64_t patience_ms = is_present ? begin_ms : end_ms;
    if (lasted_ms >= patience_ms)
        return is_present ? CAUSE_BEGINS : CAUSE_IS_OVER;
    *ret_wait_ms = patience_ms - lasted_ms;
    return CAUSE_STAYS;
}

/* ---- the list ---- */

static void free_cause(struct cause *cause)
{
    free(cause->name);
    free(cause->message);
    free(cause->code);
    free(cause);
}

void causes_release(struct causes *causes)
{
    while (causes->list) {
        struct cause *cause = causes->list;
        causes->list = cause->next;
        free_cause(cause);
    }
}

/** A new one at the front; NULL if out of memory, and then it is tried again in the next turn. */
static struct cause *add(struct causes *causes, const char *name, const char *message)
{
    struct cause *cause = calloc(1, sizeof(*cause));
    if (!cause)
        return NULL;
    cause->name = strdup(name);
    cause->message = strdup(message);
    cause->state_ms = clock_steady_ms();
    if (!cause->name || !cause->message) {
        free_cause(cause);
        return NULL;
    }
    cause->next = causes->list;
    causes->list = cause;
    return cause;
}

static struct cause *find(const struct causes *causes, const char *name)
{
    struct cause *cause = causes->list;
    while (cause && strcmp(cause->name, name) != 0)
        cause = cause->next;
    return cause;
}

const struct cause *causes_find(const struct causes *causes, const char *name)
{
    return find(causes, name);
}

/** The part of a cause's name before its first ':' is its kind, the next one its code. */
static void name_kind(struct cause *cause)
{
    CLEANUP(free_text) char *parts = strdup(cause->name);
    char *rest = parts;
    const char *kind = strsep(&rest, ":"), *code = strsep(&rest, ":");
    cause->kind = kind ? notice_kind_of(kind) : NOTICE_KINDS;
    if (cause->kind == NOTICE_BLOCKED)
        (void)str_assign(&cause->code, code && strcmp(code, "key") == 0 ? "key_refused" : code);
}

static void load(void *context, const struct lasting_cause *lasting)
{
    bool is_silence = str_starts_with(lasting->name, "silent:");
    bool is_kept = !lasting->over_ms || is_silence; /* the others are only of mails */
    struct cause *cause = is_kept ? add(context, lasting->name, lasting->message) : NULL;
    if (!cause)
        return;
    name_kind(cause);
    cause->is_reported = !lasting->over_ms;
    cause->over_ms = lasting->over_ms;
    cause->state = CONDITION_UNKNOWN;
    cause->since_ms = lasting->since_ms;
    cause->event = lasting->event;
}

void causes_load(struct causes *causes, struct queue *queue)
{
    queue_list_causes(queue, load, causes);
}

/* ---- what is the case ---- */

static void set_state(struct cause *cause, enum condition_state state)
{
    if (cause->state == state)
        return;
    cause->state = state;
    cause->state_ms = clock_steady_ms();
    if (state == CONDITION_PRESENT && !cause->is_reported)
        cause->since_ms = clock_wall_ms();
}

/** From now on files are expected, which must be known over a restart. */
static void begin_to_expect(struct queue *queue, struct cause *cause)
{
    cause->since_ms = cause->over_ms = clock_wall_ms();
    queue_set_cause(
        queue, &(struct lasting_cause){cause->name, "", cause->since_ms, cause->over_ms, 0});
}

static void see(struct causes *causes, struct queue *queue, const struct condition *condition)
{
    bool is_present = condition->state == CONDITION_PRESENT;
    bool is_silence = condition->kind == NOTICE_SILENT;
    if (!causes->list && !is_present && !is_silence)
        return;
    CLEANUP(free_text) char *name = notice_cause(condition->kind, &condition->parts);
    struct cause *cause = name ? find(causes, name) : NULL;
    if (!cause && name && (is_present || is_silence)) {
        cause = add(causes, name, is_present ? condition->message : "");
        if (cause && is_silence)
            begin_to_expect(queue, cause);
    }
    if (!cause)
        return;
    cause->was_seen = true;
    cause->kind = condition->kind;
    if (is_present && !cause->is_reported) {
        (void)str_assign(&cause->code, condition->parts.code);
        (void)str_assign(&cause->message, condition->message);
    }
    set_state(cause, condition->state);
}

/* ---- what follows ---- */

static void begin(struct queue *queue, struct cause *cause)
{
    cause->event = queue_add_notice(queue,
        &(struct notice){.kind = cause->kind, .cause = cause->name, .message = cause->message});
    cause->is_reported = true;
    queue_set_cause(queue, &(struct lasting_cause){cause->name, cause->message, cause->since_ms,
                               .event = cause->event});
}

static void end(struct queue *queue, struct cause *cause)
{
    queue_add_notice(queue, &(struct notice){.kind = NOTICE_RECOVERED,
                                .cause = cause->name,
                                .message = cause->message,
                                .since_ms = cause->since_ms,
                                .opened_by = cause->event});
    cause->is_reported = false;
    if (cause->kind != NOTICE_SILENT) {
        queue_forget_cause(queue, cause->name);
        return;
    }
    cause->over_ms = clock_wall_ms();
    queue_set_cause(
        queue, &(struct lasting_cause){cause->name, "", cause->since_ms, cause->over_ms, 0});
}

/** Where nobody is to hear of it any more it is forgotten. */
static bool is_heard_of(const struct queue *queue, const struct cause *cause)
{
    return cause->kind < NOTICE_KINDS && (queue_has_listeners(queue, cause->kind) ||
                                             queue_has_listeners(queue, NOTICE_RECOVERED));
}

/** Whether the cause is still to be kept: silence is, as long as files are expected. */
static bool apply(struct queue *queue, struct cause *cause, bool is_expected)
{
    int64_t wait_ms;
    if (!is_heard_of(queue, cause)) {
        if (cause->is_reported || cause->kind == NOTICE_SILENT)
            queue_forget_cause(queue, cause->name);
        return false;
    }
    switch (cause_decide(cause, clock_steady_ms() - cause->state_ms, &wait_ms)) {
    case CAUSE_BEGINS:
        begin(queue, cause);
        return true;
    case CAUSE_IS_OVER:
        end(queue, cause);
        return is_expected;
    case CAUSE_IS_FORGOTTEN:
        if (cause->kind == NOTICE_SILENT && !is_expected)
            queue_forget_cause(queue, cause->name);
        return is_expected;
    case CAUSE_STAYS:
        break;
    }
    return true;
}

void causes_update(
    struct causes *causes, struct queue *queue, const struct condition *conditions, size_t count)
{
    for (size_t i = 0; i < count; i++)
        see(causes, queue, &conditions[i]);
    for (struct cause **at = &causes->list; *at;) {
        struct cause *cause = *at;
        bool is_expected = cause->kind == NOTICE_SILENT && cause->was_seen;
        if (!cause->was_seen)
            set_state(cause, CONDITION_ABSENT);
        cause->was_seen = false;
        if (apply(queue, cause, is_expected)) {
            at = &cause->next;
            continue;
        }
        *at = cause->next;
        free_cause(cause);
    }
}

int64_t causes_timeout(const struct causes *causes)
{
    int64_t timeout = INT64_MAX, now = clock_steady_ms();
    for (const struct cause *cause = causes->list; cause; cause = cause->next) {
        int64_t wait_ms;
        (void)cause_decide(cause, now - cause->state_ms, &wait_ms);
        timeout = earlier(timeout, wait_ms);
    }
    return timeout;
}
