/**
 * From an id to what has it, at once however many there are. Nothing is ever taken out.
 */
#ifndef CLOSEDROP_SANDBOX_UTIL_LOOKUP_H
#define CLOSEDROP_SANDBOX_UTIL_LOOKUP_H

#include <stddef.h>

/** Zeroed it is empty. Keys and items belong to the user, and must exist as long as it does. */
struct lookup {
    struct lookup_slot {
        const char *key;
        void *item;
    } * slots;
    size_t count, room;
};

/** What was put there for `key`, NULL where nothing was. */
void *lookup_get(const struct lookup *lookup, const char *key);

/** Put a new key. Returns 0 or -ENOMEM. */
int lookup_put(struct lookup *lookup, const char *key, void *item);

/** Leaves it empty; keys and items stay their owner's. */
void lookup_release(struct lookup *lookup);

#endif
