/** The effects of jobs, as queries of the store. */
#include "closedrop/queue/effects.h"

#include "queue_state.h"

#include "closedrop/base/str.h"

#include <stdlib.h>
#include <string.h>

const char *const effect_state_names[EFFECT_STATES] = {
    [EFFECT_WAITING] = "waiting",
    [EFFECT_POSTED] = "posted",
    [EFFECT_DONE] = "done",
    [EFFECT_MISSING] = "missing",
};

void effect_release(struct effect *effect)
{
    free(effect->request);
    free(effect->result);
    *effect = (struct effect){0};
}

void queue_put_effect(struct queue *queue, int64_t job, const struct effect *effect)
{
    const struct query query = {.id = job,
        .activity = activity_kind_names[effect->kind],
        .state = effect_state_names[effect->state],
        .why = effect->request,
        .name = effect->result ? effect->result : "",
        .at_ms = effect->at_ms,
        .number = effect->tries,
        .nth = effect->verifications};
    store_change(queue->store, CHANGE_EFFECT, &query);
}

void queue_forget_effects(struct queue *queue, int64_t job)
{
    store_change(queue->store, CHANGE_REMOVE_EFFECTS, &(struct query){.id = job});
}

/** Of a name that is none, the one after which a person looks. */
static enum effect_state state_from_name(const char *name)
{
    int state = 0;
    while (state < EFFECT_MISSING && strcmp(name, effect_state_names[state]) != 0)
        state++;
    return (enum effect_state)state;
}

/** The texts stay the row's. */
static struct effect effect_of(const struct row *row)
{
    return (struct effect){.kind = activity_kind_from_name(row->texts[0]),
        .state = state_from_name(row->texts[1]),
        .request = (char *)(uintptr_t)row->texts[2],
        .result = (char *)(uintptr_t)row->texts[3],
        .at_ms = row->numbers[0],
        .tries = (int)row->numbers[1],
        .verifications = (int)row->numbers[2]};
}

struct asked_effects {
    void (*each)(void *context, const struct effect *effect);
    void *context;
};

static void tell_effect(void *context, const struct row *row)
{
    const struct asked_effects *asked = context;
    const struct effect effect = effect_of(row);
    asked->each(asked->context, &effect);
}

void queue_effects(struct queue *queue, int64_t job,
    void (*each)(void *context, const struct effect *effect), void *context)
{
    struct asked_effects asked = {each, context};
    store_rows(queue->store, QUERY_EFFECTS, &(struct query){.id = job}, tell_effect, &asked);
}

struct next_effect {
    struct queue *queue;
    struct effect effect;
    bool is_there;
};

static void keep_first_open(void *context, const struct effect *effect)
{
    struct next_effect *next = context;
    bool is_behind = next->is_there && next->effect.kind < effect->kind;
    if (is_behind || effect->state >= EFFECT_DONE)
        return;
    effect_release(&next->effect);
    next->is_there = true;
    next->effect = *effect;
    next->effect.request = next->effect.result = NULL;
    queue_keep_text(next->queue, &next->effect.request, effect->request);
    queue_keep_text(next->queue, &next->effect.result, effect->result);
}

bool queue_next_effect(struct queue *queue, int64_t job, struct effect *ret_effect)
{
    struct next_effect next = {.queue = queue};
    queue_effects(queue, job, keep_first_open, &next);
    if (next.is_there)
        *ret_effect = next.effect;
    return next.is_there;
}

bool queue_has_open_effect(struct queue *queue, int64_t job)
{
    struct effect next = {0};
    bool has_one = queue_next_effect(queue, job, &next);
    effect_release(&next);
    return has_one;
}
