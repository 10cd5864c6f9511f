/**
 * The leads and contacts there are, and what the search index has seen of them so far.
 *
 * An object has a state, which never changes: a change gives the object another one. The index is
 * informed of a change at once, or only after a lag; until then it has the old state. Not
 * safe by itself: crm.h guards it.
 */
#ifndef CLOSEDROP_SANDBOX_CRM_LEADS_H
#define CLOSEDROP_SANDBOX_CRM_LEADS_H

#include "util/lookup.h"
#include "util/rows.h"

#include <stdbool.h>
#include <stdint.h>

struct json;

enum object_kind { OBJECT_LEAD, OBJECT_CONTACT, OBJECT_KINDS };

/** "lead", "contact": as search names them. */
extern const char *const object_names[OBJECT_KINDS];

/** What a lead or contact is like. Members that do not concern it are NULL. */
struct state {
    int holders;
    int64_t created_us, updated_us;
    char *name;
    struct json *custom;          /* {"cf_...": "..."}; of a contact NULL where it has none */
    char *lead_id;                /* a contact's */
    struct json *emails, *phones; /* a contact's: arrays of texts */
};

/** A state with one holder and no members; NULL when memory is short. */
struct state *state_new(void);

/** A second copy, with one holder, to be changed. */
struct state *state_copy(const struct state *state);

/** Give up being a holder; the last one frees it. NULL is none. */
void state_drop(struct state *state);

struct object {
    enum object_kind kind;
    char *id;
    struct state *now;     /* NULL: it has gone */
    struct state *indexed; /* what search sees; NULL: not (or no more) there */
    uint64_t indexed_change;
    struct rows contacts; /* a lead's: all that ever were its own; ask their states */
};

/** The current state, or the search index's older view. */
enum sight { SIGHT_NOW, SIGHT_INDEX };

/** The object's state in that view, NULL where it is not there. */
const struct state *object_state(const struct object *object, enum sight sight);

/** Whether a contact belongs to the lead in that view. */
bool object_is_of(const struct object *contact, const struct object *lead, enum sight sight);

struct leads {
    struct lookup by_id[OBJECT_KINDS];
    struct rows objects; /* in the order they came, with those that have gone */
    struct rows pending; /* changes that the index has not heard of */
    uint64_t changes;
};

/** No leads yet; NULL when memory is short. */
struct leads *leads_new(void);
void leads_free(struct leads *leads);

/** The lead or contact of this id, NULL where there is none (any more). */
struct object *leads_find(const struct leads *leads, enum object_kind kind, const char *id);

/**
 * Give an object a state, taken over also on failure; an id that is not there becomes an object.
 * NULL: the object goes. The index hears of it after `lag_ms`. Returns 0 or -ENOMEM.
 */
int leads_put(struct leads *leads, enum object_kind kind, const char *id, struct state *state,
    int64_t lag_ms);

/**
 * Tell the index what is due: a change is once the lag of its time or, where that is shorter, the
 * lag of today is over. What the index has seen stays seen.
 */
void leads_index(struct leads *leads, int64_t lag_ms);

#endif
