/**
 * A table on a file system that can hang: another process reads its file (files/far_file.h). An
 * answer counts for whoever has not waited for longer than it took; as long as none comes, the
 * table is silent, and what was read before stays in use. Part of table.c.
 */
#ifndef CLOSEDROP_RULES_TABLE_FAR_H
#define CLOSEDROP_RULES_TABLE_FAR_H

#include "table_state.h"

#include "closedrop/files/far_file.h"

/** How often one that is silent is tried, and how long an answer counts for somebody who has waited
 * for longer than that. */
#define FAR_TABLE_AGAIN_MS 1000

struct far_table {
    struct far_file *process;
    struct whole_file file; /* the last that has come */
    bool has_come;
    int64_t asked_ms;  /* steady clock: when what has come was asked for */
    int64_t asking_ms; /* the same of what is being asked for now */
    int64_t silent_ms; /* wall clock: since when it does not answer; 0: it does */
    int64_t next_ms;   /* steady clock: while it is silent, not before */
};

/** Have the table read so from now on. 0 or -ENOMEM. */
int far_table_begin(struct table *table, int epoll);

/** Free what belongs to that. */
void far_table_end(struct table *table);

/**
 * Whether what has come of its file counts for somebody with this patience: 0, also if it is silent
 * and has contents. -EINPROGRESS: it is being asked for. -ETIMEDOUT, with the reason added to
 * `why`: it is silent, and was never read.
 */
int far_table_ask(struct table *table, const struct table_patience *patience, struct str *why);

/** Take what has come, and find out whether it is silent too long. Whether there is news for those
 * who wait for it. */
bool far_table_take(struct table *table, int64_t timeout_ms);

/** When far_table_take() has something to do by itself; steady clock. */
int64_t far_table_next(const struct table *table, int64_t timeout_ms);

/** Whether it does not answer; false of a table that is not read so. */
bool far_table_is_silent(const struct table *table);

/** "does not answer since 10:14". */
void far_table_explain(const struct table *table, struct str *why);

#endif
