/**
 * Where the queue's rows are kept: the driver behind queue.h. This header contains no SQL, so that
 * another database can stand behind it; SQLite (sqlite.h) is the driver that is installed.
 *
 * A driver opens and closes a store, begins and commits its transactions, and has five verbs:
 * store_put() writes a job, store_change() many rows at once, store_jobs() and store_rows() answer,
 * and store_look_up() answers several questions together. What they are about is a value (query.h).
 * The checksums of rows are the driver's.
 *
 * Between store_begin() and store_commit() the store remembers its first failure: the calls may be
 * made in a row and checked once, by the commit, which then has undone them all. Reads inside a
 * failed transaction find nothing. No write has an answer but the id of a new job, so a driver that
 * is far away may keep a turn's writes back until its next question or commit, and send all at
 * once.
 */
#ifndef CLOSEDROP_QUEUE_STORE_H
#define CLOSEDROP_QUEUE_STORE_H

#include "query.h"

#include "closedrop/queue/store_problem.h"

struct room;
struct store;
struct str;

/**
 * Open the store in `directory` (":memory:" for tests), making both where `create`, which also
 * reads all of it, to be sure that it is sound, unless its last use ended well.
 * Returns 0, or one of enum store_problem with the reason added to `why`; `ret_store` is written on
 * success only. One process at a time can have a store open.
 */
int store_open(const char *directory, bool create, struct store **ret_store, struct str *why);
/** The next one may open it; NULL is nothing. */
void store_close(struct store *store);

/** As queue_check(). */
int store_check(struct store *store, struct str *why);

/** As queue_set_aside(). */
int store_set_aside(const char *directory, char **ret_aside);

/** As queue_is_short(). */
bool store_is_short(struct store *store, struct room *ret_room);

/** As queue_give_back() and queue_shrink(). */
bool store_give_back(struct store *store);
int store_shrink(struct store *store, int64_t *ret_bytes);

/** Begin a transaction, with no failure remembered. Not while one is open. */
void store_begin(struct store *store);

/**
 * 0, or -ENOSPC (nothing was written, and the ballast was given up), -ENOMEM, or -EIO (the disk or
 * our own code is at fault). In all cases end the process: the next start reads what the disk
 * holds.
 */
int store_commit(struct store *store);

/** There was no memory for what is to be written: a failure of the transaction. */
void store_run_out_of_memory(struct store *store);

/** Write a job: a new one, which gets its id, or what has changed of one that has an id. */
void store_put(struct store *store, struct job *job);

/** Make one of the changes. */
void store_change(struct store *store, enum query_kind kind, const struct query *query);

/** As queue_tend(). */
int64_t store_tend(struct store *store);

/** Hand over each job that fits, in order; each is the taker's to free. */
void store_jobs(struct store *store, enum query_kind kind, const struct query *query,
    void (*take)(void *context, struct job *job), void *context);

#define ROW_TEXTS 4
#define ROW_NUMBERS 6

/** A row as query.h says; what it does not have is NULL and 0. The texts are valid during a call.
 */
struct row {
    const char *texts[ROW_TEXTS];
    int64_t numbers[ROW_NUMBERS];
};

/** Tell each row that fits, in order. */
void store_rows(struct store *store, enum query_kind kind, const struct query *query,
    void (*each)(void *context, const struct row *row), void *context);

/** One question of several, whose answer is one job or one number. */
struct lookup {
    enum query_kind kind;
    struct query query;
    struct job *job; /* NULL; answered: the first, the asker's to free, if there is one */
    int64_t number;  /* what it is where there is no row; answered: the first number */
};

/** As many are asked together at most. */
#define LOOKUPS_MAX 64

/**
 * Answer all. A turn asks so for all that it can know beforehand: a driver that is far away needs
 * one round trip for it.
 */
void store_look_up(struct store *store, struct lookup *lookups, size_t count);

/**
 * The number that a new store has from the transaction that makes it: 1, or 2 where something
 * next to it shows that there was another, which was set aside or deleted.
 */
#define STORE_BEGINS "begins"

/** The number of jobs that were removed, which what is made of all jobs may start again from 0. */
#define STORE_REMOVED "removed"

/* ---- what is made of these verbs ---- */

/** Answer one question by store_jobs() or store_rows(). */
void store_look_up_one(struct store *store, struct lookup *lookup);

/** The first job, NULL where there is none. */
struct job *store_job(struct store *store, enum query_kind kind, const struct query *query);

/** The first `most` jobs, the caller's; returns how many. */
size_t store_some_jobs(struct store *store, enum query_kind kind, const struct query *query,
    struct job **ret_jobs, size_t most);

/** The first number of the first row, `fallback` where there is none. */
int64_t store_number(
    struct store *store, enum query_kind kind, const struct query *query, int64_t fallback);

/** The first numbers of the first `most` rows; returns how many. */
size_t store_numbers(struct store *store, enum query_kind kind, const struct query *query,
    int64_t *ret_numbers, size_t most);

/** Tell the first text and the first number of each row. */
void store_named_numbers(struct store *store, enum query_kind kind, const struct query *query,
    void (*each)(void *context, const char *name, int64_t number), void *context);

#endif
