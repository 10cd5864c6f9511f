/** A job, its history and the queue's counts as JSON. */
#include "closedrop/queue/view.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/queue/job.h"

#include <errno.h>
#include <stddef.h>

static int add_time(struct json *object, const char *key, int64_t wall_ms)
{
    char text[CLOCK_TEXT];
    return json_add_text(object, key, wall_ms ? clock_rfc3339(wall_ms, text) : NULL);
}

static int add_error(struct json *object, const struct job *job)
{
    if (!job->error_code)
        return json_add_null(object, "error");
    struct json *error = json_object();
    int result = json_add_text(error, "code", job->error_code);
    result |= json_add_text(error, "message", job->error_message);
    return result | json_add(object, "error", error);
}

/** Only a job that waits for another try has a next attempt. */
static int64_t next_attempt(const struct job *job)
{
    bool waits =
        job->state == JOB_QUEUED || job->state == JOB_UPLOADED || job->state == JOB_ATTACHING;
    bool has_tried = job->attempts > 0 || job->state != JOB_QUEUED;
    bool is_known = job->due_ms != JOB_DUE_NEVER;
    return waits && has_tried && is_known && !job->claimed && !job->ending ? job->due_ms : 0;
}

/** Whether its file is known to lie elsewhere than at its path. */
static bool is_somewhere(const struct job *job)
{
    return job->location && *job->location && job->put_away != JOB_DISCARDED;
}

struct json *view_job(const struct job *job)
{
    struct json *object = json_object();
    int result = json_add_int(object, "id", job->id);
    result |= json_add_text(object, "folder", job_is_by_hand(job) ? NULL : job->folder);
    result |= json_add_text(object, "path", job->path);
    if (job->queued_path)
        result |= json_add_text(object, "queued_path", job->queued_path);
    if (job->filed_path)
        result |= json_add_text(object, "filed_path", job->filed_path);
    result |= json_add_int(object, "size", job->identity.size);
    result |= json_add_text(object, "sha256", job->sha256);
    result |= json_add_text(object, "content_type", job->content_type);
    result |= json_add_text(object, "state", job_state_names[job->state]);
    if (*job_ended_as(job))
        result |= json_add_text(object, "ended", job_ended_as(job));
    result |= json_add_int(object, "attempts", job->attempts);
    result |= add_time(object, "next_attempt_at", next_attempt(job));
    result |= add_error(object, job);
    result |= json_add_text(object, "rule", job->rule);
    result |= json_add_text(object, "lead_id", job->lead_id);
    result |= json_add_text(object, "contact_id", job->contact_id);
    result |= json_add_text(
        object, "activity", job->activity ? activity_kind_names[job->activity] : NULL);
    result |= json_add_text(object, "activity_id", job->activity_id);
    result |= json_add_text(object, "place", is_somewhere(job) ? job->location : NULL);
    result |= json_add_text(object, "download_url", job->download_url);
    result |= add_time(object, "queued_at", job->queued_ms);
    result |= add_time(object, "uploaded_at", job->uploaded_ms);
    result |= add_time(object, "done_at", job->state == JOB_DONE ? job->done_ms : 0);
    if (!result)
        return object;
    json_free(object);
    return NULL;
}
