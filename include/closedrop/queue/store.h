/**
 * Where the queue's rows are kept: the driver behind queue.h. This header knows no SQL, so that
 * another database can stand behind it; SQLite (sqlite.h) is the driver there is.
 *
 * Between store_begin() and store_commit() the store remembers its first failure: the calls may be
 * made in a row and checked once, by the commit, which then has undone them all. Reads inside a
 * failed transaction find nothing.
 */
#ifndef CLOSEDROP_QUEUE_STORE_H
#define CLOSEDROP_QUEUE_STORE_H

#include "closedrop/queue/job.h"

struct room;
struct store;
struct str;

/** Why a store could not be opened. */
enum store_problem {
    STORE_MISSING = 1,    /* there is none, and none was to be made */
    STORE_IN_USE,         /* another process has it: the agent runs */
    STORE_UNWRITABLE,     /* state_dir cannot be made or written */
    STORE_FULL,           /* the disk has no room left, not even without the ballast */
    STORE_NEWER,          /* made by a newer closedrop, or by another program */
    STORE_DAMAGED,        /* no longer a sound database */
    STORE_BROKEN_MACHINE, /* I/O error, no memory */
};

/** What store_list() is to give. */
struct store_filter {
    const char *folder; /* NULL: all */
    const char *rule;   /* NULL: all */
    int state;          /* enum job_state, -1: all */
    int64_t below;      /* only ids below this one, 0: all */
    int limit;
    bool held; /* only what waits for `release` or `recall` */
};

/** Which failed jobs are meant: those that fit all that is not NULL. */
struct failed_filter {
    const char *folder;
    const char *rule;
    const char *code;
};

struct store_counts {
    int64_t by_state[JOB_STATES];
    int64_t not_put_away;
};

/**
 * Open the store in `directory` (":memory:" for tests), making both where `create`, which also
 * reads all of it, to be sure that it is sound.
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

/** Whether the disk has too little room to begin anything new, and how it is; see
 * ballast_is_needed(). */
bool store_is_short(struct store *store, struct room *ret_room);

/** Add a job; sets its id. */
void store_insert(struct store *store, struct job *job);

/** Write all of a job back. */
void store_update(struct store *store, const struct job *job);

/** The job with this id, or NULL. All jobs given out are the caller's to free. */
struct job *store_load(struct store *store, int64_t id);

/**
 * The newest job of this folder that is, or was, this file: by identity (none is without a handle),
 * or where `path` is given also by path, size and mtime.
 */
struct job *store_find(
    struct store *store, const char *folder, const struct identity *identity, const char *path);

/** The newest job of this path that waits (queued, or held back by the guard) and is not claimed,
 * or NULL. */
struct job *store_find_waiting(struct store *store, const char *folder, const char *path);

/** Whether a later job had a file of this one's path. */
bool store_has_successor(struct store *store, const struct job *job);

/** Whether a file was put away out of the directory, or one below it, whose outcome came between
 * the two. */
bool store_has_put_away(struct store *store, const char *folder, const char *directory,
    int64_t since_ms, int64_t until_ms);

/** The first job of `folder` in `state` that is due and not claimed; `suspects` only those, or
 * none. */
struct job *store_due(
    struct store *store, const char *folder, enum job_state state, bool suspects, int64_t now_ms);

/** When the next job of `folder` in `state` is due, INT64_MAX for never. */
int64_t store_next_due(
    struct store *store, const char *folder, enum job_state state, bool suspects);

/** How many jobs wait as suspects. */
int64_t store_suspects(struct store *store);

/**
 * The newest job of `folder` that filed the file kept under this identity's handle, or `path`, and
 * has this size and a hash; NULL: there is none. `than` itself does not count.
 */
struct job *store_find_kept(struct store *store, const struct job *than);

/** Make due what waits with this error: what it waits for may have come. */
void store_wake(struct store *store, const char *error_code, int64_t due_ms);

/** Make due what is uploaded, and was sorted by other rules than those of `rules_digest`. */
void store_wake_changed(
    struct store *store, const char *folder, const char *rules_digest, int64_t due_ms);

/** A queued job of `folder` that was not sorted by the rules of `rules_digest` yet, NULL: all are.
 */
struct job *store_unsorted(struct store *store, const char *folder, const char *rules_digest);

/** How the group of a job stands: folder, rule, key and target; members not looked up included. */
struct store_group {
    int64_t newest_ms; /* when its newest member was queued */
    int64_t open;      /* members that are not uploaded yet (or being attached) */
    int64_t failing;   /* those of them that wait for another try after an error of their own, for
                          which an attempt was spent */
};

/** The group that `member` is of. */
void store_group(struct store *store, const struct job *member, struct store_group *ret_group);

/** The other members that are uploaded and not claimed, by path; at most `most`, the caller's. */
size_t store_group_members(
    struct store *store, const struct job *member, struct job **ret_members, size_t most);

/** All uploaded members of the group, but those claimed, are due at `due_ms`. */
void store_delay_group(struct store *store, const struct job *member, int64_t due_ms);

/** All its uploaded members that wait for others, whatever their target, are due at `due_ms`. */
void store_wake_group(struct store *store, const struct job *member, int64_t due_ms);

/** A number for a new POST. */
int64_t store_new_posting(struct store *store);

/** Keep the token that a job is about to post (job->posting, token, lead_id, activity); `at_ms` is
 * Close's time, 0: not known. */
void store_post(struct store *store, const struct job *job, int64_t at_ms);

/** Every token a job ever posted, oldest first; the texts are valid during the call. */
void store_postings(struct store *store, int64_t job,
    void (*each)(void *context, const char *token, const char *lead_id, enum activity_kind activity,
        int64_t at_ms),
    void *context);

/** The other jobs of the same state that share the POST of `job` and are not claimed, as
 * store_group_members(). */
size_t store_by_posting(
    struct store *store, const struct job *job, struct job **ret_jobs, size_t most);

/** Whether a job (with the bytes of `md5`, NULL: any) is known to be in this activity. */
bool store_has_activity(struct store *store, const char *activity_id, const char *md5);

/** One time that some bytes were filed, or may have been. The texts are valid during a call. */
struct filing {
    const char *lead_id;
    const char *rule; /* its name, for words only; "" where there was none */
    int64_t at_ms;    /* wall clock */
    int64_t job;      /* below 0: not a job's, but a number of `closedrop upload`'s */
};

/**
 * The content memory: which bytes were filed as what on which lead. It knows no folder, path or
 * handle, and is never pruned. `sha256` is in hex.
 */
void store_remember(struct store *store, const char *sha256, enum activity_kind activity,
    const struct filing *filing);

/** The job did not file its bytes on its lead after all. */
void store_unremember(struct store *store, const char *sha256, enum activity_kind activity,
    const char *lead_id, int64_t job);

/** Every time these bytes were filed as that on the lead; `each` is called with `context` first. */
void store_filings(struct store *store, const char *sha256, enum activity_kind activity,
    const char *lead_id, void (*each)(void *context, const struct filing *filing), void *context);

/** Whether an upload by hand of these bytes to the lead ended unclear: it may not have been filed.
 */
bool store_is_unclear_by_hand(struct store *store, const char *sha256, const char *lead_id);

/** Whether they were filed as that on any other lead. */
bool store_is_filed_elsewhere(
    struct store *store, const char *sha256, enum activity_kind activity, const char *lead_id);

/** The failed jobs with these bytes that wait in Failed for a person to say "once more"
 * (already_filed), one after the other: the first with an id above `after`, or NULL. */
struct job *store_already_filed(struct store *store, const char *sha256, int64_t after);

/** No job that waits is due later than `most_ms`: a clock that was wrong must not hold it up. */
void store_clamp(struct store *store, int64_t most_ms);

/** The clock was set on by `by_ms` (back, if negative): all that wait go with it, and what has left
 * the house. */
void store_shift(struct store *store, int64_t by_ms);

/* ---- the send guard (guard.h) ---- */

/** One activity that left the house, or may have; for a group, under the id of one of its jobs. */
struct leaving {
    int64_t job; /* below 0: a number of `closedrop upload`'s */
    const char *rule;
    const char *sender; /* "": the one that the key's user has by default */
    int64_t at_ms;      /* wall clock */
};

/** Write it into the ledger; what the job had there before counts no longer. */
void store_leave(struct store *store, const struct leaving *leaving);

/** It is certain that the job did not leave, and will not for now. */
void store_stay(struct store *store, int64_t job);

/** What left, or is to, under the id of `other` does so under that of `job`. */
void store_leave_as(struct store *store, int64_t job, int64_t other);

/** Whether the job is in the ledger for this rule, later than `since_ms`. */
bool store_has_left(struct store *store, int64_t job, const char *rule, int64_t since_ms);

/** When the nth last (0: the last) of a rule, or of a sender, left, `but` the job's own;
 * INT64_MIN: fewer did. */
int64_t store_left_by_rule(struct store *store, const char *rule, int64_t but, int64_t nth);
int64_t store_left_by_sender(struct store *store, const char *sender, int64_t but, int64_t nth);

/** The job has left now at the latest, if it is in the ledger. */
void store_left_again(struct store *store, int64_t job, int64_t at_ms);

/** Nothing has left later than now. */
void store_clamp_left(struct store *store, int64_t now_ms);

/** Forget what left before a time. */
void store_forget_left(struct store *store, int64_t before_ms);

/** Whether something of a sender, `but` that job, is just being posted. */
bool store_is_leaving(struct store *store, const char *sender, int64_t but);

/** What is known of a rule that sends; numbers as in job->entered, all 0 where nothing is. */
struct guard_marks {
    int64_t over;          /* all that entered up to here came with what was too much */
    int64_t released;      /* all that entered up to here may leave */
    int64_t recalled;      /* all that entered up to here may not, whatever is released later */
    int64_t recalled_held; /* the same of what the guard had held back */
};

/** What is decided of the emails of a rule; all 0 where nothing was yet. */
void store_guard_marks(struct store *store, const char *rule, struct guard_marks *ret_marks);
void store_set_guard_marks(struct store *store, const char *rule, const struct guard_marks *marks);

/** Whether something that came with what was too much of a rule is not decided: held, or not even
 * uploaded. */
bool store_is_undecided(struct store *store, const char *rule, const struct guard_marks *marks);

/** Told of each rule, or sender, and how many emails; `name` is valid during the call. */
typedef void store_number_of(void *context, const char *name, int64_t emails);

/** How many emails of a rule (NULL: of each) wait for a person. */
void store_held(struct store *store, const char *rule, store_number_of *each, void *context);

/** How many emails of each sender wait for their turn. */
void store_count_paced(struct store *store, store_number_of *each, void *context);

/** The ids of the jobs of a rule that the guard keeps back for this reason (HELD_NEVER: has ever
 * kept back) and that are not claimed, above `after`, up to `most`; returns how many. */
size_t store_held_of_rule(struct store *store, const char *rule, enum job_held held, int64_t after,
    int64_t *ids, size_t most);

/** The uploaded job of this path that was ever held back and is not claimed, or NULL. */
struct job *store_find_held(struct store *store, const char *folder, const char *path);

/** The first sender after this one (NULL: of all) that jobs wait for; freed by the caller, NULL
 * after the last. */
char *store_paced_sender(struct store *store, const char *after);

/** The job of a folder that has waited longest for its sender, 0: none does. `ret_entered`: its
 * job->entered. */
int64_t store_paced(
    struct store *store, const char *sender, const char *folder, int64_t *ret_entered);

/** Jobs left claimed by an unclean end, one after the other: the first with an id above `after`. */
struct job *store_next_claimed(struct store *store, int64_t after);

/** How many were claimed; the jobs of one POST count once. */
int64_t store_count_claimed(struct store *store);

/** Add a history row. */
void store_note(
    struct store *store, int64_t job, int64_t at_ms, const char *state, const char *why);

/** When the newest history row was written, 0 where there is none. */
int64_t store_last_note(struct store *store);

/** One row of a job's history, in order; `each` is called with `context` first. */
void store_history(struct store *store, int64_t job,
    void (*each)(void *context, int64_t at_ms, const char *state, const char *why), void *context);

/** Jobs whose file is still to be put away, the oldest first: as store_list(), `most` of them. */
void store_not_put_away(struct store *store, int most,
    void (*each)(void *context, const struct job *job), void *context);

/** The jobs that have not ended (job_ended_as()), newest first. Calls `each` with a job that stays
 * the store's. */
void store_list(struct store *store, const struct store_filter *filter,
    void (*each)(void *context, const struct job *job), void *context);

/** The ids of failed jobs that fit, above `after`, up to `most`; returns how many. */
size_t store_failed(struct store *store, const struct failed_filter *filter, int64_t after,
    int64_t *ids, size_t most);

/** The ids of failed jobs of a folder whose files lie in Failed, as store_failed(). */
size_t store_in_failed(
    struct store *store, const char *folder, int64_t after, int64_t *ids, size_t most);

/** How many jobs there are, and wait, of each folder that has any; by name. */
void store_folders(struct store *store,
    void (*each)(void *context, const char *folder, int64_t jobs, int64_t waiting), void *context);

/** How many jobs wait for a rule that was found to be gone (rule_gone), for each such; by name. */
void store_rules_gone(struct store *store,
    void (*each)(void *context, const char *rule, int64_t jobs), void *context);

/** Count the jobs of a folder, or of all where `folder` is NULL. */
void store_count(struct store *store, const char *folder, struct store_counts *ret_counts);

/**
 * The number that a new store has from the transaction that makes it: 1, or 2 where something
 * beside it tells of another, which was set aside or deleted.
 */
#define STORE_BEGINS "begins"

/** A named number kept over restarts; 0 where it was never set. */
int64_t store_number(struct store *store, const char *name);
void store_set_number(struct store *store, const char *name, int64_t value);

#endif
