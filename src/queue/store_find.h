/** The job of a file, by its handle or its path. */
#ifndef CLOSEDROP_QUEUE_STORE_FIND_H
#define CLOSEDROP_QUEUE_STORE_FIND_H

#include "store.h"

/**
 * The answer to QUERY_BY_HANDLE or QUERY_BY_PATH, the caller's; NULL: there is none, or the store
 * has a failure. An index that hands over another file's job, or misses a job that the other index
 * has, is one.
 */
struct job *find_job(struct store *store, enum query_kind kind, const struct query *query);

/**
 * The same for several of `count` lookups, from the first on, by one statement: of one kind and
 * folder. The answers are written into them. Returns how many that were; 0: the first is to be
 * answered alone.
 */
size_t find_jobs(struct store *store, struct lookup *lookups, size_t count);

#endif
