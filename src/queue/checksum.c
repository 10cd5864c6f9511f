/** A row's values, each with its kind and length, through SHA-256, down to 64 bits. */
#include "closedrop/queue/checksum.h"

#include "closedrop/base/digest.h"
#include "closedrop/base/str.h"
#include "closedrop/queue/filed_memory.h"
#include "job_fields.h"
#include "query.h"

#include <string.h>

/** A row's texts and numbers, one after the other; the longest is a job's values. */
#define ROW_MAX (64 * 1024 * 1024)

/** The first format that had checksums. */
#define FORMAT_FIRST 3

static void add_bytes(struct str *row, const void *bytes, size_t length)
{
    str_add_bytes(row, (const char *)&length, sizeof(length));
    if (length)
        str_add_bytes(row, bytes, length);
}

static void add_int(struct str *row, int64_t value)
{
    add_bytes(row, &value, sizeof(value));
}

/** No text is not the empty one. */
static void add_text(struct str *row, const char *text)
{
    add_int(row, text != NULL);
    add_bytes(row, text, text ? strlen(text) : 0);
}

/** The number of a whole row, which is released. */
static int64_t finish(struct str *row)
{
    uint8_t digest[DIGEST_SHA256_SIZE];
    int64_t sum = CHECKSUM_NONE;
    if (!str_error(row)) {
        digest_sha256(str_text(row), row->length, digest);
        memcpy(&sum, digest, sizeof(sum));
        sum = sum == CHECKSUM_NONE ? 1 : sum;
    }
    str_release(row);
    return sum;
}

static void add_field(struct str *row, const struct job *job, const struct job_field *field)
{
    if (field->kind == COLUMN_HANDLE)
        add_bytes(row, job->identity.handle, job->identity.handle_length);
    else if (field->kind >= COLUMN_NAME)
        add_text(row, job_field_text(job, field));
    else
        add_int(row, job_field_number(job, field));
}

/** Whether a job has anything that an earlier format did not know. */
static bool has_any_since(const struct job *job, int format)
{
    for (const struct job_field *field = job_fields; field->column; field++)
        if (field->since == format && job_field_number(job, field))
            return true;
    return false;
}

int64_t checksum_job(const struct job *job)
{
    struct str row = STR_INIT(ROW_MAX);
    int format = COLUMN_NOT_SUMMED;
    bool is_summed = false;
    for (const struct job_field *field = job_fields; field->column; field++) {
        if (field->since != format) {
            format = field->since;
            is_summed = format != COLUMN_NOT_SUMMED &&
                        (format == FORMAT_FIRST || has_any_since(job, format));
        }
        if (is_summed)
            add_field(&row, job, field);
    }
    return finish(&row);
}

int64_t checksum_filing(
    const uint8_t sha256[DIGEST_SHA256_SIZE], const char *activity, const struct filing *filing)
{
    struct str row = STR_INIT(ROW_MAX);
    add_bytes(&row, sha256, DIGEST_SHA256_SIZE);
    add_text(&row, activity);
    add_text(&row, filing->lead_id);
    add_text(&row, filing->rule);
    add_int(&row, filing->job);
    add_int(&row, filing->at_ms);
    return finish(&row);
}

int64_t checksum_effect(const struct query *effect)
{
    struct str row = STR_INIT(ROW_MAX);
    add_int(&row, effect->id);
    add_text(&row, effect->activity);
    add_text(&row, effect->state);
    add_text(&row, effect->why);
    add_text(&row, effect->name);
    add_int(&row, effect->at_ms);
    add_int(&row, effect->number);
    add_int(&row, effect->nth);
    return finish(&row);
}

int64_t checksum_posting(int64_t number, int64_t job, const char *token, const char *lead_id,
    const char *activity, int64_t at_ms)
{
    struct str row = STR_INIT(ROW_MAX);
    add_int(&row, number);
    add_int(&row, job);
    add_text(&row, token);
    add_text(&row, lead_id);
    add_text(&row, activity);
    add_int(&row, at_ms);
    return finish(&row);
}
