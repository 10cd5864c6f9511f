/** Lists jobs, shows one with its history, and makes the changes that people order. */
#include "jobs.h"
#include "gone.h"
#include "selection.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/config/config.h"
#include "closedrop/queue/by_hand.h"
#include "closedrop/queue/job_history.h"
#include "closedrop/queue/queue.h"
#include "closedrop/queue/reading.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/** A page to which the store's callback adds. */
struct listing {
    const struct asked *asked;
    struct selection selection;
    struct collection jobs;
    struct job_page next; /* the page behind the last job */
    int count;
};

/** As gone_view_job(), plus why its file could not be put away. */
static struct json *view(const struct asked *asked, const struct job *job)
{
    struct json *object = gone_view_job(asked->config, job);
    CLEANUP(free_text) char *why = queue_not_put_away(asked->queue, job);
    if (!object || !why || json_add_text(object, "not_put_away", why) == 0)
        return object;
    json_free(object);
    return NULL;
}

static void add_job(void *context, const struct job *job)
{
    struct listing *listing = context;
    listing->jobs.result |= json_append(listing->jobs.array, view(listing->asked, job));
    listing->next.at_ms = job_filter_time(&listing->selection.filter, job);
    listing->next.id = job->id;
    listing->count++;
}

/** Where the next page begins; null if this one is the last. */
static int add_next(struct json *body, const struct listing *listing)
{
    if (listing->count < listing->asked->question->limit)
        return json_add_null(body, "next");
    struct json *next = json_object();
    int result = json_add_int(next, "at", listing->next.at_ms);
    result |= json_add_int(next, "below", listing->next.id);
    return result | json_add(body, "next", next);
}

struct answer jobs_list(const struct asked *asked)
{
    const struct question *question = asked->question;
    struct listing listing = {.asked = asked, .jobs = {.array = json_array()}};
    const struct job_page page = {question->at_ms, question->below, question->limit};
    listing.jobs.result = selection_init(&listing.selection, question);
    queue_list(asked->queue, &listing.selection.filter, &page, add_job, &listing);
    selection_release(&listing.selection);
    struct json *body = json_object();
    listing.jobs.result |= json_add(body, "jobs", listing.jobs.array);
    return answer_body(body, listing.jobs.result | add_next(body, &listing));
}

static struct answer no_such_job(int64_t id)
{
    char message[80];
    snprintf(message, sizeof(message), "there is no job %" PRId64 " in the queue", id);
    return answer_error(404, message);
}

int jobs_view(const struct asked *asked, const struct job *job, struct json **ret_view)
{
    *ret_view = view(asked, job);
    return json_add(*ret_view, "history", job_history(asked->queue, job->id));
}

static struct answer show(const struct asked *asked, int64_t id)
{
    struct json *body;
    CLEANUP(job_freep) struct job *job = queue_load(asked->queue, id);
    if (!job)
        return no_such_job(id);
    int result = jobs_view(asked, job, &body);
    return answer_body(body, result);
}

struct answer jobs_show(const struct asked *asked)
{
    return show(asked, asked->question->id);
}

/** The answer to a change of a job. */
static struct answer answer_change(
    const struct asked *asked, enum queue_answer outcome, const char *wrong_state)
{
    switch (outcome) {
    case QUEUE_OK:
        return jobs_show(asked);
    case QUEUE_NO_SUCH_JOB:
        return no_such_job(asked->question->id);
    case QUEUE_JOB_DISCARDED:
        return answer_error(409,
            "its file is gone: a person deleted it from the directory for failed files "
            "(discarded); to file it after all, put it into the folder again");
    case QUEUE_JOB_CLAIMED:
        return answer_error(409, "the job is in progress; wait until it has finished");
    case QUEUE_NOT_PUT_AWAY:
        return answer_error(409,
            "its file has not been moved yet; \"closedrop show\" says why; the "
            "job can be forgotten afterwards");
    case QUEUE_BY_HAND:
        return answer_error(409, "the file was uploaded by hand; run \"closedrop upload\" again");
    default:
        return answer_error(409, wrong_state);
    }
}

struct answer jobs_retry(const struct asked *asked)
{
    return answer_change(asked, queue_retry_by_hand(asked->queue, asked->question->id),
        "the job has not failed; there is nothing to retry");
}

struct answer jobs_release(const struct asked *asked)
{
    return answer_change(asked, queue_release(asked->queue, asked->question->id),
        "the job is not waiting for release; \"closedrop list --held\" shows which are");
}

struct answer jobs_recall(const struct asked *asked)
{
    return answer_change(asked, queue_recall(asked->queue, asked->question->id),
        "the job is not held; \"closedrop list --held\" shows which are");
}

struct answer jobs_forget(const struct asked *asked)
{
    int64_t id = asked->question->id;
    CLEANUP(job_freep) struct job *job = queue_load(asked->queue, id);
    bool is_folder_gone = job && !config_folder(asked->config, job->folder);
    return answer_change(asked, queue_forget(asked->queue, id, is_folder_gone), "");
}

struct answer jobs_record(const struct asked *asked)
{
    struct str why = STR_INIT(1000);
    CLEANUP(job_freep) struct job *job = by_hand_read(asked->question->told, clock_wall_ms(), &why);
    struct answer answer;
    if (!job)
        answer =
            why.length ? answer_error(400, str_text(&why)) : answer_error(500, "out of memory");
    else if (queue_put_by_hand(asked->queue, job))
        answer = show(asked, job->id);
    else
        answer = answer_error(409, "no unclear upload is listed under this ID");
    str_release(&why);
    return answer;
}

static void add_folder(void *context, const char *folder, int64_t jobs, int64_t waiting)
{
    struct collection *collection = context;
    struct json *one = json_object();
    collection->result |= json_add_text(one, "name", folder);
    collection->result |= json_add_int(one, "jobs", jobs);
    collection->result |= json_add_int(one, "waiting", waiting);
    collection->result |= json_append(collection->array, one);
}

struct answer jobs_count_folders(const struct asked *asked)
{
    struct collection folders = {.array = json_array()};
    queue_count_by_folder(asked->queue, add_folder, &folders);
    struct json *body = json_object();
    folders.result |= json_add(body, "folders", folders.array);
    return answer_body(body, folders.result);
}
