/**
 * Writes the policy of a form, and holds a form against the one it carries, condition by
 * condition.
 */
#include "s3/policy.h"

#include "http/refusal.h"
#include "s3/form.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/digest.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define POLICY_TEXT_MAX (4 * FORM_MAX)

/* ---- writing ---- */

static int append_exact(struct json *conditions, const char *name, const char *value)
{
    struct json *condition = json_object();
    int result = json_add_text(condition, name, value);
    return json_append(conditions, condition) | result;
}

static int append_range(struct json *conditions)
{
    char text[64];
    int length = snprintf(
        text, sizeof(text), "[\"content-length-range\",0,%lld]", (long long)POLICY_SIZE_MAX);
    return json_append(conditions, json_parse(text, (size_t)length));
}

static struct json *describe(const char *bucket, int64_t expires_ms, const struct json *fields)
{
    char expiration[CLOCK_TEXT];
    struct json *policy = json_object();
    struct json *conditions = json_array();
    int result = json_add_text(policy, "expiration", clock_rfc3339(expires_ms, expiration));
    result |= append_exact(conditions, "bucket", bucket);
    result |= append_range(conditions);
    for (const struct json *field = json_first(fields); field; field = json_next(field))
        result |= append_exact(conditions, json_key(field), json_text(field));
    result |= json_add(policy, "conditions", conditions);
    if (result == 0)
        return policy;
    json_free(policy);
    return NULL;
}

int policy_write(struct str *out, const char *bucket, int64_t expires_ms, const struct json *fields)
{
    CLEANUP(json_freep) struct json *policy = describe(bucket, expires_ms, fields);
    CLEANUP(free_text) char *text = json_print(policy);
    if (!text)
        return -ENOMEM;
    digest_add_base64(out, text, strlen(text));
    return str_error(out);
}

/* ---- checking ---- */

struct check {
    const struct form *form;
    const char *bucket;
    const struct json *conditions;
    struct policy_range range;
    struct refusal *refusal;
};

static void refuse_document(struct check *check, const char *why)
{
    refuse_because(check->refusal, "InvalidPolicyDocument", "Invalid Policy: %s", why);
}

/** What a condition is about: a field's value, or the bucket, which the URL names. */
static const char *subject(const struct check *check, const char *name)
{
    const char *value =
        strcasecmp(name, "bucket") == 0 ? check->bucket : form_get(check->form, name);
    return value ? value : "";
}

static void check_match(struct check *check, bool whole, const char *name, const char *wanted)
{
    const char *value = subject(check, name);
    size_t length = strlen(wanted);
    if (strncmp(value, wanted, length) == 0 && (!whole || !value[length]))
        return;
    refuse_because(check->refusal, "AccessDenied",
        "Invalid according to Policy: Policy Condition failed: [\"%s\", \"$%s\", \"%s\"]",
        whole ? "eq" : "starts-with", name, wanted);
}

/** A whole number, or a text that is one: AWS takes both. */
static bool read_number(const struct json *value, int64_t *ret_number)
{
    CLEANUP(free_text) char *printed = json_text(value) ? NULL : json_print(value);
    const char *text = printed ? printed : json_text(value);
    char *end;
    errno = 0;
    int64_t number = text && *text ? strtoll(text, &end, 10) : -1;
    if (number < 0 || errno || *end)
        return false;
    *ret_number = number;
    return true;
}

static void read_range(struct check *check, const struct json *min, const struct json *max)
{
    int64_t from, to;
    if (!min || !max || !read_number(min, &from) || !read_number(max, &to)) {
        refuse_document(check, "Invalid content-length-range.");
        return;
    }
    if (from > check->range.min)
        check->range.min = from;
    if (to < check->range.max)
        check->range.max = to;
}

/** ["eq", "$name", "value"], ["starts-with", "$name", "value"], ["content-length-range", 1, 2] */
static void check_list(struct check *check, const struct json *condition)
{
    const struct json *first = json_first(condition);
    const struct json *second = first ? json_next(first) : NULL;
    const struct json *third = second ? json_next(second) : NULL;
    const char *verb = first ? json_text(first) : NULL;
    if (verb && strcasecmp(verb, "content-length-range") == 0) {
        read_range(check, second, third);
        return;
    }
    const char *name = third ? json_text(second) : NULL;
    const char *value = third ? json_text(third) : NULL;
    bool whole = verb && strcasecmp(verb, "eq") == 0;
    bool begins = verb && strcasecmp(verb, "starts-with") == 0;
    if (name && *name == '$' && value && (whole || begins))
        check_match(check, whole, name + 1, value);
    else
        refuse_document(check, "Invalid Condition.");
}

/** {"name": "value"}, any number of them */
static void check_object(struct check *check, const struct json *condition)
{
    for (const struct json *member = json_first(condition); member; member = json_next(member))
        if (json_text(member))
            check_match(check, true, json_key(member), json_text(member));
        else
            refuse_document(check, "Invalid Simple-Condition: value must be a string.");
}

static void check_conditions(struct check *check)
{
    for (const struct json *one = json_first(check->conditions); one; one = json_next(one))
        if (json_is_array(one))
            check_list(check, one);
        else if (json_is_object(one))
            check_object(check, one);
        else
            refuse_document(check, "Invalid Condition.");
}

/** Whether a condition is about this field. */
static bool names(const struct json *condition, const char *field)
{
    if (json_is_array(condition)) {
        const struct json *second = json_first(condition) ? json_next(json_first(condition)) : NULL;
        const char *name = second ? json_text(second) : NULL;
        return name && *name == '$' && strcasecmp(name + 1, field) == 0;
    }
    for (const struct json *member = json_first(condition); member; member = json_next(member))
        if (strcasecmp(json_key(member), field) == 0)
            return true;
    return false;
}

static bool needs_no_condition(const char *field)
{
    static const char *const free_ones[] = {
        "AWSAccessKeyId", "signature", "x-amz-signature", "policy", "file"};
    for (size_t i = 0; i < COUNT(free_ones); i++)
        if (strcasecmp(field, free_ones[i]) == 0)
            return true;
    return strncasecmp(field, "x-ignore-", strlen("x-ignore-")) == 0;
}

static bool is_covered(const struct check *check, const char *field)
{
    if (needs_no_condition(field))
        return true;
    for (const struct json *one = json_first(check->conditions); one; one = json_next(one))
        if (names(one, field))
            return true;
    return false;
}

static void check_extra_fields(struct check *check)
{
    for (size_t i = 0; i < check->form->count; i++)
        if (!is_covered(check, check->form->fields[i].name))
            refuse_because(check->refusal, "AccessDenied",
                "Invalid according to Policy: Extra input fields: %s", check->form->fields[i].name);
}

/** 2007-12-01T12:00:00Z, with or without a fraction. */
static bool read_time(const char *text, int64_t *ret_ms)
{
    struct tm utc = {0};
    const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &utc);
    if (!rest)
        return false;
    int64_t fraction = 0;
    if (*rest == '.') {
        char *end;
        fraction = (int64_t)(strtod(rest, &end) * 1000 + 0.5);
        rest = end;
    }
    *ret_ms = (int64_t)timegm(&utc) * 1000 + fraction;
    return strcmp(rest, "Z") == 0;
}

static void check_expiration(struct check *check, const char *expiration, int64_t now_ms)
{
    int64_t expires_ms;
    if (!expiration)
        refuse_document(check, "Policy missing expiration.");
    else if (!read_time(expiration, &expires_ms))
        refuse_document(check, "Invalid 'expiration' value.");
    else if (now_ms >= expires_ms)
        refuse_because(
            check->refusal, "AccessDenied", "Invalid according to Policy: Policy expired.");
}

/** The policy field as JSON, NULL where it is none. */
static struct json *decode(const char *base64)
{
    struct str text = STR_INIT(POLICY_TEXT_MAX);
    struct json *policy = NULL;
    if (digest_decode_base64(&text, base64, strlen(base64)) == 0 && str_error(&text) == 0)
        policy = json_parse(str_text(&text), text.length);
    str_release(&text);
    return policy;
}

void policy_check(const struct form *form, const char *bucket, int64_t now_ms,
    struct policy_range *ret_range, struct refusal *refusal)
{
    struct check check = {form, bucket, NULL, {0, POLICY_SIZE_MAX}, refusal};
    const char *field = form_get(form, "policy");
    CLEANUP(json_freep) struct json *policy = field ? decode(field) : NULL;
    if (!json_is_object(policy)) {
        refuse_document(&check, "Invalid JSON.");
        return;
    }
    check_expiration(&check, json_get_text(policy, "expiration"), now_ms);
    check.conditions = json_get(policy, "conditions");
    if (!json_is_array(check.conditions))
        refuse_document(&check, "Policy missing conditions.");
    check_conditions(&check);
    check_extra_fields(&check);
    *ret_range = check.range;
}
