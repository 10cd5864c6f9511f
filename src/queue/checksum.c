/** A row's values, each with its kind and length, through SHA-256, down to 64 bits. */
#include "closedrop/queue/checksum.h"

#include "closedrop/base/digest.h"
#include "closedrop/queue/filed_memory.h"
#include "job_fields.h"
#include "query.h"

#include <string.h>

/** The first format that had checksums. */
#define FORMAT_FIRST 3

/** Each value begins with its length. */
static void add_bytes(struct digest_sha256 *row, const void *bytes, size_t length)
{
    digest_sha256_add(row, &length, sizeof(length));
    if (length)
        digest_sha256_add(row, bytes, length);
}

static void add_int(struct digest_sha256 *row, int64_t value)
{
    const int64_t parts[] = {sizeof(value), value};
    digest_sha256_add(row, parts, sizeof(parts));
}

/** No text is not the empty one. */
static void add_text(struct digest_sha256 *row, const char *text)
{
    add_int(row, text != NULL);
    add_bytes(row, text, text ? strlen(text) : 0);
}

static int64_t finish(struct digest_sha256 *row)
{
    uint8_t digest[DIGEST_SHA256_SIZE];
    int64_t sum;
    digest_sha256_end(row, digest);
    memcpy(&sum, digest, sizeof(sum));
    return sum == CHECKSUM_NONE ? 1 : sum;
}

static void add_field(
    struct digest_sha256 *row, const struct job *job, const struct job_field *field)
{
    if (field->kind == COLUMN_HANDLE)
        add_bytes(row, job->identity.handle, job->identity.handle_length);
    else if (field->kind >= COLUMN_NAME)
        add_text(row, job_field_text(job, field));
    else
        add_int(row, job_field_number(job, field));
}

/** Whether a job has anything that an earlier format did not know: its fields, from the first. */
static bool has_any(const struct job *job, const struct job_field *field)
{
    for (int format = field->since; field->since == format; field++)
        if (job_field_number(job, field))
            return true;
    return false;
}

int64_t checksum_job(const struct job *job)
{
    struct digest_sha256 row;
    int format = COLUMN_NOT_SUMMED;
    bool is_summed = false;
    digest_sha256_begin(&row);
    for (const struct job_field *field = job_fields; field->column; field++) {
        if (field->since != format) {
            format = field->since;
            is_summed =
                format != COLUMN_NOT_SUMMED && (format == FORMAT_FIRST || has_any(job, field));
        }
        if (is_summed)
            add_field(&row, job, field);
    }
    return finish(&row);
}

int64_t checksum_filing(
    const uint8_t sha256[DIGEST_SHA256_SIZE], const char *activity, const struct filing *filing)
{
    struct digest_sha256 row;
    digest_sha256_begin(&row);
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
    struct digest_sha256 row;
    digest_sha256_begin(&row);
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
    struct digest_sha256 row;
    digest_sha256_begin(&row);
    add_int(&row, number);
    add_int(&row, job);
    add_text(&row, token);
    add_text(&row, lead_id);
    add_text(&row, activity);
    add_int(&row, at_ms);
    return finish(&row);
}
