/**
 * Keeps leads and contacts, each with two states: the current one, and the one that the search
 * index has seen. A change replaces the first at once, and the second when the lag is over:
 *
 *     leads_put(new)      now: old -> new     indexed: old           pending: new
 *     leads_index()       now: new            indexed: old -> new    pending: -
 */
#include "crm/leads.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *const object_names[OBJECT_KINDS] = {"lead", "contact"};

/** A change that the index has not heard of. */
struct change {
    struct object *object;
    struct state *state;
    uint64_t number;
    int64_t at_ms, due_ms;
};

/* ---- states ---- */

struct state *state_new(void)
{
    struct state *state = calloc(1, sizeof(*state));
    if (state)
        state->holders = 1;
    return state;
}

/** Copy a text or value where there is one; false when memory is short. */
static bool copy_text(char **ret_copy, const char *text)
{
    *ret_copy = text ? strdup(text) : NULL;
    return *ret_copy || !text;
}

static bool copy_value(struct json **ret_copy, const struct json *value)
{
    *ret_copy = value ? json_copy(value) : NULL;
    return *ret_copy || !value;
}

struct state *state_copy(const struct state *state)
{
    struct state *copy = state_new();
    if (!copy)
        return NULL;
    copy->created_us = state->created_us;
    copy->updated_us = state->updated_us;
    if (copy_text(&copy->name, state->name) && copy_text(&copy->lead_id, state->lead_id) &&
        copy_value(&copy->custom, state->custom) && copy_value(&copy->emails, state->emails) &&
        copy_value(&copy->phones, state->phones))
        return copy;
    state_drop(copy);
    return NULL;
}

static struct state *state_hold(struct state *state)
{
    if (state)
        state->holders++;
    return state;
}

void state_drop(struct state *state)
{
    if (!state || --state->holders > 0)
        return;
    free(state->name);
    free(state->lead_id);
    json_free(state->custom);
    json_free(state->emails);
    json_free(state->phones);
    free(state);
}

/* ---- objects ---- */

static void free_object(void *row)
{
    struct object *object = row;
    state_drop(object->now);
    state_drop(object->indexed);
    rows_release(&object->contacts, NULL);
    free(object->id);
    free(object);
}

static void free_change(void *row)
{
    struct change *change = row;
    state_drop(change->state);
    free(change);
}

struct leads *leads_new(void)
{
    return calloc(1, sizeof(struct leads));
}

void leads_free(struct leads *leads)
{
    if (!leads)
        return;
    rows_release(&leads->pending, free_change);
    rows_release(&leads->objects, free_object);
    for (size_t i = 0; i < OBJECT_KINDS; i++)
        lookup_release(&leads->by_id[i]);
    free(leads);
}

struct object *leads_find(const struct leads *leads, enum object_kind kind, const char *id)
{
    struct object *object = lookup_get(&leads->by_id[kind], id);
    return object && object->now ? object : NULL;
}

const struct state *object_state(const struct object *object, enum sight sight)
{
    return sight == SIGHT_INDEX ? object->indexed : object->now;
}

bool object_is_of(const struct object *contact, const struct object *lead, enum sight sight)
{
    const struct state *state = object_state(contact, sight);
    return state && strcmp(state->lead_id, lead->id) == 0;
}

static struct object *add_object(struct leads *leads, enum object_kind kind, const char *id)
{
    struct object *object = calloc(1, sizeof(*object));
    if (!object)
        return NULL;
    object->kind = kind;
    object->id = strdup(id);
    if (!object->id || rows_add(&leads->objects, object) != 0) {
        free_object(object);
        return NULL;
    }
    /* on failure it stays in the list, without a state: as if it had gone */
    return lookup_put(&leads->by_id[kind], object->id, object) == 0 ? object : NULL;
}

/** Let the contact's lead know of it. */
static int relate(const struct leads *leads, struct object *contact, const struct state *state)
{
    struct object *lead = state ? lookup_get(&leads->by_id[OBJECT_LEAD], state->lead_id) : NULL;
    if (!lead)
        return 0;
    for (size_t i = 0; i < lead->contacts.count; i++)
        if (lead->contacts.items[i] == contact)
            return 0;
    return rows_add(&lead->contacts, contact);
}

/* ---- the index ---- */

/** Takes one hold of the state over. */
static void let_see(struct object *object, struct state *state, uint64_t number)
{
    if (number < object->indexed_change) { /* a later change was due earlier */
        state_drop(state);
        return;
    }
    state_drop(object->indexed);
    object->indexed = state;
    object->indexed_change = number;
}

static int let_see_later(
    struct leads *leads, struct object *object, struct state *state, int64_t lag_ms)
{
    struct change *change = calloc(1, sizeof(*change));
    if (rows_add(&leads->pending, change) != 0) {
        free(change);
        return -ENOMEM;
    }
    int64_t now_ms = clock_steady_ms();
    *change = (struct change){object, state_hold(state), ++leads->changes, now_ms, now_ms + lag_ms};
    return 0;
}

void leads_index(struct leads *leads, int64_t lag_ms)
{
    int64_t now_ms = clock_steady_ms();
    size_t kept = 0;
    for (size_t i = 0; i < leads->pending.count; i++) {
        struct change *change = leads->pending.items[i];
        if (change->due_ms > now_ms && change->at_ms + lag_ms > now_ms) {
            leads->pending.items[kept++] = change;
            continue;
        }
        let_see(change->object, change->state, change->number);
        free(change);
    }
    leads->pending.count = kept;
}

/* ---- changes ---- */

static int change_object(
    struct leads *leads, struct object *object, struct state *state, int64_t lag_ms)
{
    int result = object->kind == OBJECT_CONTACT ? relate(leads, object, state) : 0;
    if (result == 0 && lag_ms > 0)
        result = let_see_later(leads, object, state, lag_ms);
    else if (result == 0)
        let_see(object, state_hold(state), ++leads->changes);
    if (result < 0) {
        state_drop(state);
        return result;
    }
    state_drop(object->now);
    object->now = state;
    return 0;
}

int leads_put(
    struct leads *leads, enum object_kind kind, const char *id, struct state *state, int64_t lag_ms)
{
    struct object *object = lookup_get(&leads->by_id[kind], id);
    if (!object)
        object = add_object(leads, kind, id);
    if (object)
        return change_object(leads, object, state, lag_ms);
    state_drop(state);
    return -ENOMEM;
}
