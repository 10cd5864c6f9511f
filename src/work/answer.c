/** What came back on one request, put into a verdict and words for the history. */
#include "closedrop/work/answer.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/str.h"
#include "closedrop/close/api.h"
#include "closedrop/close/reply.h"
#include "closedrop/http/date.h"
#include "closedrop/http/rate_limit.h"
#include "closedrop/http/request.h"

#include <string.h>
#include <strings.h>

/** When an answer was made, by the clock of the one who made it; 0: it does not say. */
static int64_t date_of(const struct request *request)
{
    const char *date = request_reply_header(request, "Date");
    int64_t date_ms;
    return date && date_read(date, &date_ms) ? date_ms : 0;
}

/** The time by which a date in its headers counts. */
static int64_t wall_of(const struct request *request)
{
    int64_t date_ms = date_of(request);
    return date_ms ? date_ms : clock_wall_ms();
}

bool answer_allowance(const struct request *request, struct allowance *ret_allowance)
{
    return rate_limit_read(request_status(request), request_reply_header(request, "RateLimit"),
        request_reply_header(request, "Retry-After"), wall_of(request), ret_allowance);
}

static struct api_outcome outcome_of(
    const struct request *request, const char *what, struct str *words)
{
    size_t length;
    const char *body = request_reply(request, &length);
    reply_add_close_error(words, body, length, request_posted(request));
    return (struct api_outcome){
        .what = what,
        .end = request_end(request),
        .status = request_status(request),
        .failure = request_failure(request),
        .words = str_text(words),
        .wait_ms =
            rate_limit_wait(request_status(request), request_reply_header(request, "RateLimit"),
                request_reply_header(request, "Retry-After"), wall_of(request)),
    };
}

/** Close answers JSON; any other page comes from somebody in between. */
static bool is_json(const struct request *request)
{
    const char *type = request_reply_header(request, "Content-Type");
    return type && strncasecmp(type, "application/json", strlen("application/json")) == 0;
}

int64_t answer_close_ms(const struct request *request)
{
    bool is_close = request_end(request) == TRANSFER_ANSWERED &&
                    request_group(request) != API_FORMS && is_json(request);
    return is_close ? date_of(request) : 0;
}

struct verdict answer_read(const struct request *request, const char *what)
{
    struct str words = STR_INIT(16384);
    struct api_outcome outcome = outcome_of(request, what, &words);
    struct verdict verdict = verdict_of_read(&outcome);
    if (verdict.kind == VERDICT_NEXT && !is_json(request))
        verdict = answer_odd(what);
    str_release(&words);
    return verdict;
}

struct verdict answer_created(const struct request *request, const char *what)
{
    struct str words = STR_INIT(16384);
    struct api_outcome outcome = outcome_of(request, what, &words);
    struct verdict verdict = verdict_of_create(&outcome, request_was_sent(request));
    if (verdict.kind == VERDICT_NEXT && !is_json(request))
        verdict = verdict_make(
            VERDICT_UNCLEAR, "unclear", "the answer to %s is not what Close sends there", what);
    str_release(&words);
    return verdict;
}

bool answer_is_absent(const struct request *request)
{
    return request_end(request) == TRANSFER_ANSWERED && request_status(request) == 404 &&
           is_json(request);
}

bool answer_is_refused(const struct request *request)
{
    int status = request_status(request);
    return request_end(request) == TRANSFER_ANSWERED && (status == 400 || status == 403);
}

struct verdict answer_odd(const char *what)
{
    return verdict_make(
        VERDICT_DOUBT, "no_answer", "the answer to %s is not what Close sends there", what);
}
