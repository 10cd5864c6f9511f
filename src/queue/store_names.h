/**
 * The index of names, for lists of what has a part of a name (query.match): SQLite's full-text
 * index of three characters each.
 *
 *     jobs, by queued_ms  ─────────────────────────┬───────────>
 *                         in the index             │ searched
 *                                               upto_ms
 *
 * A file that comes costs it nothing: names_tend() adds what is no longer new, many jobs at a time,
 * and what is new is searched. A row of the index stands for all that was queued in one
 * millisecond, and is only a hint: whether a job has the part is read from the job. So nothing is
 * ever removed from the index. It is made again if it is damaged, or once most of its jobs are
 * gone.
 *
 * Without it (SQLite may lack FTS5) all jobs are searched.
 */
#ifndef CLOSEDROP_QUEUE_STORE_NAMES_H
#define CLOSEDROP_QUEUE_STORE_NAMES_H

#include "sqlite.h"

/**
 * Prepare it, and where `create`, make it if it is missing. One that may be damaged (not
 * `is_sound`) is made again. Without it if that fails, unless it is the disk that does: then
 * nothing of the store can be relied on. Returns SQLITE_OK or that failure.
 */
int names_open(struct store *store, bool create, bool is_sound);
void names_close(struct store *store);

/** A job was written under a name that it did not have. */
void names_note(struct store *store, const struct job *job);

/** Add a slice of what is no longer new, in a transaction. Returns whether there is more. */
bool names_tend(struct store *store);

/** The index must have the beginning of a name, where it is drawn for that; if not, it is damaged.
 */
void names_verify(struct store *store, const struct job *job);

/** Whether what is new has become too much to be searched for each answer. */
bool names_are_behind(struct store *store);

/** Whether the index can find a part: it is there, and the part is long enough. */
bool names_can_find(const struct store *store, const char *part);

/**
 * Begin to look for a part between two times of queueing. Returns false after a failure: then the
 * index is not used any more until it is made again.
 */
bool names_find(struct store *store, const char *part, int64_t since_ms, int64_t until_ms);

/** Whether there is a (further) time, latest first; `ret_failed`: the index is damaged. */
bool names_next(struct store *store, int64_t *ret_ms, bool *ret_failed);

#endif
