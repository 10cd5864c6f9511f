/**
 * How many jobs of each folder and state are neither put away nor ended. They may be a million, and
 * every status asks: they are counted when that is asked first, and from then on the number follows
 * each job that is written. (Those that are put away have a table that triggers keep.)
 */
#ifndef CLOSEDROP_QUEUE_STORE_COUNT_H
#define CLOSEDROP_QUEUE_STORE_COUNT_H

#include "sqlite.h"

/** Of these, a change changes the number. */
uint64_t count_fields(void);

/** A job's row is about to change, or has changed, in one of these fields. */
void count_row_before(struct store *store, sqlite3_stmt *row);
void count_job_after(struct store *store, const struct job *job);

/** Tell how many, as the rows of QUERY_COUNT; `folder` NULL: of all folders. */
void count_waiting(struct store *store, const char *folder,
    void (*each)(void *context, const struct row *row), void *context);

/** How many there are of a folder, whatever their state. */
int64_t count_all_waiting(struct store *store, const char *folder);

/** Forget the numbers, and free what holds them. */
void count_release(struct store *store);

#endif
