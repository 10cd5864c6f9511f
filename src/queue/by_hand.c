/** Reads a report about a file that was uploaded by hand, and checks all of it. */
#include "closedrop/queue/by_hand.h"

#include "closedrop/base/array.h"
#include "closedrop/base/digest.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/queue/job.h"

#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define ATTEMPTS_MAX 1000
#define TEXT_MAX 4096 /* of a message or an address */
#define WORD_MAX 128  /* of an id or a code */

static bool is_name(const char *text)
{
    return *text && !strchr(text, '/');
}

static bool is_path(const char *text)
{
    return *text == '/';
}

static bool is_sha256(const char *text)
{
    uint8_t bytes[DIGEST_SHA256_SIZE];
    return digest_from_hex(text, bytes, sizeof(bytes));
}

static bool is_text(const char *text)
{
    return *text != '\0';
}

static bool is_word(const char *text)
{
    for (const char *at = text; *at; at++)
        if (*at <= ' ' || *at > '~')
            return false;
    return *text != '\0';
}

static const struct {
    const char *key;
    size_t member; /* of struct job */
    size_t most;
    bool (*fits)(const char *text);
    const char *is; /* what it must be */
    bool is_needed;
} texts[] = {
    {"name", offsetof(struct job, path), NAME_MAX * 3, is_name, "a file's name", true},
    {"place", offsetof(struct job, location), PATH_MAX * 3, is_path, "an absolute path", true},
    {"sha256", offsetof(struct job, sha256), TEXT_MAX, is_sha256, "a SHA-256 in hex", false},
    {"content_type", offsetof(struct job, content_type), TEXT_MAX, is_text, "a text", false},
    {"download_url", offsetof(struct job, download_url), TEXT_MAX, is_text, "an address", false},
    {"rule", offsetof(struct job, rule), TEXT_MAX, is_text, "a rule's name", false},
    {"lead_id", offsetof(struct job, lead_id), WORD_MAX, is_word, "an id", false},
    {"contact_id", offsetof(struct job, contact_id), WORD_MAX, is_word, "an id", false},
    {"template_id", offsetof(struct job, lead_id), WORD_MAX, is_word, "an id", false},
    {"template_name", offsetof(struct job, lead_name), TEXT_MAX, is_text, "a name", false},
    {"lead_name", offsetof(struct job, lead_name), TEXT_MAX, is_text, "a name", false},
    {"contact_name", offsetof(struct job, contact_name), TEXT_MAX, is_text, "a name", false},
    {"activity_id", offsetof(struct job, activity_id), WORD_MAX, is_word, "an id", false},
};

/* what failed has both */
static const struct {
    const char *key;
    size_t member;
    size_t most;
    bool (*fits)(const char *text);
} errors[] = {
    {"code", offsetof(struct job, error_code), WORD_MAX, is_word},
    {"message", offsetof(struct job, error_message), TEXT_MAX, is_text},
};

static bool refuse(struct str *why, const char *key, const char *is)
{
    str_printf(why, "\"%s\" must be %s", key, is);
    return false;
}

static char **member_of(struct job *job, size_t offset)
{
    return (char **)((char *)job + offset);
}

static bool read_texts(const struct json *told, struct job *job, struct str *why)
{
    for (size_t i = 0; i < COUNT(texts); i++) {
        const char *text = json_get_text(told, texts[i].key);
        if (!text && !texts[i].is_needed)
            continue;
        if (!text || strlen(text) > texts[i].most || !texts[i].fits(text))
            return refuse(why, texts[i].key, texts[i].is);
        if (str_assign(member_of(job, texts[i].member), text) < 0)
            return false;
    }
    return true;
}

static bool read_error(const struct json *told, struct job *job, struct str *why)
{
    const struct json *error = json_get(told, "error");
    bool has_one = job->state == JOB_FAILED || json_is_object(error); /* or something is missing */
    for (size_t i = 0; i < COUNT(errors) && has_one; i++) {
        const char *text = json_get_text(error, errors[i].key);
        if (!text || strlen(text) > errors[i].most || !errors[i].fits(text))
            return refuse(why, "error", "an object with code and message, because it failed");
        if (str_assign(member_of(job, errors[i].member), text) < 0)
            return false;
    }
    return true;
}

static bool read_state(const struct json *told, struct job *job, struct str *why)
{
    const char *state = json_get_text(told, "state");
    int found = state ? job_state_from_name(state) : -1;
    if (found != JOB_DONE && found != JOB_FAILED)
        return refuse(why, "state", "\"done\" or \"failed\"");
    job->state = (enum job_state)found;
    return true;
}

static bool read_activity(const struct json *told, struct job *job, struct str *why)
{
    const char *activity = json_get_text(told, "activity");
    job->activity = activity_kind_from_name(activity);
    return !activity || job->activity || refuse(why, "activity", activity_kinds_text);
}

/** A time that is not over is none. */
static int64_t time_of(const struct json *told, const char *key, int64_t now_ms, int64_t fallback)
{
    int64_t at_ms = json_get_int(told, key, fallback);
    return at_ms > 0 && at_ms <= now_ms ? at_ms : fallback;
}

static bool read_numbers(const struct json *told, struct job *job, int64_t now_ms, struct str *why)
{
    int64_t attempts = json_get_int(told, "attempts", -1);
    int64_t mtime_ms = json_get_int(told, "mtime_ms", 0);
    job->id = json_get_int(told, "id", 0);
    job->identity.size = json_get_int(told, "size", -1);
    if (job->identity.size < 0)
        return refuse(why, "size", "a number of bytes");
    if (attempts < 0 || attempts > ATTEMPTS_MAX)
        return refuse(why, "attempts", "the number of attempts");
    job->attempts = (int)attempts;
    if (__builtin_mul_overflow(mtime_ms, 1000000, &job->identity.mtime_ns))
        return refuse(why, "mtime_ms", "a time in milliseconds");
    job->queued_ms = time_of(told, "queued_ms", now_ms, now_ms);
    job->uploaded_ms = time_of(told, "uploaded_ms", now_ms, 0);
    return true;
}

struct job *by_hand_read(const struct json *told, int64_t now_ms, struct str *why)
{
    if (!json_is_object(told)) {
        str_add(why, "an upload is reported as one JSON object of at most 64 KB");
        return NULL;
    }
    struct job *job = calloc(1, sizeof(*job));
    if (job && str_assign(&job->folder, BY_HAND_FOLDER) == 0 && read_state(told, job, why) &&
        read_texts(told, job, why) && read_error(told, job, why) && read_activity(told, job, why) &&
        read_numbers(told, job, now_ms, why)) {
        job->put_away = true; /* there is nothing to be put away */
        job->due_ms = now_ms;
        job->done_ms = now_ms;
        return job;
    }
    job_free(job);
    return NULL;
}
