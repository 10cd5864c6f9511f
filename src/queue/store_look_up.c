/**
 * Several questions, answered one after the other: for a driver that answers at once. One that is
 * far away has a file of its own instead.
 */
#include "store.h"

static void look_up(struct store *store, struct lookup *lookup)
{
    if (lookup->kind <= QUERY_LAST_OF_JOBS)
        lookup->job = store_job(store, lookup->kind, &lookup->query);
    else
        lookup->number = store_number(store, lookup->kind, &lookup->query, lookup->number);
}

void store_look_up(struct store *store, struct lookup *lookups, size_t count)
{
    for (size_t i = 0; i < count; i++)
        look_up(store, &lookups[i]);
}
