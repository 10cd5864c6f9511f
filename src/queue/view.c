/** A job as JSON: its keys, in the order that users know, each from a field or computed. */
#include "closedrop/queue/view.h"

#include "job_fields.h"

#include "closedrop/base/array.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/close/activity.h"

#include <stddef.h>

static int add_time(struct json *object, const char *key, int64_t wall_ms)
{
    char text[CLOCK_TEXT];
    return json_add_text(object, key, wall_ms ? clock_rfc3339(wall_ms, text) : NULL);
}

/* ---- what is computed ---- */

static int add_id(struct json *object, const char *key, const struct job *job)
{
    return json_add_int(object, key, job->id);
}

static int add_folder(struct json *object, const char *key, const struct job *job)
{
    return json_add_text(object, key, job_is_by_hand(job) ? NULL : job->folder);
}

static int add_ended(struct json *object, const char *key, const struct job *job)
{
    return *job_ended_as(job) ? json_add_text(object, key, job_ended_as(job)) : 0;
}

/** Only a job that waits for another try has a next attempt. */
static int add_next_attempt(struct json *object, const char *key, const struct job *job)
{
    bool waits =
        job->state == JOB_QUEUED || job->state == JOB_UPLOADED || job->state == JOB_ATTACHING;
    bool has_tried = job->attempts > 0 || job->state != JOB_QUEUED;
    bool is_known = job->due_ms != JOB_DUE_NEVER;
    bool is_next = waits && has_tried && is_known && !job->claimed && !job->ending;
    return add_time(object, key, is_next ? job->due_ms : 0);
}

static int add_error(struct json *object, const char *key, const struct job *job)
{
    if (!job->error_code)
        return json_add_null(object, key);
    struct json *error = json_object();
    int result = json_add_text(error, "code", job->error_code);
    result |= json_add_text(error, "message", job->error_message);
    return result | json_add(object, key, error);
}

/** Where its file is known to lie, if elsewhere than at its path. */
static int add_place(struct json *object, const char *key, const struct job *job)
{
    bool is_elsewhere = job->location && *job->location && job->put_away != JOB_DISCARDED;
    return json_add_text(object, key, is_elsewhere ? job->location : NULL);
}

/** What is known of where its file is. */
static int add_file(struct json *object, const char *key, const struct job *job)
{
    static const char *const by_ending[JOB_ENDINGS] = {
        [JOB_DROPPED] = "gone", [JOB_SUPERSEDED] = "replaced", [JOB_FORGOTTEN] = "in_folder"};
    bool is_nowhere = job->put_away == JOB_DISCARDED || (job->location && !*job->location);
    return json_add_text(object, key,
        job_is_by_hand(job)      ? "outside"
        : is_nowhere             ? "gone"
        : job->location          ? "put_away"
        : by_ending[job->ending] ? by_ending[job->ending]
                                 : "in_folder");
}

static int add_done(struct json *object, const char *key, const struct job *job)
{
    return add_time(object, key, job->state == JOB_DONE ? job->done_ms : 0);
}

static int add_failed(struct json *object, const char *key, const struct job *job)
{
    return add_time(object, key, job->state == JOB_FAILED ? job->done_ms : 0);
}

/* ---- what it is filed on: a lead, or a template ---- */

static bool is_in_template(const struct job *job)
{
    return activity_traits(job->activity)->is_template;
}

static int add_lead_id(struct json *object, const char *key, const struct job *job)
{
    return json_add_text(object, key, is_in_template(job) ? NULL : job->lead_id);
}

static int add_lead_name(struct json *object, const char *key, const struct job *job)
{
    return json_add_text(object, key, is_in_template(job) ? NULL : job->lead_name);
}

/** Null until it is created. */
static int add_template_id(struct json *object, const char *key, const struct job *job)
{
    bool is_there = job->lead_id && *job->lead_id;
    return is_in_template(job) ? json_add_text(object, key, is_there ? job->lead_id : NULL) : 0;
}

static int add_template_name(struct json *object, const char *key, const struct job *job)
{
    return is_in_template(job) ? json_add_text(object, key, job->lead_name) : 0;
}

/* ---- the keys ---- */

static const struct view_key {
    const char *key;
    const char *column; /* of job_fields, NULL: `add` computes it */
    bool is_left_out;   /* rather than null, where there is none */
    int (*add)(struct json *object, const char *key, const struct job *job);
} keys[] = {
    {.key = "id", .add = add_id},
    {.key = "folder", .add = add_folder},
    {.key = "path", .column = "path"},
    {.key = "queued_path", .column = "queued_path", .is_left_out = true},
    {.key = "filed_path", .column = "filed_path", .is_left_out = true},
    {.key = "size", .column = "size"},
    {.key = "sha256", .column = "sha256"},
    {.key = "content_type", .column = "content_type"},
    {.key = "state", .column = "state"},
    {.key = "ended", .add = add_ended},
    {.key = "attempts", .column = "attempts"},
    {.key = "next_attempt_at", .add = add_next_attempt},
    {.key = "error", .add = add_error},
    {.key = "rule", .column = "rule"},
    {.key = "lead_id", .add = add_lead_id},
    {.key = "lead_name", .add = add_lead_name},
    {.key = "contact_id", .column = "contact_id"},
    {.key = "contact_name", .column = "contact_name"},
    {.key = "template_id", .add = add_template_id},
    {.key = "template_name", .add = add_template_name},
    {.key = "activity", .column = "activity"},
    {.key = "activity_id", .column = "activity_id"},
    {.key = "file", .add = add_file},
    {.key = "place", .add = add_place},
    {.key = "download_url", .column = "download_url"},
    {.key = "queued_at", .column = "queued_ms"},
    {.key = "uploaded_at", .column = "uploaded_ms"},
    {.key = "done_at", .add = add_done},
    {.key = "failed_at", .add = add_failed},
};

/** The name for none is empty. */
static const char *name_or_null(const char *name)
{
    return *name ? name : NULL;
}

static int add_field(struct json *object, const struct view_key *key, const struct job *job)
{
    const struct job_field *field = job_field_of(key->column);
    const char *text = job_field_text(job, field);
    switch (field->kind) {
    case COLUMN_TIME:
        return add_time(object, key->key, job_field_number(job, field));
    case COLUMN_NUMBER:
    case COLUMN_INT:
        return json_add_int(object, key->key, job_field_number(job, field));
    case COLUMN_NAME:
        return json_add_text(object, key->key, name_or_null(text));
    default:
        return key->is_left_out && !text ? 0 : json_add_text(object, key->key, text);
    }
}

struct json *view_job(const struct job *job)
{
    struct json *object = json_object();
    int result = 0;
    for (size_t i = 0; i < COUNT(keys); i++)
        result |=
            keys[i].add ? keys[i].add(object, keys[i].key, job) : add_field(object, &keys[i], job);
    if (!result)
        return object;
    json_free(object);
    return NULL;
}
