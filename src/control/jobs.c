/** Lists jobs, shows one with its history, and makes the changes that people order. */
#include "jobs.h"
#include "gone.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/config/config.h"
#include "closedrop/queue/by_hand.h"
#include "closedrop/queue/queue.h"
#include "closedrop/queue/reading.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/** A list to which the store's callback adds. */
struct listing {
    const struct asked *asked;
    struct collection jobs;
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
}

struct answer jobs_list(const struct asked *asked)
{
    const struct question *question = asked->question;
    struct listing listing = {asked, {.array = json_array()}};
    const struct queue_filter filter = {.folder = name_or_any(question->folder),
        .rule = name_or_any(question->rule),
        .state = question->state,
        .held = question->held,
        .below = question->below,
        .limit = question->limit};
    queue_list(asked->queue, &filter, add_job, &listing);
    struct json *body = json_object();
    listing.jobs.result |= json_add(body, "jobs", listing.jobs.array);
    return answer_body(body, listing.jobs.result);
}

static void add_history(void *context, int64_t at_ms, const char *state, const char *why)
{
    struct collection *collection = context;
    char time[CLOCK_TEXT];
    struct json *row = json_object();
    collection->result |= json_add_text(row, "at", clock_rfc3339(at_ms, time));
    collection->result |= json_add_text(row, "state", state);
    collection->result |= json_add_text(row, "why", why);
    collection->result |= json_append(collection->array, row);
}

static struct answer no_such_job(int64_t id)
{
    char message[80];
    snprintf(message, sizeof(message), "there is no job %" PRId64 " in the queue", id);
    return answer_error(404, message);
}

static struct answer show(const struct asked *asked, int64_t id)
{
    CLEANUP(job_freep) struct job *job = queue_load(asked->queue, id);
    if (!job)
        return no_such_job(id);
    struct collection history = {.array = json_array()};
    queue_history(asked->queue, id, add_history, &history);
    struct json *body = view(asked, job);
    history.result |= json_add(body, "history", history.array);
    return answer_body(body, history.result);
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
        return answer_error(409, "its file has not been moved yet; closedrop show says why; the "
                                 "job can be forgotten afterwards");
    case QUEUE_BY_HAND:
        return answer_error(409, "the file was uploaded by hand; run closedrop upload again");
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
        "the job is not waiting for release; closedrop list --held shows which are");
}

struct answer jobs_recall(const struct asked *asked)
{
    return answer_change(asked, queue_recall(asked->queue, asked->question->id),
        "the job is not held; closedrop list --held shows which are");
}

struct answer jobs_forget(const struct asked *asked)
{
    int64_t id = asked->question->id;
    CLEANUP(job_freep) struct job *job = queue_load(asked->queue, id);
    bool is_folder_gone = job && !config_folder(asked->config, job->folder);
    return answer_change(asked, queue_forget(asked->queue, id, is_folder_gone), "");
}

/** No failed job matches the filter. */
static struct answer none_fits(const struct failed_filter *filter)
{
    const char *const names[][2] = {
        {"folder", filter->folder}, {"rule", filter->rule}, {"code", filter->code}};
    struct str message = STR_INIT(1000);
    str_add(&message, "no failed job has");
    const char *before = " ";
    for (size_t i = 0; i < COUNT(names); i++) {
        if (!names[i][1])
            continue;
        str_printf(&message, "%s%s \"%s\"", before, names[i][0], names[i][1]);
        before = " and ";
    }
    struct answer answer = answer_error(404, str_text(&message));
    str_release(&message);
    return answer;
}

static struct answer answer_retried(const struct retried *retried)
{
    struct json *body = json_object(), *left_out = json_object();
    int result = json_add_int(body, "retried", retried->queued);
    for (int i = 0; i < JOB_JUDGED; i++)
        if (retried->left_out[i])
            result |= json_add_int(left_out, job_judged_codes[i], retried->left_out[i]);
    result |= json_add(body, "left_out", left_out);
    return answer_body(body, result);
}

struct answer jobs_retry_all(const struct asked *asked)
{
    const struct failed_filter filter = {.folder = name_or_any(asked->question->folder),
        .rule = name_or_any(asked->question->rule),
        .code = name_or_any(asked->question->code)};
    struct retried retried;
    queue_retry_all(asked->queue, &filter, &retried);
    int64_t fitting = retried.queued;
    for (int i = 0; i < JOB_JUDGED; i++)
        fitting += retried.left_out[i];
    bool is_narrowed = filter.folder || filter.rule || filter.code;
    return is_narrowed && !fitting ? none_fits(&filter) : answer_retried(&retried);
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
