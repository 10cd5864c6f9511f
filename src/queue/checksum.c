/* A row's values, each with its kind and length, through SHA-256, down to 64 bits. */
#include "closedrop/queue/checksum.h"

#include "closedrop/base/array.h"
#include "closedrop/base/digest.h"
#include "closedrop/base/str.h"
#include "closedrop/queue/store.h"

#include <string.h>

/** A row's texts and numbers, one after the other; the longest is a job's values. */
#define ROW_MAX (64 * 1024 * 1024)

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

/** What jobs of format 3 did not have is summed where it is set only: theirs stay good. */
static void add_later(struct str *row, const struct job *job)
{
    if (!job->queued_path && !job->filed_path && !job->approved)
        return;
    add_text(row, job->queued_path);
    add_text(row, job->filed_path);
    add_int(row, job->approved);
}

/** The same of format 4. */
static void add_guarded(struct str *row, const struct job *job)
{
    const int64_t numbers[] = {job->entered, job->released, job->held, job->closed};
    bool is_set = job->sender != NULL;
    for (size_t i = 0; i < COUNT(numbers); i++)
        is_set = is_set || numbers[i];
    for (size_t i = 0; is_set && i < COUNT(numbers); i++)
        add_int(row, numbers[i]);
    if (is_set)
        add_text(row, job->sender);
}

int64_t checksum_job(const struct job *job)
{
    const char *const texts[] = {job->folder, job->path, job->location, job->error_code,
        job->error_message, job->content_type, job->sha256, job->md5, job->download_url, job->token,
        job_state_names[job->state], job_ending_names[job->ending],
        activity_kind_names[job->activity], job->rules_digest ? job->rules_digest : "", job->rule,
        job->group, job->values, job->lead_id, job->contact_id, job->activity_id};
    const int64_t numbers[] = {job->identity.size, job->identity.mtime_ns, job->claimed,
        job->suspect, job->put_away, job->attempts, job->crashes, job->queued_ms, job->uploaded_ms,
        job->done_ms, job->posting, job->verifications, job->reconcile};
    struct str row = STR_INIT(ROW_MAX);
    add_bytes(&row, job->identity.handle, job->identity.handle_length);
    for (size_t i = 0; i < COUNT(texts); i++)
        add_text(&row, texts[i]);
    for (size_t i = 0; i < COUNT(numbers); i++)
        add_int(&row, numbers[i]);
    add_later(&row, job);
    add_guarded(&row, job);
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
