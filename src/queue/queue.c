#include "closedrop/queue/queue.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/str.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/** How many unclean ends a job may be alone responsible for. */
#define DEATHS_MOST 3

struct queue {
    struct store *store;
};

int queue_open(const char *directory, bool create, struct queue **ret_queue, struct str *why)
{
    struct queue *queue = calloc(1, sizeof(*queue));
    if (!queue)
        return STORE_BROKEN_MACHINE;
    int problem = store_open(directory, create, &queue->store, why);
    if (problem)
        free(queue);
    else
        *ret_queue = queue;
    return problem;
}

void queue_close(struct queue *queue)
{
    if (!queue)
        return;
    store_close(queue->store);
    free(queue);
}

struct store *queue_store(struct queue *queue)
{
    return queue->store;
}

void queue_begin(struct queue *queue)
{
    store_begin(queue->store);
}

int queue_commit(struct queue *queue)
{
    int result = store_commit(queue->store);
    if (result == -ENOSPC)
        store_free_ballast(queue->store);
    return result;
}

static void note(struct queue *queue, const struct job *job, const char *why)
{
    const char *what = job->ending ? job_ending_names[job->ending] : job_state_names[job->state];
    store_note(queue->store, job->id, clock_wall_ms(), what, why);
}

/** Write a job that reached `state`, with the reason. */
static void move(struct queue *queue, struct job *job, enum job_state state, const char *why)
{
    assert(job_may_move(job->state, state));
    job->state = state;
    store_update(queue->store, job);
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
    bool has_outcome = job->state == JOB_DONE || job->state == JOB_FAILED;
    return !(has_outcome && job->filed && job->place) || strcmp(job->place, path) == 0;
}

/** A waiting file has another name now: the job goes with it, for it is the same file. */
static void follow(struct queue *queue, struct job *job, const char *path)
{
    bool waits = job->state == JOB_QUEUED && !job->in_hand && !job->ending && !job->place;
    if (!waits || strcmp(job->path, path) == 0 || job_set_text(&job->path, path) < 0)
        return;
    move(queue, job, JOB_QUEUED, "renamed in the folder");
}

static bool was_judged_by_its_look(const struct job *job)
{
    const char *code = job->error_code;
    return job->state == JOB_FAILED && !job->ending && code && strcmp(code, "cut_off") == 0;
}

enum known queue_known(struct queue *queue, const char *folder, const struct identity *identity,
    const char *path, bool by_path)
{
    CLEANUP(job_freep)
    struct job *job = store_find(queue->store, folder, identity, by_path ? path : NULL);
    if (!job)
        return KNOWN_NOT;
    if (still_blocks(job, path)) {
        if (identity_same_file(&job->identity, identity))
            follow(queue, job, path);
        return KNOWN_YES;
    }
    return was_judged_by_its_look(job) ? KNOWN_JUDGED : KNOWN_NOT;
}

/**
 * The file of a failed job came back: the same job goes on, and the person's word counts. Its place
 * in Failed is kept until it is claimed, for the error text that may still lie there.
 */
static int64_t continue_failed(struct queue *queue, struct job *job, const struct arrival *arrival)
{
    if (job_set_text(&job->path, arrival->path) < 0)
        return 0;
    job->identity = arrival->identity;
    job->attempts = 0;
    job->deaths = 0;
    job->suspect = false;
    job->filed = false;
    job->due_ms = clock_wall_ms();
    (void)job_set_text(&job->error_code, NULL);
    (void)job_set_text(&job->error_message, NULL);
    move(queue, job, JOB_QUEUED, "brought back into the folder");
    if (arrival->error_code) {
        (void)job_set_text(&job->place, NULL);
        queue_fail(queue, job, arrival->error_code, arrival->error_message);
    }
    return job->id;
}

static int64_t add_new(struct queue *queue, const struct arrival *arrival)
{
    int64_t now = clock_wall_ms();
    CLEANUP(job_freep) struct job *job = calloc(1, sizeof(*job));
    if (!job || job_set_text(&job->folder, arrival->folder) < 0 ||
        job_set_text(&job->path, arrival->path) < 0)
        return 0;
    job->identity = arrival->identity;
    job->state = JOB_QUEUED;
    job->queued_ms = now;
    job->due_ms = now;
    store_insert(queue->store, job);
    note(queue, job, "settled");
    if (arrival->error_code)
        queue_fail(queue, job, arrival->error_code, arrival->error_message);
    return job->id;
}

int64_t queue_add(struct queue *queue, const struct arrival *arrival)
{
    CLEANUP(job_freep)
    struct job *old = store_find(
        queue->store, arrival->folder, &arrival->identity, arrival->by_path ? arrival->path : NULL);
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

struct job *queue_claim(struct queue *queue, const char *folder, bool send, bool suspects)
{
    int64_t now = clock_wall_ms();
    struct job *job = suspects ? NULL : store_due_unfiled(queue->store, folder, now);
    if (!job)
        job = store_due(queue->store, folder, JOB_UPLOADED, suspects, now);
    if (!job && send)
        job = store_due(queue->store, folder, JOB_QUEUED, suspects, now);
    if (!job)
        return NULL;
    job->in_hand = true;
    if (job->state == JOB_QUEUED) {
        job->attempts++;
        move(queue, job, JOB_UPLOADING, "in hand");
    } else {
        store_update(queue->store, job);
    }
    return job;
}

void queue_record(struct queue *queue, struct job *job, enum job_state state, const char *why)
{
    job->suspect = false;
    job->deaths = 0;
    move(queue, job, state, why);
}

void queue_moved(struct queue *queue, struct job *job, const char *why)
{
    store_update(queue->store, job);
    note(queue, job, why);
}

void queue_retry(struct queue *queue, struct job *job, int64_t due_ms, bool counts, const char *why)
{
    job->in_hand = false;
    job->suspect = false;
    job->due_ms = due_ms;
    if (!counts && job->attempts > 0)
        job->attempts--;
    move(queue, job, job->state == JOB_UPLOADING ? JOB_QUEUED : job->state, why);
}

void queue_fail(struct queue *queue, struct job *job, const char *code, const char *message)
{
    (void)job_set_text(&job->error_code, code);
    (void)job_set_text(&job->error_message, message);
    job->suspect = false;
    job->filed = false;
    job->due_ms = clock_wall_ms();
    job->done_ms = job->due_ms;
    move(queue, job, JOB_FAILED, message);
}

void queue_done(struct queue *queue, struct job *job, const char *why)
{
    (void)job_set_text(&job->error_code, NULL);
    (void)job_set_text(&job->error_message, NULL);
    job->done_ms = clock_wall_ms();
    job->due_ms = job->done_ms;
    move(queue, job, JOB_DONE, why);
}

void queue_filed(struct queue *queue, struct job *job, const char *place, const char *why)
{
    (void)job_set_text(&job->place, place);
    job->in_hand = false;
    job->filed = true;
    move(queue, job, job->state, why);
}

void queue_refile(struct queue *queue, struct job *job, int64_t due_ms, const char *why)
{
    job->in_hand = false;
    job->due_ms = due_ms;
    move(queue, job, job->state, why);
}

void queue_end(struct queue *queue, struct job *job, enum job_ending ending, const char *why)
{
    job->in_hand = false;
    job->suspect = false;
    job->ending = ending;
    store_update(queue->store, job);
    note(queue, job, why);
}

enum queue_answer queue_retry_by_hand(struct queue *queue, int64_t id)
{
    CLEANUP(job_freep) struct job *job = store_load(queue->store, id);
    if (!job || job->ending)
        return QUEUE_NO_SUCH_JOB;
    if (job->in_hand)
        return QUEUE_JOB_IN_HAND;
    if (job->state != JOB_FAILED)
        return QUEUE_WRONG_STATE;
    job->attempts = 0;
    job->deaths = 0;
    job->filed = false;
    job->due_ms = clock_wall_ms();
    (void)job_set_text(&job->error_code, NULL);
    (void)job_set_text(&job->error_message, NULL);
    move(queue, job, JOB_QUEUED, "retry asked for");
    return QUEUE_OK;
}

enum queue_answer queue_forget(struct queue *queue, int64_t id)
{
    CLEANUP(job_freep) struct job *job = store_load(queue->store, id);
    if (!job || job->ending)
        return QUEUE_NO_SUCH_JOB;
    if (job->in_hand)
        return QUEUE_JOB_IN_HAND;
    /* a file that lies in Failed or Uploaded is nobody's any more; one in the folder is left alone
     */
    queue_end(queue, job, job->place ? JOB_DROPPED : JOB_FORGOTTEN, "forgotten by a person");
    return QUEUE_OK;
}

int64_t queue_retry_all(struct queue *queue)
{
    int64_t ids[256];
    int64_t after = 0, retried = 0;
    size_t count;
    while ((count = store_failed(queue->store, after, ids, 256)) > 0) {
        for (size_t i = 0; i < count; i++)
            retried += queue_retry_by_hand(queue, ids[i]) == QUEUE_OK;
        after = ids[count - 1];
    }
    return retried;
}

/** Take back one job that an unclean end left in hand. */
static void recover_one(struct queue *queue, struct job *job, bool alone)
{
    job->in_hand = false;
    if (job->state == JOB_DONE || job->state == JOB_FAILED) {
        store_update(queue->store, job); /* only its file is left to put away */
        return;
    }
    job->suspect = true;
    if (alone)
        job->deaths++;
    else if (job->attempts > 0 && job->state == JOB_UPLOADING)
        job->attempts--;
    if (job->deaths >= DEATHS_MOST)
        queue_fail(queue, job, "crashed",
            "closedrop ended without warning three times while it had only this file in hand; "
            "please report this with the file");
    else
        move(queue, job, job->state == JOB_UPLOADING ? JOB_QUEUED : job->state,
            "was in hand when closedrop ended without warning");
}

int64_t queue_recover(struct queue *queue)
{
    int64_t in_hand = store_in_hand(queue->store);
    int64_t after = 0;
    struct job *job;
    while ((job = store_next_in_hand(queue->store, after)) != NULL) {
        after = job->id;
        recover_one(queue, job, in_hand == 1);
        job_free(job);
    }
    return in_hand;
}

bool queue_is_paused(struct queue *queue)
{
    return store_number(queue->store, "paused") != 0;
}

void queue_set_paused(struct queue *queue, bool paused)
{
    store_set_number(queue->store, "paused", paused);
}
