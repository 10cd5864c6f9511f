/** Which job a file belongs to: one that is known, came back, was renamed or rewritten, or is new.
 */
#include "queue_state.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/str.h"
#include "closedrop/queue/reading.h"

#include <stdlib.h>
#include <string.h>

/**
 * Whether an old job still prevents a new one for its file, seen at `path`. A file that
 * was put away no longer does, unless it is just where it was put.
 */
static bool still_blocks(const struct job *job, const char *path)
{
    if (job->ending)
        return job->ending == JOB_FORGOTTEN;
    return !(job_has_outcome(job) && job->put_away && job->location) ||
           strcmp(job->location, path) == 0;
}

/** Whether the file of a job is in the folder under another name than the job knows. */
static bool was_renamed(const struct job *job, const struct seen *seen)
{
    bool is_put_away = job_has_outcome(job) && job->put_away;
    return !job->ending && !is_put_away && seen->is_one_name &&
           identity_same_file(&job->identity, seen->identity) && strcmp(job->path, seen->path) != 0;
}

/** Whether it failed in such a way that only a person can let it continue. */
static bool is_for_a_person(const struct job *job)
{
    return job->state == JOB_FAILED && !job->ending && job_judgement(job) >= 0;
}

/** By which path a file is found as well, NULL for by its handle alone. */
static const char *path_to_find(const struct identity *identity, const char *path, bool by_path)
{
    return by_path || !identity->handle_length ? path : NULL;
}

static struct lookup lookup_of(const struct seen *seen, enum query_kind kind)
{
    return (struct lookup){.kind = kind,
        .query = {.folder = seen->folder, .path = seen->path, .identity = seen->identity}};
}

/** As queue_find() finds the job of each: by its handle, where it has one, and then by its path. */
static void find_jobs(
    struct queue *queue, const struct seen *seen, size_t count, struct lookup *lookups)
{
    struct lookup by_path[SEEN_MAX];
    size_t of[SEEN_MAX] = {0}, paths = 0;
    for (size_t i = 0; i < count; i++)
        lookups[i] =
            lookup_of(&seen[i], seen[i].identity->handle_length ? QUERY_BY_HANDLE : QUERY_BY_PATH);
    store_look_up(queue->store, lookups, count);
    for (size_t i = 0; i < count; i++)
        if (!lookups[i].job && lookups[i].kind == QUERY_BY_HANDLE && seen[i].by_path) {
            of[paths] = i;
            by_path[paths++] = lookup_of(&seen[i], QUERY_BY_PATH);
        }
    store_look_up(queue->store, by_path, paths);
    for (size_t i = 0; i < paths; i++)
        lookups[of[i]].job = by_path[i].job;
}

void queue_follow(struct queue *queue, struct job *job, const char *path)
{
    CLEANUP(free_text) char *why = str_format("renamed in the folder; its name was %s", job->path);
    if (!job->queued_path)
        queue_keep_text(queue, &job->queued_path, job->path);
    if (job->rule && job_is_intended(job) && !job->filed_path)
        queue_keep_text(queue, &job->filed_path, job->path);
    if (!job_is_intended(job) && job->state != JOB_FAILED) {
        queue_reenter(queue, job);
        job_forget_rule(job);
    }
    queue_keep_text(queue, &job->path, path);
    /* what is unclear still waits for the server's late commit */
    if (!job->posting && !job->claimed)
        job->due_ms = clock_wall_ms();
    queue_update(queue, job, why ? why : "renamed in the folder");
}

/** What is known of a file, whose job is NULL where it has none. */
static enum known judge(struct queue *queue, struct seen *seen, struct job *job)
{
    if (!job)
        return KNOWN_NOT;
    seen->job = job->id;
    if (!still_blocks(job, seen->path))
        return is_for_a_person(job) ? KNOWN_JUDGED : KNOWN_NOT;
    if (!was_renamed(job, seen))
        return KNOWN_YES;
    if (job->claimed)
        return KNOWN_RENAMED;
    queue_follow(queue, job, seen->path);
    return KNOWN_YES;
}

/** Whether a job was found for an earlier file as well. */
static bool is_found_twice(const struct lookup *lookups, size_t index)
{
    for (size_t i = 0; i < index && lookups[index].job; i++)
        if (lookups[i].job && lookups[i].job->id == lookups[index].job->id)
            return true;
    return false;
}

size_t queue_known(struct queue *queue, struct seen *seen, size_t count)
{
    struct lookup lookups[SEEN_MAX];
    size_t answered = 0;
    find_jobs(queue, seen, count, lookups);
    for (; answered < count && !is_found_twice(lookups, answered); answered++)
        seen[answered].known = judge(queue, &seen[answered], lookups[answered].job);
    for (size_t i = 0; i < count; i++)
        job_free(lookups[i].job);
    return answered;
}

bool queue_leaves_alone(struct queue *queue, const struct seen *seen, bool *ret_waits)
{
    CLEANUP(job_freep)
    struct job *job = queue_find(queue, seen->folder, seen->identity,
        path_to_find(seen->identity, seen->path, seen->by_path));
    *ret_waits = job && !job->ending && !(job_has_outcome(job) && job->put_away);
    if (!job || job->ending)
        return job && job->ending == JOB_FORGOTTEN;
    return !*ret_waits && !job->location;
}

/* ---- added ---- */

/** What the watch thread has to say about it. Returns the job's ID. */
static int64_t tell_arrival(struct queue *queue, struct job *job, const struct arrival *arrival)
{
    if (arrival->note)
        queue_note(queue, job, arrival->note);
    if (arrival->error_code)
        queue_fail(queue, job, arrival->error_code, arrival->error_message);
    return job->id;
}

/**
 * The file of a failed job came back: the same job continues, and the person's decision counts. Its
 * location in Failed is kept until its job is claimed, for the error text that may still be there.
 */
static int64_t continue_failed(struct queue *queue, struct job *job, const struct arrival *arrival)
{
    bool is_moved = !job_is_at_location(job, arrival->path); /* not only with all around it */
    if (job->posting && !job->filed_path && strcmp(job->path, arrival->path) != 0)
        queue_keep_text(queue, &job->filed_path, job->path);
    queue_keep_text(queue, &job->path, arrival->path);
    queue_keep_text(queue, &job->owner, arrival->owner);
    job->identity = arrival->identity;
    queue_start_over(queue, job);
    job->approved = job->approved && is_moved;
    job->released = job->released && is_moved;
    job_forget_error(job);
    queue_set_state(queue, job, JOB_QUEUED, "brought back into the folder");
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
    queue_keep_text(queue, &job->owner, arrival->owner);
    job->identity = arrival->identity;
    job->state = JOB_QUEUED;
    job->queued_ms = now;
    job->due_ms = now;
    job->entered = queue_next_entered(queue);
    job->reconcile = queue_may_have_lost(queue, arrival->changed_ms);
    queue_put(queue, job);
    queue_note(queue, job, "settled");
    return tell_arrival(queue, job, arrival);
}

/** As queue_find(); `ret_waiting`: the job that waits at the same path, for a file of before. */
static struct job *find_old(
    struct queue *queue, const struct arrival *arrival, struct job **ret_waiting)
{
    const struct query query = {
        .folder = arrival->folder, .path = arrival->path, .identity = &arrival->identity};
    const bool has_handle = arrival->identity.handle_length;
    struct lookup lookups[] = {{.kind = QUERY_WAITING_AT, .query = query},
        {.kind = has_handle ? QUERY_BY_HANDLE : QUERY_BY_PATH, .query = query},
        {.kind = QUERY_BY_PATH, .query = query}};
    bool by_both = has_handle && arrival->by_path;
    store_look_up(queue->store, lookups, by_both ? 3 : 2);
    *ret_waiting = lookups[0].job;
    if (!lookups[1].job)
        return lookups[2].job;
    job_free(lookups[2].job);
    return lookups[1].job;
}

int64_t queue_add(struct queue *queue, const struct arrival *arrival)
{
    CLEANUP(job_freep) struct job *waiting = NULL;
    CLEANUP(job_freep) struct job *old = find_old(queue, arrival, &waiting);
    if (old && still_blocks(old, arrival->path))
        return 0;
    if (old && old->state == JOB_FAILED && !old->ending)
        return continue_failed(queue, old, arrival);
    if (waiting)
        queue_end(queue, waiting, JOB_SUPERSEDED, "its file was rewritten or replaced");
    return add_new(queue, arrival);
}

/** Whether it was listed before its activity was posted, and the outcome of that is not known. */
static bool is_unclear_by_hand(const struct job *job)
{
    return job && job_is_by_hand(job) && job_failed_as(job, "unclear");
}

bool queue_put_by_hand(struct queue *queue, struct job *job)
{
    CLEANUP(job_freep) struct job *listed = job->id ? queue_load(queue, job->id) : NULL;
    bool is_begun = !job->id && is_unclear_by_hand(job);
    if (job->id && !is_unclear_by_hand(listed))
        return false;
    if (listed)
        job->queued_ms = listed->queued_ms;
    queue_put(queue, job);
    if (is_begun)
        queue_add_history(queue, job->id, job_state_names[JOB_ATTACHING],
            "uploaded by hand; its activity is about to be created");
    else
        queue_note(queue, job, job->error_message ? job->error_message : "uploaded by hand");
    return true;
}

/* ---- the same bytes ---- */

void queue_same_bytes(struct queue *queue, struct job *job, int64_t kept_id)
{
    CLEANUP(job_freep) struct job *kept = queue_load(queue, kept_id);
    CLEANUP(free_text)
    char *why =
        str_format("its bytes are those of job %lld, which has the file now", (long long)kept_id);
    if (kept) {
        kept->identity = job->identity;
        if (strcmp(kept->path, job->path) != 0)
            queue_follow(queue, kept, job->path);
        queue_update(queue, kept,
            "its file has a new modification time, but the same bytes that were filed");
    }
    queue_end(queue, job, JOB_DROPPED, why ? why : "");
}

bool queue_approve(struct queue *queue, struct job *job, int64_t id)
{
    CLEANUP(job_freep) struct job *failed = queue_load(queue, id);
    CLEANUP(free_text) char *why = str_format("brought back as job %lld", (long long)job->id);
    if (!failed || failed->claimed || !job_failed_as(failed, "already_filed"))
        return false;
    queue_end(queue, failed, JOB_SUPERSEDED, why ? why : "");
    job->approved = true;
    queue_update(queue, job, "brought back by a person: it is filed again");
    return true;
}
