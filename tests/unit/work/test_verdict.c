/* What every answer means for a job, row by row: Close's statuses, S3's codes and
 * statuses with the tickets used so far, and every way a transfer can end. */
#include "closedrop/base/array.h"
#include "closedrop/close/s3_reply.h"
#include "closedrop/work/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char *const kinds[] = {"running", "next", "more", "again", "retry", "wait", "later",
    "doubt", "unclear", "trouble", "rejected", "changed", "gone", "fail"};

/* ---- Close, asked a question ---- */

static const struct {
    int status;
    enum verdict_kind kind;
    const char *code;
} read_answers[] = {
    {200, VERDICT_NEXT, NULL},
    {201, VERDICT_NEXT, NULL},
    {299, VERDICT_NEXT, NULL},
    {300, VERDICT_DOUBT, "no_answer"},
    {301, VERDICT_DOUBT, "no_answer"},
    {302, VERDICT_DOUBT, "no_answer"},
    {307, VERDICT_DOUBT, "no_answer"},
    {400, VERDICT_FAIL, "close_refused"},
    {401, VERDICT_DOUBT, "key_refused"},
    {402, VERDICT_DOUBT, "plan"},
    {403, VERDICT_DOUBT, "not_allowed"},
    {404, VERDICT_DOUBT, "no_answer"},
    {405, VERDICT_FAIL, "close_refused"},
    {408, VERDICT_DOUBT, "no_answer"},
    {409, VERDICT_FAIL, "close_refused"},
    {413, VERDICT_FAIL, "close_refused"},
    {415, VERDICT_FAIL, "close_refused"},
    {422, VERDICT_FAIL, "close_refused"},
    {425, VERDICT_DOUBT, "no_answer"},
    {426, VERDICT_FAIL, "close_refused"},
    {429, VERDICT_WAIT, "rate_limit"},
    {430, VERDICT_FAIL, "close_refused"},
    {499, VERDICT_FAIL, "close_refused"},
    {500, VERDICT_DOUBT, "no_answer"},
    {502, VERDICT_DOUBT, "no_answer"},
    {503, VERDICT_DOUBT, "no_answer"},
    {504, VERDICT_DOUBT, "no_answer"},
    {600, VERDICT_DOUBT, "no_answer"},
    {999, VERDICT_DOUBT, "no_answer"},
    {-1, VERDICT_DOUBT, "no_answer"},
};

static void judges_answers_to_questions(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(read_answers); i++) {
        struct api_outcome outcome = {.what = "files/upload/",
            .end = TRANSFER_ANSWERED,
            .status = read_answers[i].status,
            .failure = "",
            .words = "Words.",
            .wait_ms = 1234};
        struct verdict verdict = verdict_of_read(&outcome);
        const char *code = read_answers[i].code;
        bool same = code && verdict.code ? strcmp(verdict.code, code) == 0 : code == verdict.code;
        if (verdict.kind != read_answers[i].kind || !same)
            fail_msg("%d: %s, %s", read_answers[i].status, kinds[verdict.kind], verdict.code);
    }
}

static void waits_as_the_reply_says(void **state)
{
    (void)state;
    struct api_outcome outcome = {.what = "me/",
        .end = TRANSFER_ANSWERED,
        .status = 429,
        .failure = "",
        .words = NULL,
        .wait_ms = 5200};
    assert_int_equal(verdict_of_read(&outcome).wait_ms, 5200);
    assert_int_equal(verdict_of_create(&outcome, true).wait_ms, 5200);
}

static void repeats_the_words_of_close(void **state)
{
    (void)state;
    struct api_outcome outcome = {.what = "files/upload/",
        .end = TRANSFER_ANSWERED,
        .status = 400,
        .failure = "",
        .words = "filename: This field is required."};
    struct verdict verdict = verdict_of_read(&outcome);
    assert_non_null(strstr(verdict.message, "400"));
    assert_non_null(strstr(verdict.message, "filename: This field is required."));
    outcome.words = "";
    assert_null(strchr(verdict_of_read(&outcome).message, '('));
}

static void doubts_every_question_without_an_answer(void **state)
{
    (void)state;
    for (int end = TRANSFER_UNREACHABLE; end < TRANSFER_ENDS; end++) {
        struct api_outcome outcome = {
            .what = "lead/", .end = (enum transfer_end)end, .failure = "libcurl's words"};
        struct verdict verdict = verdict_of_read(&outcome);
        if (verdict.kind != VERDICT_DOUBT || strcmp(verdict.code, "no_answer") != 0 ||
            !strstr(verdict.message, "libcurl's words"))
            fail_msg("%s: %s, %s", transfer_end_words[end], kinds[verdict.kind], verdict.message);
    }
}

/* ---- Close, asked to create something ---- */

static const struct {
    int status;
    enum verdict_kind kind;
    const char *code;
} create_answers[] = {
    {200, VERDICT_NEXT, NULL},
    {201, VERDICT_NEXT, NULL},
    {202, VERDICT_NEXT, NULL},
    {299, VERDICT_NEXT, NULL},
    /* a plain no */
    {400, VERDICT_FAIL, "close_refused"},
    {401, VERDICT_DOUBT, "key_refused"},
    {402, VERDICT_DOUBT, "plan"},
    {403, VERDICT_DOUBT, "not_allowed"},
    {404, VERDICT_RETRY, "no_target"},
    {405, VERDICT_FAIL, "close_refused"},
    {407, VERDICT_FAIL, "close_refused"},
    {410, VERDICT_FAIL, "close_refused"},
    {413, VERDICT_FAIL, "close_refused"},
    {415, VERDICT_FAIL, "close_refused"},
    {422, VERDICT_FAIL, "close_refused"},
    {424, VERDICT_FAIL, "close_refused"},
    {426, VERDICT_FAIL, "close_refused"},
    {429, VERDICT_WAIT, "rate_limit"},
    {430, VERDICT_FAIL, "close_refused"},
    {499, VERDICT_FAIL, "close_refused"},
    /* neither yes nor no: it may have been created */
    {408, VERDICT_UNCLEAR, "unclear"},
    {409, VERDICT_UNCLEAR, "unclear"},
    {425, VERDICT_UNCLEAR, "unclear"},
    {500, VERDICT_UNCLEAR, "unclear"},
    {501, VERDICT_UNCLEAR, "unclear"},
    {502, VERDICT_UNCLEAR, "unclear"},
    {503, VERDICT_UNCLEAR, "unclear"},
    {504, VERDICT_UNCLEAR, "unclear"},
    {599, VERDICT_UNCLEAR, "unclear"},
    {300, VERDICT_UNCLEAR, "unclear"},
    {301, VERDICT_UNCLEAR, "unclear"},
    {302, VERDICT_UNCLEAR, "unclear"},
    {307, VERDICT_UNCLEAR, "unclear"},
    {399, VERDICT_UNCLEAR, "unclear"},
    {100, VERDICT_UNCLEAR, "unclear"},
    {199, VERDICT_UNCLEAR, "unclear"},
    {600, VERDICT_UNCLEAR, "unclear"},
    {999, VERDICT_UNCLEAR, "unclear"},
    {0, VERDICT_UNCLEAR, "unclear"},
    {-1, VERDICT_UNCLEAR, "unclear"},
};

/* an answer is one, whatever was sent */
static void judges_answers_to_a_create(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(create_answers); i++)
        for (int sent = 0; sent < 2; sent++) {
            struct api_outcome outcome = {.what = "activity/email/",
                .end = TRANSFER_ANSWERED,
                .status = create_answers[i].status,
                .failure = "",
                .words = "Words."};
            struct verdict verdict = verdict_of_create(&outcome, sent);
            const char *code = create_answers[i].code;
            bool same =
                code && verdict.code ? strcmp(verdict.code, code) == 0 : code == verdict.code;
            if (verdict.kind != create_answers[i].kind || !same)
                fail_msg("%d: %s, %s", create_answers[i].status, kinds[verdict.kind], verdict.code);
        }
}

/* whatever reached Close may have been created, also where only the status came back; what never
 * left may simply be posted again */
static void judges_a_create_without_an_answer_by_what_was_sent(void **state)
{
    (void)state;
    for (int end = TRANSFER_UNREACHABLE; end < TRANSFER_ENDS; end++)
        for (int sent = 0; sent < 2; sent++) {
            struct api_outcome outcome = {.what = "activity/note/",
                .end = (enum transfer_end)end,
                .status = sent ? 400 : 0,
                .failure = "libcurl's words"};
            struct verdict verdict = verdict_of_create(&outcome, sent);
            bool is_right =
                verdict.kind == (sent ? VERDICT_UNCLEAR : VERDICT_DOUBT) &&
                strcmp(verdict.code, sent ? "unclear" : "no_answer") == 0 &&
                strstr(verdict.message, "libcurl's words") &&
                strstr(verdict.message, transfer_end_words[end]) &&
                (strstr(verdict.message, "it is unknown whether the activity was created") !=
                    NULL) == (sent == 1);
            if (!is_right)
                fail_msg("%s, sent %d: %s, %s, %s", transfer_end_words[end], sent,
                    kinds[verdict.kind], verdict.code, verdict.message);
        }
}

static const struct {
    int status;
    const char *words, *message;
} messages[] = {
    {200, "", "Close answered 200 to activity/note/"},
    {400, "note: Too long.",
        "Close answered 400 to activity/note/: it does not accept this (note: Too long.)"},
    {401, "", "Close answered 401 to activity/note/: the API key or access token is not valid"},
    {402, NULL, "Close answered 402 to activity/note/: the Close plan does not include this"},
    {403, "No.",
        "Close answered 403 to activity/note/: the user of the key or token is not allowed to do "
        "this (No.)"},
    {404, "", "Close answered 404 to activity/note/"},
    {429, "", "Close answered 429 to activity/note/"},
    {500, "", "Close answered 500 to activity/note/"},
    {503, "Down.", "Close answered 503 to activity/note/ (Down.)"},
};

static void names_what_was_asked(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(messages); i++) {
        struct api_outcome outcome = {.what = "activity/note/",
            .end = TRANSFER_ANSWERED,
            .status = messages[i].status,
            .failure = "",
            .words = messages[i].words};
        assert_string_equal(verdict_of_read(&outcome).message, messages[i].message);
        assert_string_equal(verdict_of_create(&outcome, true).message, messages[i].message);
    }
}

/* ---- Close as a whole ---- */

static const struct {
    int status;
    enum api_health health;
} me_answers[] = {
    {200, API_ANSWERS},
    {204, API_ANSWERS},
    {299, API_ANSWERS},
    {300, API_DOWN},
    {429, API_ANSWERS},
    {401, API_KEY_REFUSED},
    {402, API_KEY_REFUSED},
    {403, API_KEY_REFUSED},
    {301, API_DOWN},
    {400, API_DOWN},
    {404, API_DOWN},
    {500, API_DOWN},
    {502, API_DOWN},
    {503, API_DOWN},
    {0, API_DOWN},
};

static void knows_how_close_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(me_answers); i++) {
        struct api_outcome outcome = {.end = TRANSFER_ANSWERED, .status = me_answers[i].status};
        if (verdict_of_me(&outcome, true) != me_answers[i].health)
            fail_msg("%d", me_answers[i].status);
    }
    for (int end = TRANSFER_UNREACHABLE; end < TRANSFER_ENDS; end++) {
        /* a status may have come before the reply broke off */
        for (int status = 0; status <= 200; status += 200) {
            struct api_outcome outcome = {.end = (enum transfer_end)end, .status = status};
            if (verdict_of_me(&outcome, true) != API_DOWN)
                fail_msg("%s, %d", transfer_end_words[end], status);
        }
    }
}

/* a captive portal or a proxy says 200 to everything */
static void believes_only_close_itself(void **state)
{
    (void)state;
    struct api_outcome outcome = {.end = TRANSFER_ANSWERED, .status = 200};
    assert_int_equal(verdict_of_me(&outcome, false), API_DOWN);
    outcome.status = 429;
    assert_int_equal(verdict_of_me(&outcome, false), API_ANSWERS);
    outcome.status = 401;
    assert_int_equal(verdict_of_me(&outcome, false), API_KEY_REFUSED);
}

/* ---- S3 ---- */

#define MD5 "9a0364b9e99bb480dd25e1f0284c8555"

static struct verdict judge_form(int status, const char *code, const char *message, int tickets)
{
    struct s3_reply reply = {0};
    snprintf(reply.code, sizeof(reply.code), "%s", code);
    snprintf(reply.message, sizeof(reply.message), "%s", message);
    struct form_outcome outcome = {.end = TRANSFER_ANSWERED,
        .status = status,
        .failure = "",
        .reply = &reply,
        .md5 = MD5,
        .tickets = tickets};
    return verdict_of_form(&outcome);
}

#define REJECTED                                                                                   \
    {                                                                                              \
        VERDICT_AGAIN, VERDICT_AGAIN, VERDICT_REJECTED                                             \
    }

/* the verdict after the first, second and third ticket of one attempt */
static const struct {
    int status;
    const char *code, *message;
    enum verdict_kind after[3];
} form_answers[] = {
    /* the place: credentials, clock, bucket, account */
    {403, "AccessDenied", "Invalid according to Policy: Policy expired.", REJECTED},
    {403, "AccessDenied", "Access Denied", REJECTED},
    {403, "AccessDenied", "", REJECTED},
    {403, "AccessDenied", "Invalid according to Policy: Extra input fields: content-type",
        REJECTED},
    {403, "AccessDenied",
        "Invalid according to Policy: Policy Condition failed: [\"eq\", \"$bucket\", \"b\"]",
        REJECTED},
    {403, "AccessDenied", "Policy check failed, variable not met condition: key", REJECTED},
    {403, "InvalidAccessKeyId", "", REJECTED},
    {403, "SignatureDoesNotMatch", "", REJECTED},
    {403, "RequestTimeTooSkewed", "", REJECTED},
    {400, "RequestExpired", "", REJECTED},
    {400, "ExpiredToken", "", REJECTED},
    {400, "ExpiredTokenException", "", REJECTED},
    {400, "InvalidToken", "", REJECTED},
    {400, "TokenRefreshRequired", "", REJECTED},
    {400, "TokenCodeInvalidError", "", REJECTED},
    {400, "AuthorizationHeaderMalformed", "", REJECTED},
    {400, "AuthorizationQueryParametersError", "", REJECTED},
    {400, "CredentialsNotSupported", "", REJECTED},
    {400, "MissingSecurityHeader", "", REJECTED},
    {400, "MissingSecurityElement", "", REJECTED},
    {400, "UnsupportedSignature", "", REJECTED},
    {400, "InvalidRequest",
        "The authorization mechanism you have provided is not supported. Please use "
        "AWS4-HMAC-SHA256.",
        REJECTED},
    {404, "NoSuchBucket", "", REJECTED},
    {400, "InvalidBucketName", "", REJECTED},
    {409, "InvalidBucketState", "", REJECTED},
    {400, "IllegalLocationConstraintException", "", REJECTED},
    {400, "InvalidRegion", "", REJECTED},
    {403, "AccountProblem", "", REJECTED},
    {403, "AllAccessDisabled", "", REJECTED},
    {403, "NotSignedUp", "", REJECTED},
    {403, "InvalidSecurity", "", REJECTED},
    {403, "InvalidPayer", "", REJECTED},
    {403, "UserSuspended", "", REJECTED},
    {403, "QuotaExceeded", "", REJECTED},
    {400, "XMinioAdminBucketQuotaExceeded", "", REJECTED},
    {400, "KMS.DisabledException", "", REJECTED},
    {400, "KMS.NotFoundException", "", REJECTED},
    {400, "KMS.KMSInvalidStateException", "", REJECTED},
    {400, "InvalidArgument",
        "Requests specifying Server Side Encryption with AWS KMS managed keys require AWS "
        "Signature Version 4.",
        REJECTED},
    {401, "InvalidAccessKeyId", "", REJECTED},
    {401, "SomethingNew", "", REJECTED},
    {402, "SomethingNew", "", REJECTED},
    {403, "SomethingNew", "", REJECTED},
    {404, "SomethingNew", "", REJECTED},
    {301, "PermanentRedirect", "", REJECTED},
    {307, "TemporaryRedirect", "", REJECTED},
    /* the file: a policy that names its type */
    {403, "AccessDenied",
        "Invalid according to Policy: Policy Condition failed: [\"eq\", \"$Content-Type\", "
        "\"image/png\"]",
        {VERDICT_AGAIN, VERDICT_AGAIN, VERDICT_RETRY}},
    {403, "AccessDenied",
        "Invalid according to Policy: Policy Condition failed: [\"starts-with\", "
        "\"$content-type\", \"image/\"]",
        {VERDICT_AGAIN, VERDICT_AGAIN, VERDICT_RETRY}},
    {403, "AccessDenied", "Policy check failed, variable not met condition: Content-Type",
        {VERDICT_AGAIN, VERDICT_AGAIN, VERDICT_RETRY}},
    {400, "InvalidRequest", "Something else.", {VERDICT_AGAIN, VERDICT_FAIL, VERDICT_FAIL}},
    {307, "", "", {VERDICT_AGAIN, VERDICT_AGAIN, VERDICT_TROUBLE}},
    {400, "EntityTooLarge", "", {VERDICT_FAIL, VERDICT_FAIL, VERDICT_FAIL}},
    {400, "EntityTooSmall", "", {VERDICT_FAIL, VERDICT_FAIL, VERDICT_FAIL}},
    {400, "InvalidPolicyDocument", "", {VERDICT_AGAIN, VERDICT_FAIL, VERDICT_FAIL}},
    {400, "InvalidArgument", "", {VERDICT_AGAIN, VERDICT_FAIL, VERDICT_FAIL}},
    {400, "MalformedPOSTRequest", "", {VERDICT_AGAIN, VERDICT_FAIL, VERDICT_FAIL}},
    {400, "IncorrectNumberOfFilesInPostRequest", "", {VERDICT_AGAIN, VERDICT_FAIL, VERDICT_FAIL}},
    {400, "RequestIsNotMultiPartContent", "", {VERDICT_AGAIN, VERDICT_FAIL, VERDICT_FAIL}},
    {400, "MaxPostPreDataLengthExceededError", "", {VERDICT_AGAIN, VERDICT_FAIL, VERDICT_FAIL}},
    {400, "MaxMessageLengthExceeded", "", {VERDICT_AGAIN, VERDICT_FAIL, VERDICT_FAIL}},
    {400, "KeyTooLongError", "", {VERDICT_AGAIN, VERDICT_FAIL, VERDICT_FAIL}},
    {400, "UserKeyMustBeSpecified", "", {VERDICT_AGAIN, VERDICT_FAIL, VERDICT_FAIL}},
    /* without a code it is not S3 that speaks: a proxy, a login page */
    {400, "", "", {VERDICT_AGAIN, VERDICT_TROUBLE, VERDICT_TROUBLE}},
    {403, "", "", {VERDICT_AGAIN, VERDICT_AGAIN, VERDICT_TROUBLE}},
    {404, "", "", {VERDICT_AGAIN, VERDICT_AGAIN, VERDICT_TROUBLE}},
    {405, "MethodNotAllowed", "", {VERDICT_AGAIN, VERDICT_FAIL, VERDICT_FAIL}},
    {411, "MissingContentLength", "", {VERDICT_AGAIN, VERDICT_FAIL, VERDICT_FAIL}},
    {412, "PreconditionFailed", "", {VERDICT_AGAIN, VERDICT_FAIL, VERDICT_FAIL}},
    {501, "NotImplemented", "", {VERDICT_AGAIN, VERDICT_FAIL, VERDICT_FAIL}},
    {400, "BadDigest", "", {VERDICT_RETRY, VERDICT_RETRY, VERDICT_RETRY}},
    {400, "InvalidDigest", "", {VERDICT_RETRY, VERDICT_RETRY, VERDICT_RETRY}},
    {400, "IncompleteBody", "", {VERDICT_RETRY, VERDICT_RETRY, VERDICT_RETRY}},
    {400, "RequestTimeout", "", {VERDICT_RETRY, VERDICT_RETRY, VERDICT_RETRY}},
    {409, "OperationAborted", "", {VERDICT_RETRY, VERDICT_RETRY, VERDICT_RETRY}},
    {500, "InternalError", "", {VERDICT_TROUBLE, VERDICT_TROUBLE, VERDICT_TROUBLE}},
    {503, "ServiceUnavailable", "", {VERDICT_TROUBLE, VERDICT_TROUBLE, VERDICT_TROUBLE}},
    {503, "SlowDown", "", {VERDICT_TROUBLE, VERDICT_TROUBLE, VERDICT_TROUBLE}},
    {408, "", "", {VERDICT_TROUBLE, VERDICT_TROUBLE, VERDICT_TROUBLE}},
    {429, "", "", {VERDICT_TROUBLE, VERDICT_TROUBLE, VERDICT_TROUBLE}},
    {500, "", "", {VERDICT_TROUBLE, VERDICT_TROUBLE, VERDICT_TROUBLE}},
    {502, "", "", {VERDICT_TROUBLE, VERDICT_TROUBLE, VERDICT_TROUBLE}},
    {503, "", "", {VERDICT_TROUBLE, VERDICT_TROUBLE, VERDICT_TROUBLE}},
    {504, "", "", {VERDICT_TROUBLE, VERDICT_TROUBLE, VERDICT_TROUBLE}},
    {202, "", "", {VERDICT_TROUBLE, VERDICT_TROUBLE, VERDICT_TROUBLE}},
    {999, "", "", {VERDICT_TROUBLE, VERDICT_TROUBLE, VERDICT_TROUBLE}},
};

static void judges_answers_to_the_form(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < COUNT(form_answers); i++)
        for (int tickets = 1; tickets <= 3; tickets++) {
            struct verdict verdict = judge_form(
                form_answers[i].status, form_answers[i].code, form_answers[i].message, tickets);
            enum verdict_kind wanted = form_answers[i].after[tickets - 1];
            if (verdict.kind != wanted || !verdict.code) {
                print_error("  %d %s, ticket %d: %s, not %s\n", form_answers[i].status,
                    form_answers[i].code, tickets, kinds[verdict.kind], kinds[wanted]);
                wrong++;
            }
        }
    assert_int_equal(wrong, 0);
}

static void says_what_s3_said(void **state)
{
    (void)state;
    struct verdict verdict = judge_form(400, "EntityTooLarge", "Your proposal is too large", 1);
    assert_string_equal(verdict.code, "s3_refused");
    assert_non_null(strstr(verdict.message, "400 EntityTooLarge: Your proposal is too large"));
    assert_string_equal(judge_form(503, "SlowDown", "", 1).code, "s3_down");
    verdict = judge_form(403, "InvalidAccessKeyId", "Unknown key", 3);
    assert_string_equal(verdict.code, "s3_refused");
    assert_string_equal(verdict.message, "S3 answered 403 InvalidAccessKeyId: Unknown key");
}

#define WHOLE "the reply names the key"
#define PAGE "the reply is a page"

/* an answer that looks like success, to a form that asks for `asked` */
static const struct {
    const char *name;
    int asked, status;
    const char *etag, *body;
    bool is_cut;
    enum verdict_kind kind;
} successes[] = {
    {"as S3 says it", 201, 201, MD5, WHOLE, false, VERDICT_NEXT},
    {"204 was asked for, or nothing", 204, 204, MD5, "", false, VERDICT_NEXT},
    {"200 was asked for", 200, 200, MD5, "", false, VERDICT_NEXT},
    {"of several parts", 201, 201, MD5 "-3", WHOLE, false, VERDICT_NEXT},
    {"200 for 201", 201, 200, MD5, WHOLE, false, VERDICT_TROUBLE},
    {"204 for 201", 201, 204, MD5, "", false, VERDICT_TROUBLE},
    {"200 for 204", 204, 200, MD5, "", false, VERDICT_TROUBLE},
    {"201 for 204", 204, 201, MD5, WHOLE, false, VERDICT_TROUBLE},
    {"204 for 200", 200, 204, MD5, "", false, VERDICT_TROUBLE},
    {"202", 201, 202, MD5, WHOLE, false, VERDICT_TROUBLE},
    {"299", 201, 299, MD5, WHOLE, false, VERDICT_TROUBLE},
    {"a page with 200", 201, 200, "", PAGE, false, VERDICT_TROUBLE},
    {"a page with 201", 201, 201, "", PAGE, false, VERDICT_TROUBLE},
    {"a page with an ETag of its own", 201, 201, "5f-2b", PAGE, false, VERDICT_TROUBLE},
    {"a page with 200, as was asked for", 200, 200, "5f-2b", PAGE, false, VERDICT_TROUBLE},
    {"no body", 201, 201, MD5, "", false, VERDICT_TROUBLE},
    {"no ETag", 201, 201, "", WHOLE, false, VERDICT_TROUBLE},
    {"no ETag, 204", 204, 204, "", "", false, VERDICT_TROUBLE},
    {"no ETag, 200", 200, 200, "", "", false, VERDICT_TROUBLE},
    {"before the file was sent", 201, 201, MD5, WHOLE, true, VERDICT_TROUBLE},
    {"before the file was sent, 204", 204, 204, MD5, "", true, VERDICT_TROUBLE},
};

static void believes_only_what_s3_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(successes); i++) {
        struct s3_reply reply = {0};
        snprintf(reply.etag, sizeof(reply.etag), "%s", successes[i].etag);
        struct form_outcome outcome = {.end = TRANSFER_ANSWERED,
            .status = successes[i].status,
            .success = successes[i].asked,
            .failure = "",
            .reply = &reply,
            .has_body = *successes[i].body,
            .names_key = strcmp(successes[i].body, WHOLE) == 0,
            .sent_all = !successes[i].is_cut,
            .md5 = MD5,
            .tickets = 1};
        struct verdict verdict = verdict_of_form(&outcome);
        if (verdict.kind != successes[i].kind)
            fail_msg("%s: %s", successes[i].name, kinds[verdict.kind]);
        if (verdict.kind == VERDICT_TROUBLE) {
            assert_string_equal(verdict.code, "s3_down");
            assert_non_null(strstr(verdict.message, "a proxy between here and S3"));
        }
    }
}

static const struct {
    enum etag_finding etag;
    enum verdict_kind kind;
    const char *code;
} findings[] = {
    {ETAG_SILENT, VERDICT_NEXT, NULL},
    {ETAG_SAME, VERDICT_NEXT, NULL},
    {ETAG_DIFFERS, VERDICT_AGAIN, "damaged"},
    {ETAG_NO_MD5, VERDICT_NEXT, NULL},
    {ETAG_DAMAGED, VERDICT_DAMAGED, "damaged"},
};

static void judges_what_the_etag_says(void **state)
{
    (void)state;
    static const char other[] = "00000000000000000000000000000000";
    struct s3_reply reply = {0};
    snprintf(reply.etag, sizeof(reply.etag), "%s", other);
    assert_int_equal(COUNT(findings), ETAG_FINDINGS);
    for (size_t i = 0; i < COUNT(findings); i++) {
        struct form_outcome outcome = {.end = TRANSFER_ANSWERED,
            .status = 204,
            .success = 204,
            .failure = "",
            .reply = &reply,
            .sent_all = true,
            .md5 = MD5,
            .etag = findings[i].etag,
            .tickets = 3};
        struct verdict verdict = verdict_of_form(&outcome);
        assert_int_equal(verdict.kind, findings[i].kind);
        if (!findings[i].code) {
            assert_null(verdict.code);
            continue;
        }
        assert_string_equal(verdict.code, findings[i].code);
        assert_non_null(strstr(verdict.message, other));
        assert_non_null(strstr(verdict.message, MD5));
    }
}

static void takes_every_form_without_an_answer_for_trouble(void **state)
{
    (void)state;
    struct s3_reply reply = {0};
    for (int end = TRANSFER_UNREACHABLE; end < TRANSFER_ENDS; end++) {
        struct form_outcome outcome = {.end = (enum transfer_end)end,
            .failure = "libcurl's words",
            .reply = &reply,
            .md5 = MD5,
            .tickets = 1};
        struct verdict verdict = verdict_of_form(&outcome);
        if (verdict.kind != VERDICT_TROUBLE || strcmp(verdict.code, "s3_down") != 0 ||
            !strstr(verdict.message, "libcurl's words"))
            fail_msg("%s: %s, %s", transfer_end_words[end], kinds[verdict.kind], verdict.message);
    }
}

static void bounds_its_message(void **state)
{
    (void)state;
    char words[4000];
    memset(words, 'x', sizeof(words) - 1);
    words[sizeof(words) - 1] = '\0';
    struct verdict verdict = verdict_make(VERDICT_FAIL, "code", "%s", words);
    assert_int_equal(verdict.kind, VERDICT_FAIL);
    assert_string_equal(verdict.code, "code");
    assert_int_equal(strlen(verdict.message), sizeof(verdict.message) - 1);
    assert_int_equal(verdict.wait_ms, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(judges_answers_to_questions),
        cmocka_unit_test(waits_as_the_reply_says),
        cmocka_unit_test(repeats_the_words_of_close),
        cmocka_unit_test(doubts_every_question_without_an_answer),
        cmocka_unit_test(judges_answers_to_a_create),
        cmocka_unit_test(judges_a_create_without_an_answer_by_what_was_sent),
        cmocka_unit_test(names_what_was_asked),
        cmocka_unit_test(knows_how_close_is),
        cmocka_unit_test(believes_only_close_itself),
        cmocka_unit_test(judges_answers_to_the_form),
        cmocka_unit_test(says_what_s3_said),
        cmocka_unit_test(believes_only_what_s3_says),
        cmocka_unit_test(judges_what_the_etag_says),
        cmocka_unit_test(takes_every_form_without_an_answer_for_trouble),
        cmocka_unit_test(bounds_its_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
