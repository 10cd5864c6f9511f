/** What each field of a job is, where it lies and how it is kept. */
#include "job_fields.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FIELD(name, of, member, format)                                                            \
    {                                                                                              \
        .column = (name), .kind = (of), .offset = offsetof(struct job, member), .since = (format)  \
    }
#define NAMED(name, member, all, number)                                                           \
    {                                                                                              \
        .column = (name), .kind = COLUMN_NAME, .offset = offsetof(struct job, member), .since = 3, \
        .names = (all), .count = (number)                                                          \
    }
#define LEVEL(name, member, format, number, otherwise)                                             \
    {                                                                                              \
        .column = (name), .kind = COLUMN_LEVEL, .offset = offsetof(struct job, member),            \
        .since = (format), .count = (number), .fallback = (otherwise)                              \
    }

const struct job_field job_fields[] = {
    FIELD("handle", COLUMN_HANDLE, identity, 3),
    FIELD("folder", COLUMN_TEXT, folder, 3),
    FIELD("path", COLUMN_PATH, path, 3),
    FIELD("place", COLUMN_PATH, location, 3),
    FIELD("error_code", COLUMN_TEXT, error_code, 3),
    FIELD("error_message", COLUMN_TEXT, error_message, 3),
    FIELD("content_type", COLUMN_TEXT, content_type, 3),
    FIELD("sha256", COLUMN_TEXT, sha256, 3),
    FIELD("md5", COLUMN_TEXT, md5, 3),
    FIELD("download_url", COLUMN_TEXT, download_url, 3),
    FIELD("token", COLUMN_TEXT, token, 3),
    NAMED("state", state, job_state_names, JOB_STATES),
    NAMED("ending", ending, job_ending_names, JOB_ENDINGS),
    NAMED("activity", activity, activity_kind_names, ACTIVITY_KINDS),
    FIELD("mark", COLUMN_NONNULL, rules_digest, 3),
    FIELD("rule", COLUMN_TEXT, rule, 3),
    FIELD("group_key", COLUMN_TEXT, group, 3),
    FIELD("job_values", COLUMN_TEXT, values, 3),
    FIELD("lead_id", COLUMN_TEXT, lead_id, 3),
    FIELD("contact_id", COLUMN_TEXT, contact_id, 3),
    FIELD("activity_id", COLUMN_TEXT, activity_id, 3),
    FIELD("size", COLUMN_NUMBER, identity.size, 3),
    FIELD("mtime_ns", COLUMN_NUMBER, identity.mtime_ns, 3),
    FIELD("in_hand", COLUMN_FLAG, claimed, 3),
    FIELD("suspect", COLUMN_FLAG, suspect, 3),
    LEVEL("filed", put_away, 3, JOB_DISCARDED + 1, JOB_PUT_AWAY),
    FIELD("attempts", COLUMN_INT, attempts, 3),
    FIELD("deaths", COLUMN_INT, crashes, 3),
    FIELD("queued_ms", COLUMN_TIME, queued_ms, 3),
    FIELD("uploaded_ms", COLUMN_TIME, uploaded_ms, 3),
    FIELD("done_ms", COLUMN_TIME, done_ms, 3),
    FIELD("posting", COLUMN_NUMBER, posting, 3),
    FIELD("looks", COLUMN_INT, verifications, 3),
    FIELD("reconcile", COLUMN_FLAG, reconcile, 3),
    FIELD("due_ms", COLUMN_NUMBER, due_ms, COLUMN_NOT_SUMMED),
    FIELD("queued_path", COLUMN_PATH, queued_path, 4),
    FIELD("filed_path", COLUMN_PATH, filed_path, 4),
    FIELD("approved", COLUMN_FLAG, approved, 4),
    FIELD("entered", COLUMN_NUMBER, entered, 5),
    FIELD("released", COLUMN_FLAG, released, 5),
    LEVEL("held", held, 5, HELD_BEFORE + 1, HELD_BEFORE),
    FIELD("closed", COLUMN_NUMBER, closed, 5),
    FIELD("sender", COLUMN_TEXT, sender, 5),
    FIELD("lead_name", COLUMN_TEXT, lead_name, 6),
    FIELD("contact_name", COLUMN_TEXT, contact_name, 6),
    FIELD("owner", COLUMN_TEXT, owner, 11),
    FIELD("told", COLUMN_PATH, told, 14),
    {.column = NULL},
};

const struct job_field *job_field_of(const char *column)
{
    const struct job_field *field = job_fields;
    while (strcmp(field->column, column) != 0)
        field++;
    return field;
}

static const void *member_of(const struct job *job, const struct job_field *field)
{
    return (const char *)job + field->offset;
}

int64_t job_field_number(const struct job *job, const struct job_field *field)
{
    const void *member = member_of(job, field);
    switch (field->kind) {
    case COLUMN_NUMBER:
    case COLUMN_TIME:
        return *(const int64_t *)member;
    case COLUMN_FLAG:
        return *(const bool *)member;
    case COLUMN_INT:
    case COLUMN_LEVEL:
    case COLUMN_NAME:
        return *(const int *)member;
    default:
        return job_field_text(job, field) != NULL;
    }
}

void job_field_set_number(struct job *job, const struct job_field *field, int64_t value)
{
    void *member = (char *)job + field->offset;
    switch (field->kind) {
    case COLUMN_NUMBER:
    case COLUMN_TIME:
        *(int64_t *)member = value;
        break;
    case COLUMN_FLAG:
        *(bool *)member = value != 0;
        break;
    case COLUMN_LEVEL:
        *(int *)member = value >= 0 && value < field->count ? (int)value : field->fallback;
        break;
    default:
        *(int *)member = (int)value;
        break;
    }
}

char **job_field_owned(struct job *job, const struct job_field *field)
{
    bool is_text =
        field->kind == COLUMN_TEXT || field->kind == COLUMN_NONNULL || field->kind == COLUMN_PATH;
    return is_text ? (char **)((char *)job + field->offset) : NULL;
}

const char *job_field_text(const struct job *job, const struct job_field *field)
{
    switch (field->kind) {
    case COLUMN_NAME:
        return field->names[job_field_number(job, field)];
    case COLUMN_TEXT:
    case COLUMN_PATH:
        return *(char *const *)member_of(job, field);
    case COLUMN_NONNULL: {
        const char *text = *(char *const *)member_of(job, field);
        return text ? text : "";
    }
    default:
        return NULL;
    }
}

void job_free(struct job *job)
{
    if (!job)
        return;
    for (const struct job_field *field = job_fields; field->column; field++) {
        char **owned = job_field_owned(job, field);
        if (owned)
            free(*owned);
    }
    free(job);
}

void job_freep(struct job **job)
{
    job_free(*job);
}
