/**
 * The durable queue: every promise about a file is kept by a row here.
 *
 * The functions that change it are called between queue_begin() and queue_commit(); nothing outside
 * the queue that depends on such a change may happen before the commit has returned 0. Every
 * function with a `why` writes a history row. Calling one that the job's state does not allow is a
 * bug of the caller.
 *
 * This is one of six headers: reading.h contains what can be read from the queue; groups.h,
 * filed_memory.h and ledger.h what it records about several jobs together; notices.h what is to be
 * reported. What they need from the
 * driver that stores the rows is in src/queue: four functions (store.h), whose queries and changes
 * are values (query.h).
 */
#ifndef CLOSEDROP_QUEUE_QUEUE_H
#define CLOSEDROP_QUEUE_QUEUE_H

#include "closedrop/queue/job.h"
#include "closedrop/queue/job_filter.h"
#include "closedrop/queue/store_problem.h"

struct queue;
struct room;
struct str;

/**
 * Open the queue in a state directory (":memory:" for tests). `create` creates both if they are
 * missing, and reads the whole queue to make sure that it is sound, unless its last use ended well
 * (src/queue/store_end.h). Returns 0, or one of enum
 * store_problem with the reason appended to `why`; `ret_queue` is set only on success. Only one
 * process at a time can have a queue open.
 */
int queue_open(const char *directory, bool create, struct queue **ret_queue, struct str *why);
void queue_close(struct queue *queue);

/**
 * For a queue that was opened without `create`: look through all of it for damage, which takes
 * seconds for a million jobs. Returns 0, or -EIO with the reason added to `why`.
 */
int queue_check(struct queue *queue, struct str *why);

/**
 * Set a damaged queue aside as queue.db.damaged-TIME, together with all files that belong to it.
 * Returns 0 or a negative errno; `ret_aside` is its new path, which the caller frees.
 */
int queue_set_aside(const char *directory, char **ret_aside);

/**
 * Whether the disk has too little space to start anything new, and how much there is; see
 * ballast_is_needed().
 */
bool queue_is_short(struct queue *queue, struct room *ret_room);

/**
 * The queue's identity: a random number chosen when it is created, so that a queue created after
 * one was lost has a different number. 0 if the queue was opened without `create` and has never had
 * one.
 */
int64_t queue_id(const struct queue *queue);

/**
 * The time (wall clock) since which it knows what was sent to people outside: what an earlier, lost
 * queue sent is unknown. INT64_MIN: there was no earlier queue.
 */
int64_t queue_ledger_ms(const struct queue *queue);

/** The number by which the last job entered (job->entered). */
int64_t queue_last_entered(struct queue *queue);

/** Begin a transaction. */
void queue_begin(struct queue *queue);

/**
 * Commit the transaction. Returns 0, or -ENOSPC (nothing was written, and the ballast was given
 * up), -ENOMEM, or -EIO (the disk or our own code is at fault). After any error, end the process:
 * the next start reads what is on disk.
 */
int queue_commit(struct queue *queue);

/**
 * Do a slice, a few milliseconds long, of what nobody waits for, in a transaction: it keeps later
 * answers quick, and reads all of the queue within a week. Damage makes the commit fail, and the
 * next queue_open() report it. Returns how long the next slice can wait, in ms.
 */
int64_t queue_tend(struct queue *queue);

/**
 * Called when a job has moved from the state `before`, inside the transaction. It must not change
 * anything.
 */
typedef void queue_observer(void *context, const struct job *job, enum job_state before);

/** Have every move of a job reported from now on. */
void queue_observe(struct queue *queue, queue_observer *observer, void *context);

/** What the queue knows about a file that a scan has seen. */
enum known {
    KNOWN_NOT,    /* settle it */
    KNOWN_JUDGED, /* failed in a way that only a person can judge (job_judged_codes), and seems to
                     have been brought back: accept it as is, if a person did that */
    KNOWN_YES,    /* a job has it, or had it and it may stay here */
    KNOWN_RENAMED /* the same, and whoever has claimed that job must follow the file
                     (queue_follow()) */
};

/** A file as a scan has seen it, and what the queue knows about it. */
struct seen {
    const char *folder;
    const char *path;
    const struct identity *identity;
    bool by_path; /* a file with the path, size and mtime of a kept file is also the same file; a
                     file without a handle always is */
    bool is_one_name; /* it has no other name (hard link) */
    enum known known; /* the answer */
    int64_t job;      /* with it, where it needs one: an ID */
};

/** As many files are asked about together at most. */
#define SEEN_MAX 64

/**
 * Ask about files, at most SEEN_MAX. If its job has one under another name and has not put it away
 * yet, the job follows the file; but if that job is claimed, the answer is KNOWN_RENAMED, with the
 * job's ID. With KNOWN_JUDGED, `job` is the ID of the failed job.
 *
 * Returns how many were answered, from the first on. It is fewer than `count`, but not 0, where a
 * job was found for two of them: the outcome for the first may change what is known of the second,
 * so ask about the rest afterwards.
 */
size_t queue_known(struct queue *queue, struct seen *seen, size_t count);

/**
 * Whether a file stays where it is for good: its job was forgotten, or keeps files in place.
 * `ret_waits`: whether it has a job that still has to end or to put the file away.
 */
bool queue_leaves_alone(struct queue *queue, const struct seen *seen, bool *ret_waits);

/**
 * The file of a job is now called `path`. Until an activity is intended, its target is looked up
 * again for the new name; after that, only putting the file away uses the new name.
 */
void queue_follow(struct queue *queue, struct job *job, const char *path);

/** For the send guard the job starts over: under another name or rule it is another email. */
void queue_reenter(struct queue *queue, struct job *job);

/** A settled file, as reported by the watch thread. */
struct arrival {
    const char *folder;
    const char *path;
    struct identity identity;
    int64_t changed_ms;     /* its ctime, on the wall clock: it was there by then */
    bool by_path;           /* as in struct seen */
    const char *error_code; /* not NULL: it can never be sent, and why */
    const char *error_message;
    const char *note;  /* a further note for the history, or NULL */
    const char *owner; /* as in struct job; NULL: unknown */
};

/**
 * Add a job, continue the failed job whose file came back, or end the waiting job whose file was
 * rewritten and add its successor. Does nothing for a file that has a job already. Returns the
 * job's ID, or 0 if nothing changed.
 */
int64_t queue_add(struct queue *queue, const struct arrival *arrival);

/**
 * Add a job that was uploaded by hand and has its outcome (by_hand.h); sets its ID. A job with an
 * ID replaces the one that was added under it as unclear; returns false if there is no such job.
 */
bool queue_put_by_hand(struct queue *queue, struct job *job);

/** The kinds of work that a claim may return, last stage first. */
enum lane {
    LANE_PUT_AWAY = 1, /* put a file away: done or failed */
    LANE_ATTACH = 2,   /* create an activity, or verify whether it was created */
    LANE_SEND = 4,     /* start: look up its target, send its bytes */
    LANE_ALL = 7
};

/** When the jobs of a folder are due: what was asked once is known until one of them is written. */
struct due;

/** That of a folder, by its name; the queue's, until its end. NULL if memory is short. */
struct due *queue_due(struct queue *queue, const char *folder);

/** When the next claim from these lanes could succeed, on the wall clock; INT64_MAX for never. */
int64_t queue_next_due(struct queue *queue, struct due *due, unsigned lanes, bool suspects);

/**
 * Claim the job of the folder that should be next, preferring those nearest their end; it counts as
 * claimed from the commit on. NULL: nothing is due. LANE_PUT_AWAY does not apply to suspects.
 */
struct job *queue_claim(struct queue *queue, struct due *due, unsigned lanes, bool suspects);

/**
 * Write a job: a new one, which gets its ID, or one whose state has not changed. Writes no history
 * row.
 */
void queue_put(struct queue *queue, struct job *job);

/**
 * Record the intent to create one activity for `count` claimed, uploaded jobs, with their tokens.
 * From the commit on, it may exist, and the content memory says so; only queue_done(), or verifying
 * and then queue_withdraw(), can change that. An email to people outside (job->sender) is in the
 * ledger from then on. `close_ms`: Close's current time, 0 if unknown; nothing older is checked.
 */
void queue_intend(struct queue *queue, struct job **jobs, size_t count, int64_t close_ms);

/**
 * It is certain that no activity was created: the job becomes uploaded again or, if a person
 * started it over, its rule is determined again.
 */
void queue_withdraw(struct queue *queue, struct job *job, const char *why);

/**
 * The file of a kept job was touched, or moved within its folder, and `job` was added for it, but
 * its bytes are those already filed. The kept job takes over its identity, and `job` ends.
 */
void queue_same_bytes(struct queue *queue, struct job *job, int64_t kept);

/**
 * The job `id` failed because its bytes were filed before, and a person brought them back as `job`:
 * `id` ends, and `job` is approved. False if `id` no longer has that error.
 */
bool queue_approve(struct queue *queue, struct job *job, int64_t id);

/** Write back a claimed job that has reached `state` and stays claimed. */
void queue_advance(struct queue *queue, struct job *job, enum job_state state, const char *why);

/** The same for a state that it leaves in this transaction, before anything is asked: its row is
 * written then, once. */
void queue_pass(struct queue *queue, struct job *job, enum job_state state, const char *why);

/** Write back a claimed job that has changed, but not its state. */
void queue_update(struct queue *queue, struct job *job, const char *why);

/**
 * End the job's claim and queue it again for `due_ms`; `counts`: whether the job was at fault, so
 * that the attempt counts. Writes no history row if `why` is NULL.
 */
void queue_retry(
    struct queue *queue, struct job *job, int64_t due_ms, bool counts, const char *why);

/**
 * Set a text of a job that is about to be written. If out of memory, the transaction fails, so that
 * no incomplete job is written.
 */
void queue_keep_text(struct queue *queue, char **text, const char *value);

/** The job failed: the next step is to move its file to Failed. */
void queue_fail(struct queue *queue, struct job *job, const char *code, const char *message);

/**
 * The job is done, and none of its POSTs is unclear any more: the next step is to put its file
 * away.
 */
void queue_done(struct queue *queue, struct job *job, const char *why);

/**
 * The file is where its outcome requires; the job's claim ends for good. `location` as in struct
 * job, or NULL.
 */
void queue_set_put_away(
    struct queue *queue, struct job *job, const char *location, const char *why);

/**
 * The file of a failed job is now at `location`: a person has sorted the failed files into
 * directories, or renamed the directory it is in.
 */
void queue_set_location_in_failed(struct queue *queue, struct job *job, const char *location);

/** The owner of its file knows that it waits: `path` as in struct job, NULL: that is over. `why`
 * is noted in its history, unless it is NULL. It must not be claimed. */
void queue_set_told(struct queue *queue, struct job *job, const char *path, const char *why);

/**
 * A person deleted the file of a failed job, which ends as discarded. If the file comes back after
 * all, the job continues as any failed job does.
 */
void queue_discard(struct queue *queue, struct job *job);

/**
 * Record what a job is waiting for through no fault of its own: as its error until it is available,
 * and as one line of its history.
 */
void queue_set_waiting_for(
    struct queue *queue, struct job *job, const char *code, const char *message);

/**
 * Add a line to a job's history, unless that line is already there. Returns whether it was added.
 */
bool queue_note_once(struct queue *queue, const struct job *job, const char *why);

/**
 * Putting the file away failed: the job's claim ends, and it is tried again at `due_ms`. `why` is
 * NULL if the reason is already recorded.
 */
void queue_put_away_later(struct queue *queue, struct job *job, int64_t due_ms, const char *why);

/**
 * Why the last attempt to put away the file of a job with an outcome failed; the caller frees the
 * text. NULL if there was no attempt yet, or nothing is left to do.
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
    QUEUE_NOT_PUT_AWAY, /* forget: its file is still being put away */
    QUEUE_JOB_DISCARDED /* retry: there is no file */
};

/**
 * A person's `retry` (failed -> queued, with no attempts used) and `forget`. A job that failed as
 * `links` keeps that error, because its file must be checked again before it is sent. An upload by
 * hand is not retried (QUEUE_BY_HAND). A job whose file still has to be put away is not forgotten,
 * because the file may be in .closedrop/, where nobody sees it. The exception is `may_strand`, for
 * a folder that no longer exists: the job would wait for it forever.
 */
enum queue_answer queue_retry_by_hand(struct queue *queue, int64_t id);
enum queue_answer queue_forget(struct queue *queue, int64_t id, bool may_strand);

/**
 * A person's decision about one job that the send guard holds back, and about the jobs that would
 * be sent with it: it may be sent (QUEUE_WRONG_STATE if it needs no permission), or it fails as
 * recalled.
 */
enum queue_answer queue_release(struct queue *queue, int64_t id);
enum queue_answer queue_recall(struct queue *queue, int64_t id);

/** The message for a job that was recalled. */
extern const char queue_recalled[];

/** Allow everything to be sent that is in the queue for a rule, even if not yet uploaded. */
void queue_release_rule(struct queue *queue, const char *rule);

/**
 * Fail everything that the guard holds back for a rule, as recalled; what came with it and is not
 * uploaded yet fails when its turn comes (`ret_more`: there is some). Returns how many jobs were
 * recalled now.
 */
int64_t queue_recall_rule(struct queue *queue, const char *rule, bool *ret_more);

/**
 * A file has disappeared from its path in a folder: if the guard holds its job back, the job
 * searches for the file.
 */
void queue_recheck_held(struct queue *queue, const char *folder, const char *path);

/** The result of retrying many jobs. */
struct retried {
    int64_t queued;               /* that many are, or would be */
    int64_t left_out[JOB_JUDGED]; /* by job_judged_codes: a person must judge them */
};

/**
 * Retry the matching failed jobs that are not claimed, except those that a person must judge; the
 * one that failed first is first. With `only_count`, nothing changes. The `state` and `all` of the
 * filter are ignored.
 */
void queue_retry_all(struct queue *queue, const struct job_filter *filter, bool only_count,
    struct retried *ret_retried);

/** The result of forgetting many jobs. */
struct forgotten {
    int64_t by_state[JOB_STATES]; /* that many are, or would be */
    int64_t left_out;             /* in progress, or their file has yet to be put away */
};

/**
 * Forget the matching jobs in one state, which the filter must name, as queue_forget() does, and
 * add them to `counts`; `may_strand` says for which folders it may. With `only_count`, nothing
 * changes.
 */
void queue_forget_all(struct queue *queue, const struct job_filter *filter, bool only_count,
    bool (*may_strand)(const void *context, const char *folder), const void *context,
    struct forgotten *counts);

/**
 * After a start: jobs that were claimed when the program crashed are queued again as suspects. A
 * job that was claimed alone is blamed for the crash, and fails the third time. A POST that was in
 * progress is unclear, and waits `doubt_ms` before it is verified. No job waits longer because the
 * clock was set back or was wrong. Returns how many jobs were claimed.
 */
int64_t queue_recover(struct queue *queue, int64_t doubt_ms);

/**
 * The wall clock jumped forward by `by_ms` (back, if negative): all due times are shifted
 * accordingly.
 */
void queue_follow_clock(struct queue *queue, int64_t by_ms);

/** Make due all jobs that wait with this error, because what they wait for may be available now. */
void queue_wake(struct queue *queue, const char *error_code);

/**
 * Make due the uploaded members of the group that a job belongs to as far as known: they may have
 * been waiting for it. Ending, failing and waiting after an error do this automatically.
 */
void queue_wake_group(struct queue *queue, const struct job *job);

/** Make due the uploaded jobs in `folder` that wait because of rules that have changed since. */
void queue_wake_changed(struct queue *queue, const char *folder, const char *rules_digest);

/** Whether the queue existed before it was opened. */
enum queue_origin {
    QUEUE_WAS_THERE,
    QUEUE_IS_NEW,         /* nothing next to it points to an earlier one */
    QUEUE_FOLLOWS_ANOTHER /* an earlier one, which was set aside or deleted */
};

/** Returns the same at each start, until queue_set_begun() has been committed. */
enum queue_origin queue_origin(struct queue *queue);
void queue_set_begun(struct queue *queue);

/**
 * An earlier queue is lost: files that were in the folders before now may already have been filed,
 * so Close is searched for them first (job->reconcile). Persists across restarts.
 */
void queue_set_predecessor_lost(struct queue *queue);

/**
 * The last run of an agent: when it started and stopped, on the wall clock. 0 as stop: it is
 * running, or was killed; 0 as both: there was none. They persist across restarts.
 */
void queue_set_started(struct queue *queue);
void queue_set_stopped(struct queue *queue);
int64_t queue_started_ms(struct queue *queue);
int64_t queue_stopped_ms(struct queue *queue);

/** Whether a person has paused sending. Persists across restarts. */
bool queue_is_paused(struct queue *queue);
void queue_set_paused(struct queue *queue, bool paused);

#endif
