/**
 * The durable queue: every promise about a file is kept by a row here (product.md, "Words").
 *
 * The verbs are called between queue_begin() and queue_commit(); nothing outside the queue that
 * depends on a verb may happen before its commit returned 0. Every verb that says why writes a
 * history row. A verb that a job's state does not allow is a bug of the caller.
 *
 * This is one of five headers: reading.h has what the queue says, groups.h, filed_memory.h and
 * ledger.h what it knows of jobs together. What they ask of the driver that keeps the rows is in
 * src/queue: four verbs (store.h), whose questions and changes are values (query.h).
 */
#ifndef CLOSEDROP_QUEUE_QUEUE_H
#define CLOSEDROP_QUEUE_QUEUE_H

#include "closedrop/queue/job.h"
#include "closedrop/queue/store_problem.h"

struct queue;
struct room;
struct str;

/**
 * Open the queue in a state directory (":memory:" for tests), making both where `create`, which
 * also reads all of it, to be sure that it is sound. Returns 0, or one of enum store_problem with
 * the reason added to `why`; `ret_queue` is written on success only. One process at a time can have
 * a queue open.
 */
int queue_open(const char *directory, bool create, struct queue **ret_queue, struct str *why);
void queue_close(struct queue *queue);

/**
 * Set a damaged queue aside as queue.db.damaged-TIME and everything that belongs to it.
 * Returns 0 or a negative errno; `ret_aside` is its new path, freed by the caller.
 */
int queue_set_aside(const char *directory, char **ret_aside);

/** Whether the disk has too little room to begin anything new, and how it is; see
 * ballast_is_needed(). */
bool queue_is_short(struct queue *queue, struct room *ret_room);

/** Which queue it is: a random number that is made with it, so that a queue that was lost and made
 * again has another. 0 for one that was opened without `create` and never had any. */
int64_t queue_id(const struct queue *queue);

/** Since when it knows what was sent to people outside (wall clock): what an earlier, lost queue
 * let go is unknown. INT64_MIN: there was none. */
int64_t queue_ledger_ms(const struct queue *queue);

/** The number by which the last job entered (job->entered). */
int64_t queue_last_entered(struct queue *queue);

/** Begin a transaction, as store_begin(). */
void queue_begin(struct queue *queue);

/**
 * 0, or -ENOSPC (nothing was written, and the ballast was given up), -ENOMEM, or -EIO (the disk or
 * our own code is at fault). In all cases end the process: the next start reads what the disk
 * holds.
 */
int queue_commit(struct queue *queue);

/** What the queue knows of a file that a scan has seen. */
enum known {
    KNOWN_NOT,    /* settle it */
    KNOWN_JUDGED, /* failed so that only a person can judge it (job_judged_codes), and seems to be
                     brought back: take it as it is, if a person did that */
    KNOWN_YES,    /* a job has it, or had it and it may lie here */
    KNOWN_RENAMED /* the same, and whoever has claimed that job is to follow it (queue_follow()) */
};

/** A file as it was seen. */
struct seen {
    const char *folder;
    const char *path;
    const struct identity *identity;
    bool by_path;     /* a file with path, size and mtime of one that was kept is the same file too;
                         one without a handle always is */
    bool is_one_name; /* it has no other name (hard link) */
};

/**
 * Ask about a file. A job whose file has another name now, and is not put away yet, follows it; or,
 * if it is claimed, is told as `ret_job` (KNOWN_RENAMED). So is the one of KNOWN_JUDGED.
 */
enum known queue_known(struct queue *queue, const struct seen *seen, int64_t *ret_job);

/**
 * Whether a file stays where it lies for good: its job was forgotten, or has kept it. `ret_waits`:
 * whether a job of it has still to be ended, or its file to be put away.
 */
bool queue_leaves_alone(struct queue *queue, const struct seen *seen, bool *ret_waits);

/**
 * The file of a job has the name `path` now. Until its activity is intended, its target is looked
 * up again under that name; after that, only putting it away follows it.
 */
void queue_follow(struct queue *queue, struct job *job, const char *path);

/** For the send guard a job starts over: under another name or rule it is another email. */
void queue_enter_anew(struct queue *queue, struct job *job);

/** A settled file as the watch thread reports it. */
struct arrival {
    const char *folder;
    const char *path;
    struct identity identity;
    int64_t changed_ms;     /* its ctime, wall clock: it lay there at the latest then */
    bool by_path;           /* as in struct seen */
    const char *error_code; /* not NULL: it can never be sent, and why */
    const char *error_message;
    const char *note; /* what else the history is to say, or NULL */
};

/**
 * Add a job, continue the failed one whose file came back, or end the waiting one whose file was
 * rewritten and add its successor. A file that has a job already changes nothing.
 * Returns the job's id, 0 where nothing changed.
 */
int64_t queue_add(struct queue *queue, const struct arrival *arrival);

/** List what was uploaded by hand, and has its outcome (by_hand.h); sets its id. One that has an id
 * replaces what was listed under it as unclear; false where nothing is. */
bool queue_put_by_hand(struct queue *queue, struct job *job);

/** What kinds of work a claim may give, from the end backwards. */
enum lane {
    LANE_PUT_AWAY = 1, /* put a file away: done or failed */
    LANE_ATTACH = 2,   /* create an activity, or look whether it was created */
    LANE_SEND = 4,     /* begin: look up its target, send its bytes */
    LANE_ALL = 7
};

/**
 * Claim the job of `folder` that should go next and is nearest its end, out of `lanes`: it is in
 * hand from the commit on. NULL: nothing is due. Suspects have no LANE_PUT_AWAY.
 */
struct job *queue_claim(struct queue *queue, const char *folder, unsigned lanes, bool suspects);

/** When the next claim of the kind could succeed, wall clock; INT64_MAX for never. */
int64_t queue_next_due(struct queue *queue, const char *folder, unsigned lanes, bool suspects);

/** Write a job: a new one, which gets its id, or one whose state is as it was. No history row. */
void queue_put(struct queue *queue, struct job *job);

/**
 * The intent to create one activity for `count` claimed, uploaded jobs, with their tokens: from the
 * commit on it may exist, and the content memory says so; only queue_done(), or looking and
 * queue_withdraw(), say otherwise. One that is sent to people outside (job->sender) is in the
 * ledger from then on. `close_ms`: Close's time now, 0 where it is not known; nothing older is
 * looked at.
 */
void queue_intend(struct queue *queue, struct job **jobs, size_t count, int64_t close_ms);

/** It is certain that no activity was created: back to uploaded; or, if a person started it over,
 * its rule is looked for. */
void queue_withdraw(struct queue *queue, struct job *job, const char *why);

/**
 * The file of a kept job was touched, or lies elsewhere in its folder, and `job` is about it: its
 * bytes are the filed ones. The kept one takes over its identity, and `job` ends.
 */
void queue_same_bytes(struct queue *queue, struct job *job, int64_t kept);

/**
 * The job `id` failed because its bytes were filed before, and a person brought them back as `job`:
 * it ends, and `job` is approved. False where it has not failed so any more.
 */
bool queue_approve(struct queue *queue, struct job *job, int64_t id);

/** Write back a claimed job that reached `state` and stays claimed. */
void queue_advance(struct queue *queue, struct job *job, enum job_state state, const char *why);

/** Write back a claimed job that changed, but not its state. */
void queue_update(struct queue *queue, struct job *job, const char *why);

/** Out of hand, queued again for `due_ms`; `counts` says whether the attempt was the job's fault.
 * No history row where `why` is NULL. */
void queue_retry(
    struct queue *queue, struct job *job, int64_t due_ms, bool counts, const char *why);

/**
 * Set a text of a job that is to be written. Where there is no memory for it, the transaction fails
 * rather than that half of a job is written.
 */
void queue_keep_text(struct queue *queue, char **text, const char *value);

/** The job failed: its file goes to Failed next. */
void queue_fail(struct queue *queue, struct job *job, const char *code, const char *message);

/** The job is done, and no POST of it is unclear any more: its file is put away next. */
void queue_done(struct queue *queue, struct job *job, const char *why);

/** The file is where its outcome says: out of hand for good. `location` as in struct job, or NULL.
 */
void queue_set_put_away(
    struct queue *queue, struct job *job, const char *location, const char *why);

/** The file of a failed job lies at `location` now: a person has sorted what failed, or renamed
 * where it lies. */
void queue_set_location_in_failed(struct queue *queue, struct job *job, const char *location);

/** A person deleted the file of a failed job: it ends as discarded. Should the file come back after
 * all, the job goes on as a failed one does. */
void queue_discard(struct queue *queue, struct job *job);

/** What a job waits for, which is no fault of its own: its error until it is found, and one line of
 * its history. */
void queue_set_waiting_for(
    struct queue *queue, struct job *job, const char *code, const char *message);

/** Add a line to a job's history, unless it has that line already. Returns whether it was new. */
bool queue_note_once(struct queue *queue, const struct job *job, const char *why);

/** Putting the file away did not work: out of hand, tried again at `due_ms`; `why` is NULL where
 * that is known. */
void queue_put_away_later(struct queue *queue, struct job *job, int64_t due_ms, const char *why);

/**
 * Why the file of a job with an outcome could not be put away when that was tried last, in memory
 * that the caller frees; NULL where it was not tried yet, or nothing is left to do.
 */
char *queue_not_put_away(struct queue *queue, const struct job *job);

/** End a job without an outcome. */
void queue_end(struct queue *queue, struct job *job, enum job_ending ending, const char *why);

enum queue_answer {
    QUEUE_OK,
    QUEUE_NO_SUCH_JOB,
    QUEUE_WRONG_STATE,
    QUEUE_JOB_CLAIMED,
    QUEUE_BY_HAND,
    QUEUE_NOT_PUT_AWAY, /* forget: its file is on its way to where it belongs */
    QUEUE_JOB_DISCARDED /* retry: there is no file */
};

/**
 * A person's `retry` (failed -> queued, attempts at zero) and `forget`. One that failed as `links`
 * keeps that error, for its file is to be looked at again before it is sent. What was uploaded by
 * hand is not retried (QUEUE_BY_HAND). A job whose file is still to be put away is not forgotten,
 * for the file may lie in .closedrop/, where nobody sees it; but where its folder is gone, which is
 * `may_strand`: it would wait for that for ever.
 */
enum queue_answer queue_retry_by_hand(struct queue *queue, int64_t id);
enum queue_answer queue_forget(struct queue *queue, int64_t id, bool may_strand);

/**
 * A person's word about one job that the send guard holds back, and the others that would leave
 * with it: it may leave (QUEUE_WRONG_STATE for one that goes by itself), or fails as recalled.
 */
enum queue_answer queue_release(struct queue *queue, int64_t id);
enum queue_answer queue_recall(struct queue *queue, int64_t id);

/** What is said of a job that was recalled. */
extern const char queue_recalled[];

/** All that is in the queue of a rule may leave, also what is not uploaded yet. */
void queue_release_rule(struct queue *queue, const char *rule);

/** All that the guard holds back of a rule fails as recalled; what came with it and is not uploaded
 * yet does when its turn comes (`ret_more`: there is such). Returns how many were recalled now. */
int64_t queue_recall_rule(struct queue *queue, const char *rule, bool *ret_more);

/** A file is gone from its path in a folder: if the guard holds its job back, the job looks for it.
 */
void queue_recheck_held(struct queue *queue, const char *folder, const char *path);

/** Which failed jobs are meant: those that fit all that is not NULL. */
struct failed_filter {
    const char *folder;
    const char *rule;
    const char *code;
};

/** What became of many that were to be retried. */
struct retried {
    int64_t queued;
    int64_t left_out[JOB_JUDGED]; /* by job_judged_codes: a person must judge them */
};

/** Retry the failed jobs that fit and are not claimed, but for those that a person must judge. */
void queue_retry_all(
    struct queue *queue, const struct failed_filter *filter, struct retried *ret_retried);

/**
 * After a start: jobs that were claimed when the program crashed are queued again as suspects. A
 * job that was claimed alone is blamed for the crash; the third time it fails. A POST that was
 * under way is unclear and waits `doubt_ms` before it is looked for. Nothing waits longer for a
 * clock that was set back, or was wrong. Returns how many were claimed.
 */
int64_t queue_recover(struct queue *queue, int64_t doubt_ms);

/** The wall clock was set on by `by_ms` (back, if negative): what waits goes with it. */
void queue_follow_clock(struct queue *queue, int64_t by_ms);

/** Make due what waits with this error: what it waits for may have come. */
void queue_wake(struct queue *queue, const char *error_code);

/** Make due the uploaded members of the group that a job belongs to by what it knows: they may have
 * waited for it. Ending, failing and waiting after an error do that by themselves. */
void queue_wake_group(struct queue *queue, const struct job *job);

/** Make due what waits in `folder`, uploaded, because of rules that have changed.
 */
void queue_wake_changed(struct queue *queue, const char *folder, const char *rules_digest);

/** Whether the queue had been there before it was opened. */
enum queue_origin {
    QUEUE_WAS_THERE,
    QUEUE_IS_NEW,         /* nothing beside it tells of another */
    QUEUE_FOLLOWS_ANOTHER /* which was set aside, or deleted */
};

/** Answers the same at each start, until queue_set_begun() was committed. */
enum queue_origin queue_origin(struct queue *queue);
void queue_set_begun(struct queue *queue);

/**
 * An earlier queue is lost: what lay in the folders before now may have been filed already, and is
 * looked for in Close first (job->reconcile). Kept over restarts.
 */
void queue_set_predecessor_lost(struct queue *queue);

/** Whether people have stopped the sending of files. Kept over restarts. */
bool queue_is_paused(struct queue *queue);
void queue_set_paused(struct queue *queue, bool paused);

#endif
