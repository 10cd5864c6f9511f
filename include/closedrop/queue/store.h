/**
 * Where the queue's rows are kept: the driver behind queue.h. This header knows no SQL, so that
 * another database can stand behind it; store_sqlite.c is the driver there is.
 *
 * Between store_begin() and store_commit() the store remembers its first failure: the calls may be
 * made in a row and checked once, by the commit, which then has undone them all. Reads inside a
 * failed transaction find nothing.
 */
#ifndef CLOSEDROP_QUEUE_STORE_H
#define CLOSEDROP_QUEUE_STORE_H

#include "closedrop/queue/job.h"

struct store;
struct str;

/** Why a store could not be opened. */
enum store_problem {
    STORE_MISSING = 1,    /* there is none, and none was to be made */
    STORE_IN_USE,         /* another process has it: the agent runs */
    STORE_UNWRITABLE,     /* state_dir cannot be made or written */
    STORE_NEWER,          /* made by a newer closedrop, or by another program */
    STORE_DAMAGED,        /* no longer a sound database */
    STORE_BROKEN_MACHINE, /* I/O error, no memory */
};

/** What store_list() is to give. */
struct store_filter {
    const char *folder; /* NULL: all */
    int state;          /* enum job_state, -1: all */
    int64_t below;      /* only ids below this one, 0: all */
    int limit;
};

struct store_counts {
    int64_t by_state[JOB_STATES];
    int64_t unfiled;
};

/**
 * Open the store in `directory` (":memory:" for tests), making both where `create`.
 * Returns 0, or one of enum store_problem with the reason added to `why`; `ret_store` is written on
 * success only. One process at a time can have a store open.
 */
int store_open(const char *directory, bool create, struct store **ret_store, struct str *why);
void store_close(struct store *store);

/**
 * Set a damaged store aside as queue.db.damaged-TIME and everything that belongs to it.
 * Returns 0 or a negative errno; `ret_aside` is its new path, freed by the caller.
 */
int store_set_aside(const char *directory, char **ret_aside);

void store_begin(struct store *store);

/**
 * 0, or -ENOSPC (nothing was written; free space and do the work again), or -EIO (the disk or our
 * own code is at fault: end the process, the next start reads what the disk holds).
 */
int store_commit(struct store *store);

/** Give up the space held back for hard times; the next start makes it again. */
void store_free_ballast(struct store *store);

/** Add a job; sets its id. */
void store_insert(struct store *store, struct job *job);

/** Write all of a job back. */
void store_update(struct store *store, const struct job *job);

/** The job with this id, or NULL. All jobs given out are the caller's to free. */
struct job *store_load(struct store *store, int64_t id);

/**
 * The newest job of this folder that is, or was, this file: by identity, or where `path` is given
 * also by path, size and mtime.
 */
struct job *store_find(
    struct store *store, const char *folder, const struct identity *identity, const char *path);

/** The newest waiting (queued, not in hand) job of this path, or NULL. */
struct job *store_find_waiting(struct store *store, const char *folder, const char *path);

/** The first job of `folder` in `state` that is due and not in hand; `suspects` only those, or
 * none. */
struct job *store_due(
    struct store *store, const char *folder, enum job_state state, bool suspects, int64_t now_ms);

/** The first job of `folder` that is done or failed, due, and whose file is not put away yet. */
struct job *store_due_unfiled(struct store *store, const char *folder, int64_t now_ms);

/** When the next waiting job of `folder` is due, INT64_MAX for never. Without `send`, of those
 * whose file is only to be put away. */
int64_t store_next_due(struct store *store, const char *folder, bool send);

/** How many jobs wait as suspects. */
int64_t store_suspects(struct store *store);

/** Jobs left in hand by an unclean end, one after the other: the first with an id above `after`. */
struct job *store_next_in_hand(struct store *store, int64_t after);
int64_t store_in_hand(struct store *store);

/** Add a history row. */
void store_note(
    struct store *store, int64_t job, int64_t at_ms, const char *state, const char *why);

/** One row of a job's history, in order; `each` is called with `context` first. */
void store_history(struct store *store, int64_t job,
    void (*each)(void *context, int64_t at_ms, const char *state, const char *why), void *context);

/** The jobs that are not ended, newest first. Calls `each` with a job that stays the store's. */
void store_list(struct store *store, const struct store_filter *filter,
    void (*each)(void *context, const struct job *job), void *context);

/** The ids of failed jobs above `after`, up to `most`; returns how many. */
size_t store_failed(struct store *store, int64_t after, int64_t *ids, size_t most);

void store_count(struct store *store, const char *folder, struct store_counts *ret_counts);

/** A named number kept over restarts; 0 where it was never set. */
int64_t store_number(struct store *store, const char *name);
void store_set_number(struct store *store, const char *name, int64_t value);

#endif
