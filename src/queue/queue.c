/* The queue's verbs: each checks that a job may go where it is told to, and writes that with its
 * history. */
#include "closedrop/queue/queue.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/str.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/** A server may ask for a day (http/rate_limit.h); nothing that is due later was meant so. */
#define WAIT_MAX_MS (25LL * 3600 * 1000)
/** More files than Close takes with one activity never leave together. */
#define LEAVERS_MAX 1001
/** How many unclean ends a job may be alone responsible for. */
#define CRASHES_MAX 3

/** 2026: before there was a closedrop no clock was right. */
#define CLOCK_SANE_MS 1767225600000LL
/** The clock of a file server may be ahead of ours by this much. */
#define CLOCKS_MS (10LL * 60 * 1000)
/** Nothing that left longer ago is in any window (guard.h). */
#define LEDGER_MS (25LL * 3600 * 1000)
/** Less than this is a clock that is being corrected. */
#define CLOCK_STEP_MS 5000

struct queue {
    struct store *store;
    int64_t id;
    int64_t lost_ms;   /* wall clock: when an earlier queue was lost, 0 for never */
    int64_t ledger_ms; /* the same, by the clock as it is now; INT64_MIN for never */
};

/** Give a queue that has none its id. 0 or a negative errno. */
static int make_id(struct queue *queue)
{
    uint64_t random = 0;
    if (getrandom(&random, sizeof(random), 0) != sizeof(random))
        return -EIO;
    queue->id = (int64_t)(random >> 1 | 1);
    store_begin(queue->store);
    store_set_number(queue->store, "queue_id", queue->id);
    return store_commit(queue->store);
}

int queue_open(const char *directory, bool create, struct queue **ret_queue, struct str *why)
{
    struct queue *queue = calloc(1, sizeof(*queue));
    if (!queue)
        return STORE_BROKEN_MACHINE;
    int problem = store_open(directory, create, &queue->store, why);
    if (problem) {
        free(queue);
        return problem;
    }
    queue->lost_ms = store_number(queue->store, "lost_ms");
    queue->ledger_ms = store_number(queue->store, "ledger_ms");
    if (!queue->ledger_ms)
        queue->ledger_ms = INT64_MIN;
    queue->id = store_number(queue->store, "queue_id");
    int result = create && !queue->id ? make_id(queue) : 0;
    if (result < 0) {
        str_printf(why, "%s: the queue cannot be written: %s", directory, strerror(-result));
        queue_close(queue);
        return result == -ENOSPC ? STORE_FULL : STORE_BROKEN_MACHINE;
    }
    *ret_queue = queue;
    return 0;
}

void queue_close(struct queue *queue)
{
    if (!queue)
        return;
    store_close(queue->store);
    free(queue);
}

int64_t queue_id(const struct queue *queue)
{
    return queue->id;
}

struct store *queue_store(struct queue *queue)
{
    return queue->store;
}

int64_t queue_ledger_ms(const struct queue *queue)
{
    return queue->ledger_ms;
}

int64_t queue_last_entered(struct queue *queue)
{
    return store_number(queue->store, "entered");
}

/** The number that a job enters by. */
static int64_t next_entered(struct queue *queue)
{
    int64_t next = queue_last_entered(queue) + 1;
    store_set_number(queue->store, "entered", next);
    return next;
}

void queue_begin(struct queue *queue)
{
    store_begin(queue->store);
}

int queue_commit(struct queue *queue)
{
    return store_commit(queue->store);
}

void queue_keep_text(struct queue *queue, char **text, const char *value)
{
    if (str_assign(text, value) < 0)
        store_run_out_of_memory(queue->store);
}

static void note(struct queue *queue, const struct job *job, const char *why)
{
    const char *ended = job_ended_as(job);
    const char *what = *ended ? ended : job_state_names[job->state];
    store_note(queue->store, job->id, clock_wall_ms(), what, why);
}

/** Write a job that reached `state`, with the reason. */
static void set_state(struct queue *queue, struct job *job, enum job_state state, const char *why)
{
    assert(job_may_move(job->state, state));
    job->state = state;
    store_update(queue->store, job);
    if (why)
        note(queue, job, why);
}

/**
 * Whether an old job still stands in the way of a new one for its file, seen at `path`. A file that
 * was put away no longer does, unless it lies just where it was put.
 */
static bool still_blocks(const struct job *job, const char *path)
{
    if (job->ending)
        return job->ending == JOB_FORGOTTEN;
    return !(job_has_outcome(job) && job->put_away && job->location) ||
           strcmp(job->location, path) == 0;
}

/** Whether the file of a job lies in the folder under another name than the job knows. */
static bool was_renamed(const struct job *job, const struct seen *seen)
{
    bool is_put_away = job_has_outcome(job) && job->put_away;
    return !job->ending && !is_put_away && seen->is_one_name &&
           identity_same_file(&job->identity, seen->identity) && strcmp(job->path, seen->path) != 0;
}

void queue_wake_group(struct queue *queue, const struct job *job)
{
    if (job->rule && job->group)
        store_wake_group(queue->store, job, clock_wall_ms());
}

/** It does not leave the house for now: its place in the ledger is another's. */
static void stay(struct queue *queue, struct job *job)
{
    if (job->sender && !job->posting)
        store_stay(queue->store, job->id);
}

void queue_enter_anew(struct queue *queue, struct job *job)
{
    queue_wake_group(queue, job);
    stay(queue, job);
    job_let_go(job);
    job->entered = next_entered(queue);
    job->released = false;
    job->closed = 0;
}

void queue_follow(struct queue *queue, struct job *job, const char *path)
{
    CLEANUP(free_text) char *why = str_format("renamed in the folder, was %s", job->path);
    if (!job->queued_path)
        queue_keep_text(queue, &job->queued_path, job->path);
    if (job->rule && job_is_intended(job) && !job->filed_path)
        queue_keep_text(queue, &job->filed_path, job->path);
    if (!job_is_intended(job) && job->state != JOB_FAILED) {
        queue_enter_anew(queue, job);
        job_forget_rule(job);
    }
    queue_keep_text(queue, &job->path, path);
    /* what is unclear still waits for the server's late commit */
    if (!job->posting && !job->claimed)
        job->due_ms = clock_wall_ms();
    queue_update(queue, job, why ? why : "renamed in the folder");
}

static bool failed_as(const struct job *job, const char *code)
{
    return job->state == JOB_FAILED && !job->ending && job_has_error(job, code);
}

/** Whether it failed so that only a person's word lets it go on. */
static bool is_for_a_person(const struct job *job)
{
    return job->state == JOB_FAILED && !job->ending && job_judgement(job) >= 0;
}

/** By which path a file is found as well, NULL for by its handle alone. */
static const char *path_to_find(const struct identity *identity, const char *path, bool by_path)
{
    return by_path || !identity->handle_length ? path : NULL;
}

enum known queue_known(struct queue *queue, const struct seen *seen, int64_t *ret_job)
{
    CLEANUP(job_freep)
    struct job *job = store_find(queue->store, seen->folder, seen->identity,
        path_to_find(seen->identity, seen->path, seen->by_path));
    if (!job)
        return KNOWN_NOT;
    if (!still_blocks(job, seen->path)) {
        *ret_job = job->id;
        return is_for_a_person(job) ? KNOWN_JUDGED : KNOWN_NOT;
    }
    if (!was_renamed(job, seen))
        return KNOWN_YES;
    if (job->claimed) {
        *ret_job = job->id;
        return KNOWN_RENAMED;
    }
    queue_follow(queue, job, seen->path);
    return KNOWN_YES;
}

bool queue_leaves_alone(struct queue *queue, const struct seen *seen, bool *ret_waits)
{
    CLEANUP(job_freep)
    struct job *job = store_find(queue->store, seen->folder, seen->identity,
        path_to_find(seen->identity, seen->path, seen->by_path));
    *ret_waits = job && !job->ending && !(job_has_outcome(job) && job->put_away);
    if (!job || job->ending)
        return job && job->ending == JOB_FORGOTTEN;
    return !*ret_waits && !job->location;
}

/** A failed job goes from the start; only a POST that is still unclear is not forgotten. */
static void begin_anew(struct queue *queue, struct job *job)
{
    job->entered = next_entered(queue);
    job->released = failed_as(job, "recalled"); /* a person wants it after all */
    job->held = HELD_NEVER;
    job->closed = 0;
    job->attempts = 0;
    job->crashes = 0;
    job->verifications = 0;
    job->suspect = false;
    job->put_away = JOB_NOT_PUT_AWAY;
    if (failed_as(job, "doubtful"))
        job->reconcile = false; /* a person has looked */
    if (failed_as(job, "already_filed"))
        job->approved = true;
    job->due_ms = clock_wall_ms();
    job->uploaded_ms = 0;
    if (!job->posting)
        job_forget_rule(job);
}

/** What the watch thread has to say of it. Returns the job's id. */
static int64_t tell_arrival(struct queue *queue, struct job *job, const struct arrival *arrival)
{
    if (arrival->note)
        note(queue, job, arrival->note);
    if (arrival->error_code)
        queue_fail(queue, job, arrival->error_code, arrival->error_message);
    return job->id;
}

/**
 * The file of a failed job came back: the same job goes on, and the person's word counts. Its
 * location in Failed is kept until its job is claimed, for the error text that may still lie there.
 */
static int64_t continue_failed(struct queue *queue, struct job *job, const struct arrival *arrival)
{
    bool is_moved = !job_lies_at_location(job, arrival->path); /* not only with all around it */
    if (job->posting && !job->filed_path && strcmp(job->path, arrival->path) != 0)
        queue_keep_text(queue, &job->filed_path, job->path);
    queue_keep_text(queue, &job->path, arrival->path);
    job->identity = arrival->identity;
    begin_anew(queue, job);
    job->approved = job->approved && is_moved;
    job->released = job->released && is_moved;
    job_forget_error(job);
    set_state(queue, job, JOB_QUEUED, "brought back into the folder");
    return tell_arrival(queue, job, arrival);
}

static int64_t add_new(struct queue *queue, const struct arrival *arrival)
{
    int64_t now = clock_wall_ms();
    CLEANUP(job_freep) struct job *job = calloc(1, sizeof(*job));
    if (!job) {
        store_run_out_of_memory(queue->store);
        return 0;
    }
    queue_keep_text(queue, &job->folder, arrival->folder);
    queue_keep_text(queue, &job->path, arrival->path);
    job->identity = arrival->identity;
    job->state = JOB_QUEUED;
    job->queued_ms = now;
    job->due_ms = now;
    job->entered = next_entered(queue);
    job->reconcile = queue->lost_ms && arrival->changed_ms < queue->lost_ms + CLOCKS_MS;
    store_insert(queue->store, job);
    note(queue, job, "settled");
    return tell_arrival(queue, job, arrival);
}

int64_t queue_add(struct queue *queue, const struct arrival *arrival)
{
    CLEANUP(job_freep)
    struct job *old = store_find(queue->store, arrival->folder, &arrival->identity,
        path_to_find(&arrival->identity, arrival->path, arrival->by_path));
    if (old && still_blocks(old, arrival->path))
        return 0;
    if (old && old->state == JOB_FAILED && !old->ending)
        return continue_failed(queue, old, arrival);
    CLEANUP(job_freep)
    struct job *waiting = store_find_waiting(queue->store, arrival->folder, arrival->path);
    if (waiting)
        queue_end(queue, waiting, JOB_SUPERSEDED, "its file was rewritten or replaced");
    return add_new(queue, arrival);
}

/** Whether it was listed before its activity was posted, and what came of that is not known. */
static bool is_unclear_by_hand(const struct job *job)
{
    return job && job_is_by_hand(job) && failed_as(job, "unclear");
}

bool queue_put_by_hand(struct queue *queue, struct job *job)
{
    CLEANUP(job_freep) struct job *listed = job->id ? store_load(queue->store, job->id) : NULL;
    bool is_begun = !job->id && is_unclear_by_hand(job);
    if (job->id && !is_unclear_by_hand(listed))
        return false;
    if (listed)
        job->queued_ms = listed->queued_ms;
    else
        store_insert(queue->store, job);
    store_update(queue->store, job);
    if (is_begun)
        store_note(queue->store, job->id, clock_wall_ms(), job_state_names[JOB_ATTACHING],
            "uploaded by hand; its activity is about to be created");
    else
        note(queue, job, job->error_message ? job->error_message : "uploaded by hand");
    return true;
}

/** The states a lane takes jobs from, nearest the end first. */
static const struct {
    enum lane lane;
    enum job_state state;
} claims[] = {
    {LANE_PUT_AWAY, JOB_DONE},
    {LANE_PUT_AWAY, JOB_FAILED},
    {LANE_ATTACH, JOB_ATTACHING},
    {LANE_ATTACH, JOB_UPLOADED},
    {LANE_SEND, JOB_QUEUED},
};

static bool is_in_lanes(size_t row, unsigned lanes)
{
    return (claims[row].lane & lanes) != 0;
}

struct job *queue_claim(struct queue *queue, const char *folder, unsigned lanes, bool suspects)
{
    int64_t now = clock_wall_ms();
    struct job *job = NULL;
    for (size_t i = 0; i < COUNT(claims) && !job; i++)
        if (is_in_lanes(i, lanes))
            job = store_due(queue->store, folder, claims[i].state, suspects, now);
    if (!job)
        return NULL;
    job->claimed = true;
    if (job_has_outcome(job)) {
        store_update(queue->store, job);
        return job;
    }
    job->attempts++;
    if (job->state == JOB_QUEUED)
        set_state(queue, job, JOB_UPLOADING, "in hand");
    else
        store_update(queue->store, job);
    return job;
}

int64_t queue_next_due(struct queue *queue, const char *folder, unsigned lanes, bool suspects)
{
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < COUNT(claims); i++) {
        int64_t due = is_in_lanes(i, lanes)
                          ? store_next_due(queue->store, folder, claims[i].state, suspects)
                          : INT64_MAX;
        next = due < next ? due : next;
    }
    return next;
}

void queue_sorted(struct queue *queue, const struct job *job)
{
    store_update(queue->store, job);
}

void queue_advance(struct queue *queue, struct job *job, enum job_state state, const char *why)
{
    job->suspect = false;
    job->crashes = 0;
    set_state(queue, job, state, why);
}

void queue_update(struct queue *queue, struct job *job, const char *why)
{
    store_update(queue->store, job);
    note(queue, job, why);
}

void queue_set_waiting_for(
    struct queue *queue, struct job *job, const char *code, const char *message)
{
    if (job->error_message && strcmp(job->error_message, message) == 0)
        return;
    (void)str_assign(&job->error_code, code);
    (void)str_assign(&job->error_message, message);
    queue_update(queue, job, message);
}

/** The content memory knows of it from this transaction on. */
static void remember(struct queue *queue, const struct job *job, int64_t at_ms)
{
    const struct filing filing = {.lead_id = job->lead_id,
        .rule = job->rule ? job->rule : "",
        .at_ms = at_ms,
        .job = job->id};
    store_remember(queue->store, job->sha256, job->activity, &filing);
}

void queue_intend(struct queue *queue, struct job **jobs, size_t count, int64_t close_ms)
{
    int64_t number = store_new_posting(queue->store);
    for (size_t i = 0; i < count; i++) {
        jobs[i]->posting = number;
        jobs[i]->verifications = 0;
        jobs[i]->claimed = true;
        store_post(queue->store, jobs[i], close_ms);
        remember(queue, jobs[i], clock_wall_ms());
        set_state(queue, jobs[i], JOB_ATTACHING, "its activity is about to be created");
    }
    if (jobs[0]->sender)
        queue_add_leaving(queue, jobs[0]->id, jobs[0]->rule, jobs[0]->sender);
}

void queue_add_leaving(struct queue *queue, int64_t id, const char *rule, const char *sender)
{
    const struct leaving leaving = {id, rule, sender, clock_wall_ms()};
    store_leave(queue->store, &leaving);
    store_forget_left(queue->store, leaving.at_ms - LEDGER_MS);
}

void queue_withdraw(struct queue *queue, struct job *job, const char *why)
{
    job->posting = 0;
    job->verifications = 0;
    store_unremember(queue->store, job->sha256, job->activity, job->lead_id, job->id);
    if (job->filed_path) { /* nothing was filed under the name it had */
        queue_keep_text(queue, &job->filed_path, NULL);
        job_forget_rule(job);
    }
    if (job->state == JOB_ATTACHING)
        set_state(queue, job, JOB_UPLOADED, why);
    else {
        job_forget_rule(job); /* a person began it anew */
        queue_update(queue, job, why);
    }
}

void queue_retry(struct queue *queue, struct job *job, int64_t due_ms, bool counts, const char *why)
{
    job->claimed = false;
    job->suspect = false;
    job->due_ms = due_ms;
    if (!counts && job->attempts > 0)
        job->attempts--;
    set_state(queue, job, job->state == JOB_UPLOADING ? JOB_QUEUED : job->state, why);
    if (job->state == JOB_QUEUED && job->error_code)
        queue_wake_group(queue, job);
}

void queue_fail(struct queue *queue, struct job *job, const char *code, const char *message)
{
    queue_keep_text(queue, &job->error_code, code);
    queue_keep_text(queue, &job->error_message, message);
    job->suspect = false;
    job->put_away = JOB_NOT_PUT_AWAY;
    job->due_ms = clock_wall_ms();
    job->done_ms = job->due_ms;
    stay(queue, job);
    set_state(queue, job, JOB_FAILED, message);
    queue_wake_group(queue, job);
}

void queue_done(struct queue *queue, struct job *job, const char *why)
{
    (void)str_assign(&job->error_code, NULL);
    (void)str_assign(&job->error_message, NULL);
    job->done_ms = clock_wall_ms();
    job->due_ms = job->done_ms;
    job->suspect = false;
    job->put_away = JOB_NOT_PUT_AWAY;
    job->posting = 0;
    if (job->activity_id) /* found by looking, it may not be remembered yet */
        remember(queue, job, job->done_ms);
    if (job->activity_id && job->sender)
        store_left_again(queue->store, job->id, job->done_ms);
    else
        stay(queue, job);
    (void)str_assign(&job->values, NULL); /* only its activity was made of them */
    set_state(queue, job, JOB_DONE, why);
    queue_wake_group(queue, job);
}

void queue_set_put_away(struct queue *queue, struct job *job, const char *location, const char *why)
{
    queue_keep_text(queue, &job->location, location);
    job->claimed = false;
    job->put_away = JOB_PUT_AWAY;
    set_state(queue, job, job->state, why);
}

void queue_set_location_in_failed(struct queue *queue, struct job *job, const char *location)
{
    CLEANUP(free_text) char *why = str_format("renamed where failed files lie, to %s", location);
    queue_keep_text(queue, &job->location, location);
    job->put_away = JOB_PUT_AWAY; /* it may have been discarded while it was out of sight */
    queue_update(queue, job, why ? why : "renamed where failed files lie");
}

void queue_discard(struct queue *queue, struct job *job)
{
    job->put_away = JOB_DISCARDED;
    queue_update(
        queue, job, "its file was deleted from where failed files lie, and so was its text");
}

void queue_put_away_later(struct queue *queue, struct job *job, int64_t due_ms, const char *why)
{
    job->claimed = false;
    job->due_ms = due_ms;
    set_state(queue, job, job->state, why);
}

struct line {
    const char *why;
    bool is_there;
};

static void find_line(void *context, int64_t at_ms, const char *state, const char *why)
{
    struct line *line = context;
    (void)at_ms, (void)state;
    line->is_there |= strcmp(line->why, why) == 0;
}

bool queue_note_once(struct queue *queue, const struct job *job, const char *why)
{
    struct line line = {why, false};
    store_history(queue->store, job->id, find_line, &line);
    if (!line.is_there)
        note(queue, job, why);
    return !line.is_there;
}

static void keep_last(void *context, int64_t at_ms, const char *state, const char *why)
{
    (void)at_ms, (void)state;
    (void)str_assign(context, why);
}

char *queue_not_put_away(struct queue *queue, const struct job *job)
{
    if (!job_has_outcome(job) || job->put_away || job->ending)
        return NULL;
    if (job->state == JOB_DONE)
        return job_has_error(job, "not_put_away") ? strdup(job->error_message) : NULL;
    /* its error is why it failed; what came after that is in its history alone */
    char *last = NULL;
    store_history(queue->store, job->id, keep_last, &last);
    if (last && job->error_message && strcmp(last, job->error_message) != 0)
        return last;
    free(last);
    return NULL;
}

void queue_end(struct queue *queue, struct job *job, enum job_ending ending, const char *why)
{
    job->claimed = false;
    job->suspect = false;
    job->ending = ending;
    stay(queue, job);
    store_update(queue->store, job);
    note(queue, job, why);
    queue_wake_group(queue, job);
}

void queue_same_bytes(struct queue *queue, struct job *job, int64_t kept_id)
{
    CLEANUP(job_freep) struct job *kept = store_load(queue->store, kept_id);
    CLEANUP(free_text)
    char *why = str_format("its bytes are those of job %lld, which has it", (long long)kept_id);
    if (kept) {
        kept->identity = job->identity;
        if (strcmp(kept->path, job->path) != 0)
            queue_follow(queue, kept, job->path);
        queue_update(queue, kept, "its file has another time, but the bytes that were filed");
    }
    queue_end(queue, job, JOB_DROPPED, why ? why : "");
}

bool queue_approve(struct queue *queue, struct job *job, int64_t id)
{
    CLEANUP(job_freep) struct job *failed = store_load(queue->store, id);
    CLEANUP(free_text) char *why = str_format("brought back as job %lld", (long long)job->id);
    if (!failed || failed->claimed || !failed_as(failed, "already_filed"))
        return false;
    queue_end(queue, failed, JOB_SUPERSEDED, why ? why : "");
    job->approved = true;
    queue_update(queue, job, "brought back by a person: it is filed once more");
    return true;
}

static void retry_failed(struct queue *queue, struct job *job)
{
    bool is_link = job_has_error(job, "links"); /* it is not settled again, so this stays open */
    begin_anew(queue, job);
    if (!is_link)
        job_forget_error(job);
    set_state(queue, job, JOB_QUEUED, "retry asked for");
}

enum queue_answer queue_retry_by_hand(struct queue *queue, int64_t id)
{
    CLEANUP(job_freep) struct job *job = store_load(queue->store, id);
    if (!job || job->ending)
        return QUEUE_NO_SUCH_JOB;
    if (job->claimed)
        return QUEUE_JOB_CLAIMED;
    if (job_is_by_hand(job))
        return QUEUE_BY_HAND;
    if (job->state != JOB_FAILED)
        return QUEUE_WRONG_STATE;
    if (job->put_away == JOB_DISCARDED)
        return QUEUE_JOB_DISCARDED;
    retry_failed(queue, job);
    return QUEUE_OK;
}

enum queue_answer queue_forget(struct queue *queue, int64_t id, bool may_strand)
{
    CLEANUP(job_freep) struct job *job = store_load(queue->store, id);
    if (!job || job->ending)
        return QUEUE_NO_SUCH_JOB;
    if (job->claimed)
        return QUEUE_JOB_CLAIMED;
    if (!may_strand && job_has_outcome(job) && job->put_away == JOB_NOT_PUT_AWAY)
        return QUEUE_NOT_PUT_AWAY;
    /* a file that lies in Failed or Uploaded is nobody's any more; one in the folder is left alone
     */
    bool is_away = job->location && (job->put_away || job->state == JOB_QUEUED);
    queue_end(queue, job, is_away ? JOB_DROPPED : JOB_FORGOTTEN, "forgotten by a person");
    return QUEUE_OK;
}

/* ---- a person's word about what the guard holds back ---- */

/** The others that would leave with it go its way; `ret_jobs`: it and them, the caller's. */
static size_t load_leavers(struct queue *queue, struct job *job, struct job **ret_jobs, size_t most)
{
    ret_jobs[0] = job;
    return 1 + (job->group ? store_group_members(queue->store, job, ret_jobs + 1, most - 1) : 0);
}

const char queue_recalled[] =
    "recalled by a person: it was not sent; to send it all the same, drag it back";

static void release_one(struct queue *queue, struct job *job)
{
    job_let_go(job);
    job->due_ms = clock_wall_ms();
    queue_update(queue, job, "released by a person");
}

static enum queue_answer decide(struct queue *queue, int64_t id, bool is_release)
{
    struct job *jobs[LEAVERS_MAX];
    struct job *job = store_load(queue->store, id);
    bool fits = job && (is_release ? job->held == HELD_FOR_WORD : job->held != HELD_NEVER) &&
                !job_has_outcome(job);
    enum queue_answer answer = !job || job->ending ? QUEUE_NO_SUCH_JOB
                               : job->claimed      ? QUEUE_JOB_CLAIMED
                               : fits              ? QUEUE_OK
                                                   : QUEUE_WRONG_STATE;
    if (answer != QUEUE_OK) {
        job_free(job);
        return answer;
    }
    size_t count = load_leavers(queue, job, jobs, LEAVERS_MAX);
    for (size_t i = 0; i < count; i++) {
        jobs[i]->released = is_release;
        if (is_release)
            release_one(queue, jobs[i]);
        else
            queue_fail(queue, jobs[i], "recalled", queue_recalled);
        job_free(jobs[i]);
    }
    return QUEUE_OK;
}

enum queue_answer queue_release(struct queue *queue, int64_t id)
{
    return decide(queue, id, true);
}

enum queue_answer queue_recall(struct queue *queue, int64_t id)
{
    return decide(queue, id, false);
}

/** What the guard holds back of a rule, one page after the other. */
static int64_t for_each_held(struct queue *queue, const char *rule, enum job_held held,
    void (*each)(struct queue *queue, struct job *job))
{
    int64_t ids[256], after = 0, count = 0;
    size_t some;
    while ((some = store_held_of_rule(queue->store, rule, held, after, ids, 256)) > 0) {
        after = ids[some - 1];
        count += (int64_t)some;
        for (size_t i = 0; i < some; i++) {
            CLEANUP(job_freep) struct job *job = store_load(queue->store, ids[i]);
            if (job)
                each(queue, job);
        }
    }
    return count;
}

void queue_release_rule(struct queue *queue, const char *rule)
{
    struct guard_marks marks;
    store_guard_marks(queue->store, rule, &marks);
    marks.released = queue_last_entered(queue);
    store_set_guard_marks(queue->store, rule, &marks);
    for_each_held(queue, rule, HELD_FOR_WORD, release_one);
}

static void recall_one(struct queue *queue, struct job *job)
{
    queue_fail(queue, job, "recalled", queue_recalled);
}

int64_t queue_recall_rule(struct queue *queue, const char *rule, bool *ret_more)
{
    struct guard_marks marks;
    store_guard_marks(queue->store, rule, &marks);
    int64_t count = for_each_held(queue, rule, HELD_NEVER, recall_one);
    *ret_more = store_is_undecided(queue->store, rule, &marks);
    if (!count && !*ret_more)
        return 0;
    marks.released = 0;
    marks.recalled = marks.over;
    marks.recalled_held = queue_last_entered(queue);
    store_set_guard_marks(queue->store, rule, &marks);
    return count;
}

void queue_recheck_held(struct queue *queue, const char *folder, const char *path)
{
    CLEANUP(job_freep) struct job *job = store_find_held(queue->store, folder, path);
    if (!job)
        return;
    job->due_ms = clock_wall_ms();
    store_update(queue->store, job);
}

/** Retry one of many, unless a person must judge it. */
static void retry_one(struct queue *queue, int64_t id, struct retried *retried)
{
    CLEANUP(job_freep) struct job *job = store_load(queue->store, id);
    int judgement = job ? job_judgement(job) : -1;
    if (judgement >= 0) {
        retried->left_out[judgement]++;
    } else if (job) {
        retry_failed(queue, job);
        retried->queued++;
    }
}

void queue_retry_all(
    struct queue *queue, const struct failed_filter *filter, struct retried *ret_retried)
{
    int64_t ids[256];
    int64_t after = 0;
    size_t count;
    *ret_retried = (struct retried){0};
    while ((count = store_failed(queue->store, filter, after, ids, 256)) > 0) {
        for (size_t i = 0; i < count; i++)
            retry_one(queue, ids[i], ret_retried);
        after = ids[count - 1];
    }
}

/** Take back one job that an unclean end left claimed. */
static void recover_one(struct queue *queue, struct job *job, bool alone, int64_t doubt_ms)
{
    job->claimed = false;
    job->due_ms = clock_wall_ms(); /* it was due when it was claimed, by whatever clock */
    if (job_has_outcome(job)) {
        store_update(queue->store, job); /* only its file is left to put away */
        return;
    }
    job->suspect = true;
    if (job->state == JOB_ATTACHING)
        job->due_ms = clock_wall_ms() + doubt_ms;
    if (alone)
        job->crashes++;
    else if (job->attempts > 0)
        job->attempts--;
    if (job->crashes >= CRASHES_MAX)
        queue_fail(queue, job, "crashed",
            job->posting
                ? "closedrop ended without warning three times while it filed only this file; it "
                  "may be filed: look at its lead in Close; please report this with the file"
                : "closedrop ended without warning three times while it had only this file in "
                  "hand; please report this with the file");
    else
        set_state(queue, job, job->state == JOB_UPLOADING ? JOB_QUEUED : job->state,
            "was in hand when closedrop ended without warning");
}

/** By which the next start knows whether the clock was set meanwhile. */
static void note_clock(struct queue *queue)
{
    store_set_number(queue->store, "clock_boot", clock_boot());
    store_set_number(queue->store, "clock_lead_ms", clock_lead_ms());
}

void queue_follow_clock(struct queue *queue, int64_t by_ms)
{
    store_shift(queue->store, by_ms);
    if (queue->ledger_ms != INT64_MIN) {
        queue->ledger_ms += by_ms;
        store_set_number(queue->store, "ledger_ms", queue->ledger_ms);
    }
    note_clock(queue);
}

/**
 * By how much the clock was set while nothing ran. Since the machine has not booted, its steady
 * clock tells; else only that time does not go back.
 */
static int64_t clock_was_set_by(struct queue *queue)
{
    int64_t boot = clock_boot(), now = clock_wall_ms(), last = store_last_note(queue->store);
    if (boot && store_number(queue->store, "clock_boot") == boot)
        return now - clock_steady_ms() - store_number(queue->store, "clock_lead_ms");
    return last > now ? now - last : 0;
}

static void mend_due_times(struct queue *queue)
{
    int64_t now = clock_wall_ms(), by = clock_was_set_by(queue);
    if (llabs(by) >= CLOCK_STEP_MS || (by < 0 && store_last_note(queue->store) > now)) {
        queue_follow_clock(queue, by);
        store_note(
            queue->store, 0, now, "", by < 0 ? "the clock was set back" : "the clock was set on");
    }
    note_clock(queue);
    store_clamp(queue->store, now + WAIT_MAX_MS);
    store_clamp_left(queue->store, now);
}

int64_t queue_recover(struct queue *queue, int64_t doubt_ms)
{
    mend_due_times(queue);
    int64_t claimed = store_count_claimed(queue->store);
    int64_t after = 0;
    struct job *job;
    while ((job = store_next_claimed(queue->store, after)) != NULL) {
        after = job->id;
        recover_one(queue, job, claimed == 1, doubt_ms);
        job_free(job);
    }
    return claimed;
}

void queue_wake(struct queue *queue, const char *error_code)
{
    store_wake(queue->store, error_code, clock_wall_ms());
}

void queue_wake_changed(struct queue *queue, const char *folder, const char *rules_digest)
{
    store_wake_changed(queue->store, folder, rules_digest, clock_wall_ms());
}

void queue_set_predecessor_lost(struct queue *queue)
{
    int64_t now = clock_wall_ms();
    /* by a clock that was never set, everything is from the future: all is looked for then */
    queue->lost_ms = now < CLOCK_SANE_MS ? INT64_MAX - CLOCKS_MS : now;
    store_set_number(queue->store, "lost_ms", queue->lost_ms);
    queue->ledger_ms = now;
    store_set_number(queue->store, "ledger_ms", queue->ledger_ms);
}

enum queue_origin queue_origin(struct queue *queue)
{
    return (enum queue_origin)store_number(queue->store, STORE_BEGINS);
}

void queue_set_begun(struct queue *queue)
{
    store_set_number(queue->store, STORE_BEGINS, QUEUE_WAS_THERE);
}

bool queue_is_paused(struct queue *queue)
{
    return store_number(queue->store, "paused") != 0;
}

void queue_set_paused(struct queue *queue, bool paused)
{
    store_set_number(queue->store, "paused", paused);
}
