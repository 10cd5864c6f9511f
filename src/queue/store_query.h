/** Queries in SQLite: which parameter of a statement is which field of struct query. */
#ifndef CLOSEDROP_QUEUE_STORE_QUERY_H
#define CLOSEDROP_QUEUE_STORE_QUERY_H

#include "store.h"

/** Find that out for a statement that was prepared. */
void prepare_query(struct store *store, enum query_kind kind);

/** As store_jobs(), by the text of the query alone. */
void query_jobs(struct store *store, enum query_kind kind, const struct query *query,
    void (*take)(void *context, struct job *job), void *context);

#endif
