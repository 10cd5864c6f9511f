/**
 * Reads fault rules from JSON, counts requests by them, and decides which rule a request suffers.
 * A rule that was cleared is kept until the end, since a request may still be using it.
 */
#include "faults/fault.h"

#include "http/reply.h"
#include "util/pick.h"

#include "closedrop/base/array.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/base/units.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct faults {
    pthread_mutex_t lock;
    struct fault *rules;
    struct fault *retired; /* cleared, but perhaps in use by some request */
};

#define ON(endpoint) (UINT64_C(1) << (endpoint))
#define ON_ALL (ON(ENDPOINTS) - 1)

/* ---- one rule from JSON ---- */

static const struct {
    const char *name;
    enum fault_kind kind;
    uint64_t on; /* where it makes sense */
} named_kinds[] = {
    {"reset-before", FAULT_RESET_BEFORE, ON_ALL},
    {"reset-after", FAULT_RESET_AFTER, ON_ALL},
    {"hang", FAULT_HANG, ON_ALL},
    {"hang-after", FAULT_HANG_AFTER, ON_ALL},
    {"garbage", FAULT_GARBAGE, ON_ALL},
    {"truncated", FAULT_TRUNCATED, ON_ALL},
    {"other-bytes", FAULT_OTHER_BYTES, ON(ENDPOINT_S3)},
    {"expired-form", FAULT_EXPIRED_FORM, ON(ENDPOINT_UPLOAD)},
    {"foreign-host", FAULT_FOREIGN_HOST, ON(ENDPOINT_UPLOAD)},
    {"no-fields", FAULT_NO_FIELDS, ON(ENDPOINT_UPLOAD)},
    {"extra-fields", FAULT_EXTRA_FIELDS, ON(ENDPOINT_UPLOAD)},
};

static int read_on(struct fault *fault, const struct json *value, struct str *why)
{
    const char *name = json_text(value);
    if (name && strcmp(name, "any") == 0)
        fault->on = ON_ALL;
    for (size_t i = 0; name && i < ENDPOINTS; i++)
        if (strcmp(name, endpoint_names[i]) == 0)
            fault->on = ON(i);
    if (fault->on)
        return 0;
    str_add(why, "\"on\" is none of ");
    for (size_t i = 0; i < ENDPOINTS; i++)
        str_printf(why, "%s, ", endpoint_names[i]);
    str_add(why, "any");
    return -EINVAL;
}

static int read_named_kind(struct fault *fault, const char *name, struct str *why)
{
    for (size_t i = 0; i < COUNT(named_kinds); i++) {
        if (strcmp(named_kinds[i].name, name) != 0)
            continue;
        fault->kind = named_kinds[i].kind;
        if ((fault->on & ~named_kinds[i].on) == 0)
            return 0;
        str_printf(why, "\"%s\" is only possible with \"on\":\"%s\"", name,
            named_kinds[i].on == ON(ENDPOINT_S3) ? "s3" : "upload");
        return -EINVAL;
    }
    str_printf(why, "\"do\" does not know \"%s\"", name);
    return -EINVAL;
}

static int read_headers(struct fault *fault, const struct json *headers, struct str *why)
{
    for (const struct json *one = json_first(headers); one; one = json_next(one)) {
        const char *value = json_text(one);
        if (!value || !json_key(one) || fault->header_count == FAULT_HEADERS_MAX) {
            str_printf(why, "\"headers\" is an object of at most %d texts", FAULT_HEADERS_MAX);
            return -EINVAL;
        }
        fault->headers[fault->header_count].name = json_key(one);
        fault->headers[fault->header_count++].value = value;
    }
    return 0;
}

static int read_duration(
    const struct json *action, const char *key, int64_t *ret_duration_ms, struct str *why)
{
    const struct json *duration = json_get(action, key);
    if (!duration)
        return 0;
    if (json_text(duration) && units_duration(json_text(duration), ret_duration_ms) == 0)
        return 0;
    str_printf(why, "\"%s\" is a duration such as \"3s\"", key);
    return -EINVAL;
}

static int check_keys(const struct json *object, const char *const *known, struct str *why)
{
    for (const struct json *one = json_first(object); one; one = json_next(one)) {
        size_t i = 0;
        while (known[i] && strcmp(known[i], json_key(one)) != 0)
            i++;
        if (known[i])
            continue;
        str_printf(why, "\"%s\" is not known here", json_key(one));
        return -EINVAL;
    }
    return 0;
}

/** Every member of `names` that is there is a text. */
static int check_texts(const struct json *object, const char *const *names, struct str *why)
{
    for (; *names; names++) {
        if (!json_get(object, *names) || json_get_text(object, *names))
            continue;
        str_printf(why, "\"%s\" is a text", *names);
        return -EINVAL;
    }
    return 0;
}

/** What an action consists of must be something that can be done. */
static int check_action(const struct fault *fault, const struct json *action, struct str *why)
{
    bool answers = fault->status >= 200 && fault->status <= 599;
    bool says_what = fault->body || fault->code || json_get(action, "headers");
    const char *wrong = NULL;
    if (json_get(action, "status") && !answers)
        wrong = "\"status\" is from 200 to 599";
    else if (says_what && !answers)
        wrong = "\"body\", \"code\" and \"headers\" need a \"status\"";
    else if (fault->body && fault->code)
        wrong = "\"body\" and \"code\" exclude each other";
    else if (json_get_bool(action, "after", false) != json_get_bool(action, "after", true) &&
             json_get(action, "after"))
        wrong = "\"after\" is true or false";
    else if (fault->kind == FAULT_ANSWER_AFTER && !answers)
        wrong = "\"after\" needs a \"status\"";
    else if (json_get(action, "late") && json_get(action, "after"))
        wrong = "\"late\" and \"after\" exclude each other";
    else if (fault->etag && json_get(action, "late"))
        wrong = "\"late\" and \"etag\" exclude each other";
    else if (fault->etag && (answers || fault->on != ON(ENDPOINT_S3)))
        wrong = "\"etag\" is only possible with \"on\":\"s3\", and without \"status\"";
    else if (!json_first(action))
        wrong = "\"do\" is empty";
    if (!wrong)
        return 0;
    str_add(why, wrong);
    return -EINVAL;
}

static enum fault_kind kind_of(const struct fault *fault, const struct json *action)
{
    if (fault->etag)
        return FAULT_ETAG;
    if (json_get(action, "late"))
        return FAULT_LATE;
    if (json_get_bool(action, "after", false))
        return FAULT_ANSWER_AFTER;
    return fault->status ? FAULT_ANSWER : FAULT_NONE;
}

/** {"delay": ...} and at most one of {"status": ...} (or "late", or both) and {"etag": ...} */
static int read_action(struct fault *fault, const struct json *action, struct str *why)
{
    static const char *const known[] = {
        "status", "after", "late", "body", "headers", "code", "delay", "etag", NULL};
    static const char *const texts[] = {"body", "code", "etag", NULL};
    fault->status = (int)json_get_int(action, "status", 0);
    fault->etag = json_get_text(action, "etag");
    fault->body = json_get_text(action, "body");
    fault->code = json_get_text(action, "code");
    fault->kind = kind_of(fault, action);
    int result = check_keys(action, known, why);
    if (result == 0)
        result = check_texts(action, texts, why);
    if (result == 0)
        result = check_action(fault, action, why);
    if (result == 0)
        result = read_duration(action, "delay", &fault->delay_ms, why);
    if (result == 0)
        result = read_duration(action, "late", &fault->late_ms, why);
    if (result == 0)
        result = read_headers(fault, json_get(action, "headers"), why);
    return result;
}

static int read_do(struct fault *fault, const struct json *action, struct str *why)
{
    if (json_text(action))
        return read_named_kind(fault, json_text(action), why);
    if (json_is_object(action))
        return read_action(fault, action, why);
    str_add(why, "\"do\" is missing");
    return -EINVAL;
}

static int read_counts(struct fault *fault, struct str *why)
{
    fault->times = json_get_int(fault->rule, "times", json_get(fault->rule, "times") ? -1 : 1);
    fault->skip = json_get_int(fault->rule, "skip", json_get(fault->rule, "skip") ? -1 : 0);
    fault->every = json_get_int(fault->rule, "every", json_get(fault->rule, "every") ? -1 : 1);
    if (fault->times >= 0 && fault->skip >= 0 && fault->every >= 1)
        return 0;
    str_add(why, "\"times\", \"skip\" and \"every\" are whole numbers");
    return -EINVAL;
}

static int read_rule(struct fault *fault, struct str *why)
{
    static const char *const known[] = {"on", "do", "times", "skip", "match", "every", NULL};
    if (!json_is_object(fault->rule)) {
        str_add(why, "a rule is an object");
        return -EINVAL;
    }
    static const char *const texts[] = {"match", NULL};
    fault->match = json_get_text(fault->rule, "match");
    int result = check_keys(fault->rule, known, why);
    if (result == 0)
        result = check_texts(fault->rule, texts, why);
    if (result == 0)
        result = read_on(fault, json_get(fault->rule, "on"), why);
    if (result == 0)
        result = read_do(fault, json_get(fault->rule, "do"), why);
    if (result == 0)
        result = read_counts(fault, why);
    return result;
}

/* ---- the list ---- */

static void free_list(struct fault *fault)
{
    while (fault) {
        struct fault *next = fault->next;
        json_free(fault->rule);
        free(fault);
        fault = next;
    }
}

static struct fault **list_end(struct fault **list)
{
    while (*list)
        list = &(*list)->next;
    return list;
}

struct faults *faults_new(void)
{
    struct faults *faults = calloc(1, sizeof(*faults));
    if (faults)
        pthread_mutex_init(&faults->lock, NULL);
    return faults;
}

void faults_free(struct faults *faults)
{
    if (!faults)
        return;
    free_list(faults->rules);
    free_list(faults->retired);
    pthread_mutex_destroy(&faults->lock);
    free(faults);
}

static int read_rules(const struct json *rules, struct fault **list, struct str *why)
{
    int number = 1;
    for (const struct json *one = json_first(rules); one; one = json_next(one), number++) {
        struct fault *fault = calloc(1, sizeof(*fault));
        if (!fault)
            return -ENOMEM;
        *list_end(list) = fault;
        str_printf(why, "rule %d: ", number);
        fault->rule = json_copy(one); /* it exists longer than the array */
        int result = fault->rule ? read_rule(fault, why) : -ENOMEM;
        if (result < 0)
            return result;
        str_clear(why);
    }
    return 0;
}

int faults_add(struct faults *faults, const char *text, size_t length, struct str *why)
{
    struct json *rules = json_parse(text, length);
    struct fault *list = NULL;
    int result = -EINVAL;
    if (json_is_array(rules))
        result = read_rules(rules, &list, why);
    else
        str_add(why, "wanted a JSON array of rules");
    json_free(rules);
    if (result < 0) {
        free_list(list);
        return result;
    }
    pthread_mutex_lock(&faults->lock);
    *list_end(&faults->rules) = list;
    pthread_mutex_unlock(&faults->lock);
    return 0;
}

void faults_clear(struct faults *faults)
{
    pthread_mutex_lock(&faults->lock);
    *list_end(&faults->retired) = faults->rules;
    faults->rules = NULL;
    pthread_mutex_unlock(&faults->lock);
}

static bool speaks_of(const struct fault *fault, enum endpoint endpoint, const char *text)
{
    if (!(fault->on & ON(endpoint)))
        return false;
    return !fault->match || (text && strstr(text, fault->match));
}

static bool is_due(const struct fault *fault)
{
    int64_t past_skip = fault->seen - fault->skip;
    bool spent = fault->times && fault->fired >= fault->times;
    return !spent && past_skip > 0 && past_skip % fault->every == 0;
}

const struct fault *faults_take(struct faults *faults, enum endpoint endpoint, const char *text)
{
    struct fault *taken = NULL;
    pthread_mutex_lock(&faults->lock);
    for (struct fault *fault = faults->rules; fault; fault = fault->next) {
        if (!speaks_of(fault, endpoint, text))
            continue;
        fault->seen++;
        if (!taken && is_due(fault))
            taken = fault;
    }
    if (taken)
        taken->fired++;
    pthread_mutex_unlock(&faults->lock);
    return taken;
}

void faults_list(struct faults *faults, struct reply *reply)
{
    struct json *list = json_array();
    int result = 0;
    pthread_mutex_lock(&faults->lock);
    for (struct fault *fault = faults->rules; fault; fault = fault->next) {
        struct json *row = json_object();
        result |= json_add(row, "rule", json_copy(fault->rule));
        result |= json_add_int(row, "seen", fault->seen);
        result |= json_add_int(row, "fired", fault->fired);
        result |= json_append(list, row);
    }
    pthread_mutex_unlock(&faults->lock);
    reply_json(reply, 200, pick_whole(list, result));
}
