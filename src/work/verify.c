/** The pages of a lead's activities, asked for one after the other until the token is found or they
 * end. */
#include "closedrop/work/verify.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/base/text.h"
#include "closedrop/close/record.h"
#include "closedrop/files/path.h"
#include "closedrop/http/request.h"
#include "closedrop/work/answer.h"

#include <errno.h>
#include <string.h>

/** Close's servers may differ by this much, and a POST be told late. */
#define CLOCKS_MS (24LL * 3600 * 1000)
/** The same where nothing but the time tells our file from an older one. */
#define CLOCKS_OF_FILES_MS (10LL * 60 * 1000)
#define PAGES_MAX 200

int verify_init(struct verification *verification, size_t count)
{
    /* a clock that was set back since the POST must not leave it out */
    *verification = (struct verification){.since_ms = clock_wall_ms()};
    verification->files = calloc(count + 1, sizeof(*verification->files));
    verification->file_count = verification->files ? count : 0;
    return verification->files ? 0 : -ENOMEM;
}

static void release_file(struct verify_file *file)
{
    for (size_t i = 0; i < file->token_count; i++)
        free(file->tokens[i]);
    free(file->tokens);
    free(file->filename);
    free(file->md5);
    free(file->activity_id);
    free(file->created);
}

void verify_release(struct verification *verification)
{
    for (size_t i = 0; i < verification->file_count; i++)
        release_file(&verification->files[i]);
    free(verification->files);
    for (size_t i = 0; i < verification->place_count; i++)
        free(verification->places[i].lead_id);
    free(verification->places);
    json_free(verification->body);
    current_lead_release(&verification->current);
    *verification = (struct verification){0};
}

int verify_add_file(struct verification *verification, size_t index, const struct job *job)
{
    struct verify_file *file = &verification->files[index];
    file->size = job->identity.size;
    file->filename = text_clean_name(path_name(job_filed_path(job)));
    file->md5 = strdup(job->md5 ? job->md5 : "");
    return file->filename && file->md5 ? 0 : -ENOMEM;
}

static int add_token(struct verify_file *file, const char *token)
{
    char **more = reallocarray(file->tokens, file->token_count + 1, sizeof(*more));
    char *copy = strdup(token);
    if (more)
        file->tokens = more;
    if (!more || !copy) {
        free(copy);
        return -ENOMEM;
    }
    file->tokens[file->token_count++] = copy;
    return 0;
}

static int add_place(
    struct verification *verification, const char *lead_id, enum activity_kind activity)
{
    for (size_t i = 0; i < verification->place_count; i++)
        if (verification->places[i].activity == activity &&
            strcmp(verification->places[i].lead_id, lead_id) == 0)
            return 0;
    struct verify_place *more =
        reallocarray(verification->places, verification->place_count + 1, sizeof(*more));
    char *copy = strdup(lead_id);
    if (more)
        verification->places = more;
    if (!more || !copy) {
        free(copy);
        return -ENOMEM;
    }
    verification->places[verification->place_count++] = (struct verify_place){copy, activity};
    return 0;
}

int verify_add_posting(struct verification *verification, size_t index, const char *token,
    const char *lead_id, enum activity_kind activity, int64_t at_ms)
{
    if (at_ms > clock_wall_ms() + CLOCKS_MS) /* a clock is wrong: it may be any time */
        at_ms = 0;
    verification->since_ms = at_ms < verification->since_ms ? at_ms : verification->since_ms;
    struct verify_file *file = &verification->files[index];
    file->is_unprovable |= (!*token && activity != ACTIVITY_LEAD_FILE) ||
                           activity_traits(activity)->cannot_be_recognized;
    int result = *token ? add_token(file, token) : 0;
    return result | add_place(verification, lead_id, activity) ? -ENOMEM : 0;
}

int verify_by_content(struct verification *verification, const struct job *job)
{
    int result = verify_init(verification, 1);
    verification->by_content = true;
    verification->is_lead_file = job->activity == ACTIVITY_LEAD_FILE;
    if (result == 0)
        result = verify_add_file(verification, 0, job);
    return result ? result : add_place(verification, job->lead_id, ACTIVITY_LEAD_FILE);
}

void verify_by_body(struct verification *verification, struct json *body)
{
    json_free(verification->body);
    verification->body = body;
}

/* ---- asking ---- */

struct request *verify_ask(struct verification *verification, const struct api *api)
{
    const struct verify_place *place = &verification->places[verification->place];
    if (!verification->current
             .lead_id && /* asked again: what is remembered may be from before the POST */
        current_lead_begin(&verification->current, place->lead_id, false, NULL).kind !=
            VERDICT_MORE)
        return NULL;
    if (!verification->has_lead)
        return current_lead_ask(&verification->current, api);
    int64_t since_ms = verification->since_ms > CLOCKS_MS ? verification->since_ms - CLOCKS_MS : 0;
    return api_created(api, place->activity, verification->current.lead_id, since_ms,
        verification->page * API_PAGE);
}

/* ---- reading ---- */

static bool has_token_of(
    const struct verify_file *file, enum activity_kind activity, const struct json *object)
{
    for (size_t i = 0; i < file->token_count; i++)
        if (record_has_token(activity, object, file->tokens[i]))
            return true;
    return false;
}

/** Where the token of one file marks the whole activity, it is that of all that were posted. */
static bool has_our_token(const struct verification *verification, const struct verify_file *file,
    enum activity_kind activity, const struct json *object)
{
    if (!activity_traits(activity)->is_marked)
        return has_token_of(file, activity, object);
    for (size_t i = 0; i < verification->file_count; i++)
        if (has_token_of(&verification->files[i], activity, object))
            return true;
    return false;
}

/** Whether an activity without our token is ours all the same, by all that is known of it. */
static bool is_like_ours(const struct verification *verification, const struct verify_file *file,
    const struct json *object, verify_is_taken *is_taken, void *context)
{
    enum activity_kind activity = verification->places[verification->place].activity;
    bool is_like = activity == ACTIVITY_LEAD_FILE
                       ? record_is_file(object, file->filename, file->size, file->md5)
                   : activity == ACTIVITY_SMS
                       ? verification->body && record_is_sms(object, verification->body)
                       : false;
    char earliest[CLOCK_TEXT];
    clock_rfc3339(verification->since_ms - CLOCKS_OF_FILES_MS, earliest);
    return is_like && is_taken && strcmp(record_created(object), earliest) >= 0 &&
           !is_taken(context, json_get_text(object, "id"));
}

/** Of several the oldest counts. */
static int take_if_older(struct verify_file *file, const char *id, const char *created)
{
    if (file->activity_id && strcmp(file->created, created) <= 0)
        return 0;
    int result = str_assign(&file->activity_id, id);
    return result | str_assign(&file->created, created);
}

/** One of the lead's files, in a verification by content. */
static int compare_content(struct verification *verification, const struct json *object,
    verify_is_taken *is_taken, void *context)
{
    struct verify_file *file = &verification->files[0];
    const char *id = record_carrier(object);
    enum record_likeness likeness =
        record_compare_file(object, file->filename, file->size, file->md5);
    verification->is_doubtful |= likeness == RECORD_DOUBTFUL;
    if (likeness != RECORD_SAME || !id)
        return 0;
    if (is_taken(context, id)) { /* it may stand for a second activity, which is ours */
        verification->is_doubtful |= !verification->is_lead_file && record_was_used_again(object);
        return 0;
    }
    return take_if_older(file, id, record_created(object));
}

static int take_object(struct verification *verification, const struct json *object,
    verify_is_taken *is_taken, void *context)
{
    enum activity_kind activity = verification->places[verification->place].activity;
    const char *id = json_get_text(object, "id");
    int result = 0;
    if (verification->by_content)
        return compare_content(verification, object, is_taken, context);
    for (size_t i = 0; id && *id && i < verification->file_count && !result; i++) {
        struct verify_file *file = &verification->files[i];
        if (has_our_token(verification, file, activity, object) ||
            is_like_ours(verification, file, object, is_taken, context))
            result = take_if_older(file, id, record_created(object));
    }
    return result;
}

/** This lead is through: on to the next place, if there is one. */
static struct verdict next_place(struct verification *verification)
{
    current_lead_release(&verification->current);
    verification->has_lead = false;
    verification->page = 0;
    if (++verification->place < verification->place_count)
        return verdict_more();
    for (size_t i = 0; i < verification->file_count; i++)
        if (verification->files[i].is_unprovable && !verification->files[i].activity_id)
            return verdict_make(VERDICT_RETRY, "unclear", "its upload has no token to search for");
    return verdict_make(VERDICT_NEXT, NULL, "looked");
}

/** A question that was refused says nothing about the file: it is asked again. */
static struct verdict not_answered(struct verdict verdict)
{
    if (verdict.kind == VERDICT_FAIL)
        verdict.kind = VERDICT_RETRY;
    return verdict;
}

static struct verdict read_lead(struct verification *verification, const struct request *request)
{
    CLEANUP(json_freep) struct json *lead = NULL;
    struct verdict verdict = current_lead_read(&verification->current, request, &lead);
    verification->has_lead = verdict.kind == VERDICT_NEXT;
    if (verdict.kind == VERDICT_FAIL && strcmp(verdict.code, "no_target") == 0)
        return next_place(verification); /* gone, and all that was created there with it */
    return verdict.kind == VERDICT_NEXT ? verdict_more() : not_answered(verdict);
}

static struct verdict read_page(struct verification *verification, const struct request *request,
    verify_is_taken *is_taken, void *context)
{
    size_t length;
    const char *body = request_reply(request, &length);
    struct record_page page;
    struct verdict verdict = answer_read(request, "the lead's activities");
    if (verdict.kind != VERDICT_NEXT)
        return not_answered(verdict);
    if (record_page_read(body, length, &page) < 0)
        return answer_odd("the list of a lead's activities");
    int result = 0;
    for (const struct json *one = json_first(page.data); one && !result; one = json_next(one))
        result = take_object(verification, one, is_taken, context);
    bool has_more = page.has_more;
    record_page_release(&page);
    if (result < 0)
        return verdict_no_memory();
    if (!has_more)
        return next_place(verification);
    return ++verification->page < PAGES_MAX ? verdict_more()
                                            : verdict_make(VERDICT_RETRY, "unclear",
                                                  "the lead has too many activities to check");
}

struct verdict verify_read(struct verification *verification, const struct request *request,
    verify_is_taken *is_taken, void *context)
{
    return verification->has_lead ? read_page(verification, request, is_taken, context)
                                  : read_lead(verification, request);
}
