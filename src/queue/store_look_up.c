/**
 * Several questions, answered one after the other, or those about files a few at a time: for a
 * driver that answers at once. One that is far away has a file of its own instead.
 */
#include "store_find.h"

/** Answer the first, or with it those that one statement answers; returns how many that were. */
static size_t look_up_some(struct store *store, struct lookup *lookups, size_t count)
{
    size_t answered = find_jobs(store, lookups, count);
    if (!answered)
        store_look_up_one(store, lookups);
    return answered ? answered : 1;
}

void store_look_up(struct store *store, struct lookup *lookups, size_t count)
{
    for (size_t i = 0; i < count;)
        i += look_up_some(store, &lookups[i], count - i);
}
