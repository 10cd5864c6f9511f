/** The tables from outcomes to verdicts. */
#include "closedrop/work/verdict.h"

#include "closedrop/base/array.h"
#include "closedrop/close/s3_reply.h"

#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TICKETS_MAX 3
/** Memory and descriptors may be there again in a moment. */
#define SHORTAGE_WAIT_MS 2000

struct verdict verdict_make(enum verdict_kind kind, const char *code, const char *format, ...)
{
    struct verdict verdict = {.kind = kind, .code = code};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(verdict.message, sizeof(verdict.message), format, arguments);
    va_end(arguments);
    return verdict;
}

struct verdict verdict_more(void)
{
    return verdict_make(VERDICT_MORE, NULL, "has more to ask");
}

static struct verdict wait_for_memory(const char *why)
{
    struct verdict wait = verdict_make(VERDICT_WAIT, "no_memory", "%s", why);
    wait.wait_ms = SHORTAGE_WAIT_MS;
    return wait;
}

struct verdict verdict_no_memory(void)
{
    return wait_for_memory("out of memory");
}

struct verdict verdict_shortage(int error)
{
    return wait_for_memory(strerror(error < 0 ? -error : error));
}

/* ---- Close ---- */

/** What a status means for a question, and for a POST that creates something. */
struct status_row {
    int first, last;
    const char *advice;
    struct meaning {
        enum verdict_kind kind;
        const char *code;
    } of_read, of_create;
};

/** The first row whose range holds the status decides. */
static const struct status_row status_rows[] = {
    {200, 299, "", {VERDICT_NEXT, NULL}, {VERDICT_NEXT, NULL}},
    {429, 429, "", {VERDICT_WAIT, "rate_limit"}, {VERDICT_WAIT, "rate_limit"}},
    {401, 401, ": the API key or access token is not valid", {VERDICT_DOUBT, "key_refused"},
        {VERDICT_DOUBT, "key_refused"}},
    {402, 402, ": the Close plan does not include this", {VERDICT_DOUBT, "plan"},
        {VERDICT_DOUBT, "plan"}},
    {403, 403, ": the user of the key or token is not allowed to do this",
        {VERDICT_DOUBT, "not_allowed"}, {VERDICT_DOUBT, "not_allowed"}},
    {404, 404, "", {VERDICT_DOUBT, "no_answer"}, {VERDICT_RETRY, "no_target"}},
    {408, 408, "", {VERDICT_DOUBT, "no_answer"}, {VERDICT_UNCLEAR, "unclear"}},
    {409, 409, ": it does not accept this", {VERDICT_FAIL, "close_refused"},
        {VERDICT_UNCLEAR, "unclear"}},
    {425, 425, "", {VERDICT_DOUBT, "no_answer"}, {VERDICT_UNCLEAR, "unclear"}},
    {400, 499, ": it does not accept this", {VERDICT_FAIL, "close_refused"},
        {VERDICT_FAIL, "close_refused"}},
    {0, 599, "", {VERDICT_DOUBT, "no_answer"}, {VERDICT_UNCLEAR, "unclear"}},
};

/** The row of a status; an odd one is as good as none. */
static const struct status_row *row_of(int status)
{
    size_t i = 0;
    while (i < COUNT(status_rows) - 1 &&
           (status < status_rows[i].first || status > status_rows[i].last))
        i++;
    return &status_rows[i];
}

static struct verdict of_status(
    const struct api_outcome *outcome, const struct meaning *meaning, const char *advice)
{
    bool has_words = outcome->words && *outcome->words;
    struct verdict verdict = verdict_make(meaning->kind, meaning->code,
        "Close answered %d to %s%s%s%s%s", outcome->status, outcome->what, advice,
        has_words ? " (" : "", has_words ? outcome->words : "", has_words ? ")" : "");
    verdict.wait_ms = outcome->wait_ms;
    return verdict;
}

struct verdict verdict_of_read(const struct api_outcome *outcome)
{
    const struct status_row *row = row_of(outcome->status);
    if (outcome->end == TRANSFER_ANSWERED)
        return of_status(outcome, &row->of_read, row->advice);
    return verdict_make(VERDICT_DOUBT, "no_answer", "Close %s: %s",
        transfer_end_words[outcome->end], outcome->failure);
}

struct verdict verdict_of_create(const struct api_outcome *outcome, bool sent)
{
    const struct status_row *row = row_of(outcome->status);
    if (outcome->end == TRANSFER_ANSWERED)
        return of_status(outcome, &row->of_create, row->advice);
    return verdict_make(sent ? VERDICT_UNCLEAR : VERDICT_DOUBT, sent ? "unclear" : "no_answer",
        "Close %s: %s%s", transfer_end_words[outcome->end], outcome->failure,
        sent ? "; it is unknown whether the activity was created" : "");
}

enum api_health verdict_of_me(const struct api_outcome *outcome, bool is_me)
{
    if (outcome->end != TRANSFER_ANSWERED)
        return API_DOWN;
    if (outcome->status == 401 || outcome->status == 402 || outcome->status == 403)
        return API_KEY_REFUSED;
    /* whoever tells us to wait is there */
    bool is_success = outcome->status >= 200 && outcome->status <= 299;
    bool answers = (is_success && is_me) || outcome->status == 429;
    return answers ? API_ANSWERS : API_DOWN;
}

/* ---- S3 ---- */

/**
 * What an error code of S3 means; `tickets` new forms are tried before `then` holds. The first row
 * that fits decides. Codes about the server are listed here if their status (400, or another one at
 * other gateways) does not show that.
 */
static const struct {
    const char *code;       /* a shell pattern */
    const char *in_message; /* "" for any */
    int tickets;
    enum verdict_kind then;
} s3_rows[] = {
    /* the file: the policy names another type, in the words of AWS and of Ceph */
    {"AccessDenied", "$content-type", TICKETS_MAX, VERDICT_RETRY},
    {"AccessDenied", "not met condition: content-type", TICKETS_MAX, VERDICT_RETRY},
    /* the place: permission, credentials, clock */
    {"AccessDenied", "", TICKETS_MAX, VERDICT_REJECTED},
    {"InvalidAccessKeyId", "", TICKETS_MAX, VERDICT_REJECTED},
    {"SignatureDoesNotMatch", "", TICKETS_MAX, VERDICT_REJECTED},
    {"RequestTimeTooSkewed", "", TICKETS_MAX, VERDICT_REJECTED},
    {"RequestExpired", "", TICKETS_MAX, VERDICT_REJECTED},
    {"ExpiredToken*", "", TICKETS_MAX, VERDICT_REJECTED},
    {"InvalidToken", "", TICKETS_MAX, VERDICT_REJECTED},
    {"Token*", "", TICKETS_MAX, VERDICT_REJECTED},
    {"Authorization*", "", TICKETS_MAX, VERDICT_REJECTED},
    {"CredentialsNotSupported", "", TICKETS_MAX, VERDICT_REJECTED},
    {"MissingSecurity*", "", TICKETS_MAX, VERDICT_REJECTED},
    {"UnsupportedSignature", "", TICKETS_MAX, VERDICT_REJECTED},
    {"InvalidRequest", "authorization mechanism", TICKETS_MAX, VERDICT_REJECTED},
    /* bucket, region, account, key of KMS */
    {"NoSuchBucket", "", TICKETS_MAX, VERDICT_REJECTED},
    {"InvalidBucket*", "", TICKETS_MAX, VERDICT_REJECTED},
    {"IllegalLocationConstraintException", "", TICKETS_MAX, VERDICT_REJECTED},
    {"InvalidRegion", "", TICKETS_MAX, VERDICT_REJECTED},
    {"AccountProblem", "", TICKETS_MAX, VERDICT_REJECTED},
    {"*QuotaExceeded", "", TICKETS_MAX, VERDICT_REJECTED},
    {"KMS.*", "", TICKETS_MAX, VERDICT_REJECTED},
    {"InvalidArgument", "KMS", TICKETS_MAX, VERDICT_REJECTED}, /* it wants other signatures */
    /* the file, or its transfer */
    {"EntityTooLarge", "", 1, VERDICT_FAIL},
    {"EntityTooSmall", "", 1, VERDICT_FAIL},
    {"BadDigest", "", 1, VERDICT_RETRY},
    {"InvalidDigest", "", 1, VERDICT_RETRY},
    {"IncompleteBody", "", 1, VERDICT_RETRY},
    {"RequestTimeout", "", 1, VERDICT_RETRY},
    {"OperationAborted", "", 1, VERDICT_RETRY},
    /* an outage */
    {"SlowDown", "", 1, VERDICT_TROUBLE},
    {"ServiceUnavailable", "", 1, VERDICT_TROUBLE},
    {"InternalError", "", 1, VERDICT_TROUBLE},
};

/** Where S3 gave no code we know, its status decides. */
static const struct {
    int first, last;
    int tickets;
    enum verdict_kind then;
} s3_status_rows[] = {
    /* a redirect gets a new form, which names the place */
    {300, 399, TICKETS_MAX, VERDICT_REJECTED},
    {401, 404, TICKETS_MAX, VERDICT_REJECTED},
    {408, 409, 1, VERDICT_TROUBLE},
    {429, 429, 1, VERDICT_TROUBLE},
    {400, 499, 2, VERDICT_FAIL},
    {501, 501, 2, VERDICT_FAIL},
    {0, 599, 1, VERDICT_TROUBLE},
};

/** What tells an answer that looks like success from S3's own; NULL: nothing. */
static const char *oddity(const struct form_outcome *outcome)
{
    if (outcome->status != outcome->success)
        return "which is not the status that the form requested";
    if (!*outcome->reply->etag)
        return "but without an ETag";
    if (outcome->status == 201 && !outcome->names_key)
        return "but did not name the key that the file was sent to";
    if (outcome->status != 201 && outcome->has_body)
        return "but came with a page, which S3 never sends here";
    return outcome->sent_all ? NULL : "but came before the whole file was sent";
}

/** What S3's ETag means for a file that it has stored. */
static const struct {
    enum verdict_kind kind;
    const char *code;
    const char *what_next;
} etag_rows[ETAG_FINDINGS] = {
    [ETAG_SILENT] = {VERDICT_NEXT, NULL, ""},
    [ETAG_SAME] = {VERDICT_NEXT, NULL, ""},
    [ETAG_NO_MD5] = {VERDICT_NEXT, NULL, ""},
    [ETAG_DIFFERS] = {VERDICT_AGAIN, "damaged", "it is sent again"},
    [ETAG_DAMAGED] = {VERDICT_DAMAGED, "damaged",
        "this happened twice while other files arrive intact: something on the way changes them"},
};

static struct verdict of_success(const struct form_outcome *outcome)
{
    const char *odd = oddity(outcome);
    if (odd)
        return verdict_make(VERDICT_TROUBLE, "s3_down",
            "the upload was answered with %d, %s; a proxy between here and S3 may have answered in "
            "its place",
            outcome->status, odd);
    if (etag_rows[outcome->etag].kind == VERDICT_NEXT)
        return verdict_make(VERDICT_NEXT, NULL, "uploaded");
    return verdict_make(etag_rows[outcome->etag].kind, etag_rows[outcome->etag].code,
        "S3 stored other bytes than were sent (its MD5 is %s, ours %s); %s", outcome->reply->etag,
        outcome->md5, etag_rows[outcome->etag].what_next);
}

static struct verdict of_refusal(
    const struct form_outcome *outcome, int tickets, enum verdict_kind then)
{
    const struct s3_reply *reply = outcome->reply;
    if (!*reply->code)
        then = VERDICT_TROUBLE; /* S3 names a code: this is somebody's in between */
    enum verdict_kind kind = outcome->tickets < tickets ? VERDICT_AGAIN : then;
    return verdict_make(kind, kind == VERDICT_TROUBLE ? "s3_down" : "s3_refused",
        "S3 answered %d%s%s%s%s", outcome->status, *reply->code ? " " : "", reply->code,
        *reply->message ? ": " : "", reply->message);
}

struct verdict verdict_of_form(const struct form_outcome *outcome)
{
    if (outcome->end != TRANSFER_ANSWERED)
        return verdict_make(VERDICT_TROUBLE, "s3_down", "S3 %s: %s",
            transfer_end_words[outcome->end], outcome->failure);
    if (outcome->status >= 200 && outcome->status <= 299)
        return of_success(outcome);
    for (size_t i = 0; i < COUNT(s3_rows); i++)
        if (fnmatch(s3_rows[i].code, outcome->reply->code, 0) == 0 &&
            strcasestr(outcome->reply->message, s3_rows[i].in_message))
            return of_refusal(outcome, s3_rows[i].tickets, s3_rows[i].then);
    for (size_t i = 0; i < COUNT(s3_status_rows); i++)
        if (outcome->status >= s3_status_rows[i].first && outcome->status <= s3_status_rows[i].last)
            return of_refusal(outcome, s3_status_rows[i].tickets, s3_status_rows[i].then);
    return of_refusal(outcome, 1, VERDICT_TROUBLE);
}
