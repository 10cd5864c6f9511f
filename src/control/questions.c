/** The table of questions: the URL of each, and the function that answers it. */
#include "closedrop/control/questions.h"

#include "asked.h"
#include "bulk.h"
#include "days.h"
#include "explain.h"
#include "filings.h"
#include "held.h"
#include "jobs.h"
#include "prune.h"
#include "status.h"

#include "closedrop/base/array.h"
#include "closedrop/base/digest.h"
#include "closedrop/base/str.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/** Read the parameters of a question. Returns 0 or -EINVAL. */
typedef int read_parameters(
    question_parameter *parameter, void *context, struct question *question);

/**
 * Read a name to filter by. An empty or overlong one is an error, because it would match
 * everything.
 */
static int read_name(const char *value, char *name, size_t size)
{
    if (!value)
        return 0;
    if (!*value || strlen(value) >= size)
        return -EINVAL;
    strcpy(name, value);
    return 0;
}

/** A time in ms of the wall clock, which cannot be 0. */
static int read_time(const char *value, int64_t *ret_ms)
{
    char *end;
    if (!value)
        return 0;
    *ret_ms = strtoll(value, &end, 10);
    return end == value || *end || !*ret_ms ? -EINVAL : 0;
}

static int read_state(const char *value, int *ret_state)
{
    *ret_state = value ? job_state_from_name(value) : -1;
    return value && *ret_state < 0 ? -EINVAL : 0;
}

/** Which jobs are meant. */
static int read_filter(question_parameter *parameter, void *context, struct question *question)
{
    const struct {
        const char *name;
        char *into;
        size_t size;
    } names[] = {
        {"folder", question->folder, sizeof(question->folder)},
        {"rule", question->rule, sizeof(question->rule)},
        {"code", question->code, sizeof(question->code)},
        {"lead", question->lead_id, sizeof(question->lead_id)},
        {"match", question->match, sizeof(question->match)},
        {"name", question->name, sizeof(question->name)},
        {"path", question->path, sizeof(question->path)},
    };
    int result = read_state(parameter(context, "state"), &question->state);
    result |= read_time(parameter(context, "since"), &question->since_ms);
    result |= read_time(parameter(context, "until"), &question->until_ms);
    for (size_t i = 0; i < COUNT(names); i++)
        result |= read_name(parameter(context, names[i].name), names[i].into, names[i].size);
    question->held = parameter(context, "held") != NULL;
    question->all = parameter(context, "all") != NULL;
    question->count = parameter(context, "count") != NULL;
    return result;
}

/** A rule, or all rules. */
static int read_rule(question_parameter *parameter, void *context, struct question *question)
{
    return read_name(parameter(context, "rule"), question->rule, sizeof(question->rule));
}

/** Some contents, what they are filed as, and on which lead. */
static int read_filing(question_parameter *parameter, void *context, struct question *question)
{
    const char *id = parameter(context, "id");
    uint8_t sha256[DIGEST_SHA256_SIZE];
    int result =
        read_name(parameter(context, "sha256"), question->sha256, sizeof(question->sha256));
    result |= read_name(parameter(context, "lead"), question->lead_id, sizeof(question->lead_id));
    result |= read_name(parameter(context, "rule"), question->rule, sizeof(question->rule));
    result |= read_name(parameter(context, "sender"), question->sender, sizeof(question->sender));
    question->leaves = parameter(context, "leaves") != NULL;
    question->yes = parameter(context, "yes") != NULL;
    question->activity = activity_kind_from_name(parameter(context, "activity"));
    question->id = id ? strtoll(id, NULL, 10) : 0;
    bool is_asked = question->kind == ASK_FILINGS;
    bool is_whole = question->activity && *question->lead_id && (is_asked || question->id < 0) &&
                    digest_from_hex(question->sha256, sha256, sizeof(sha256));
    return is_whole ? result : -EINVAL;
}

/** Where a page begins takes both numbers. */
static int read_page(question_parameter *parameter, void *context, struct question *question)
{
    const char *at = parameter(context, "at");
    const char *below = parameter(context, "below");
    question->at_ms = at ? strtoll(at, NULL, 10) : 0;
    question->below = below ? strtoll(below, NULL, 10) : 0;
    return question->below && !at ? -EINVAL : 0;
}

/** A page of the jobs that are meant. */
static int read_list(question_parameter *parameter, void *context, struct question *question)
{
    const char *limit = parameter(context, "limit");
    question->limit = limit ? atoi(limit) : LIST_PAGE;
    if (question->limit < 1 || question->limit > LIST_PAGE)
        question->limit = LIST_PAGE;
    int result = read_page(parameter, context, question);
    return result | read_filter(parameter, context, question);
}

/** How far it has come. */
static int read_prune(question_parameter *parameter, void *context, struct question *question)
{
    question->count = parameter(context, "count") != NULL;
    int result = read_state(parameter(context, "state"), &question->state);
    return result | read_page(parameter, context, question);
}

/** How many days, the last of them today. */
static int read_days(question_parameter *parameter, void *context, struct question *question)
{
    const char *days = parameter(context, "days");
    question->days = days ? atoi(days) : DAYS_USUAL;
    return question->days < 1 || question->days > DAYS_MAX ? -EINVAL : 0;
}

/** "SIZE:MTIME:HANDLE", as add_identity() writes it. */
static int read_identity(const char *value, struct identity *ret_identity)
{
    struct identity identity = {.size = 0};
    char *end;
    identity.size = strtoll(value, &end, 10);
    if (*end != ':')
        return -EINVAL;
    identity.mtime_ns = strtoll(end + 1, &end, 10);
    size_t digits = *end == ':' ? strlen(end + 1) : SIZE_MAX;
    identity.handle_length = digits / 2;
    if (digits > 2 * sizeof(identity.handle) ||
        !digest_from_hex(end + 1, identity.handle, identity.handle_length))
        return -EINVAL;
    *ret_identity = identity;
    return 0;
}

/** A file, by its folder, its path there, and what it is now. */
static int read_explain(question_parameter *parameter, void *context, struct question *question)
{
    const char *identity = parameter(context, "identity");
    int result =
        read_name(parameter(context, "folder"), question->folder, sizeof(question->folder));
    result |= read_name(parameter(context, "name"), question->name, sizeof(question->name));
    result |= read_name(parameter(context, "path"), question->path, sizeof(question->path));
    const char *asked = parameter(context, "asked");
    question->asked = asked ? strtoll(asked, NULL, 10) : 0;
    question->by_path = parameter(context, "by_path") != NULL;
    question->is_there = identity != NULL;
    result |= identity ? read_identity(identity, &question->identity) : 0;
    return *question->name && *question->path ? result : -EINVAL;
}

/** One row per question; "%" in a path stands for the ID. */
static const struct {
    const char *method;
    const char *path;
    read_parameters *read; /* NULL: it has none */
    struct answer (*answer)(const struct asked *asked);
    bool is_public;
} rows[ASK_KINDS] = {
    [ASK_STATUS] = {"GET", "/status", NULL, status_get, true},
    [ASK_LIST] = {"GET", "/jobs", read_list, jobs_list, true},
    [ASK_SHOW] = {"GET", "/jobs/%", NULL, jobs_show, true},
    [ASK_RETRY] = {"POST", "/jobs/%/retry", NULL, jobs_retry, true},
    [ASK_RETRY_ALL] = {"POST", "/retry", read_filter, bulk_retry, true},
    [ASK_FORGET] = {"POST", "/jobs/%/forget", NULL, jobs_forget, true},
    [ASK_FORGET_ALL] = {"POST", "/forget", read_filter, bulk_forget, true},
    [ASK_EXPLAIN] = {"GET", "/explain", read_explain, explain_get, false},
    [ASK_PROGRESS] = {"GET", "/progress", read_explain, explain_progress, false},
    [ASK_FOLDERS] = {"GET", "/folders", NULL, jobs_count_folders, true},
    [ASK_DAYS] = {"GET", "/days", read_days, days_count, true},
    [ASK_FILINGS] = {"GET", "/filings", read_filing, filings_get, false},
    [ASK_INTEND] = {"POST", "/filings", read_filing, filings_intend, false},
    [ASK_WITHDRAW] = {"POST", "/filings/withdraw", read_filing, filings_withdraw, false},
    [ASK_LEFT] = {"POST", "/filings/left", read_filing, filings_left, false},
    [ASK_RECORD] = {"POST", "/uploads", NULL, jobs_record, false},
    [ASK_RELEASE] = {"POST", "/release", read_rule, held_release, true},
    [ASK_RECALL] = {"POST", "/recall", read_rule, held_recall, true},
    [ASK_RELEASE_JOB] = {"POST", "/jobs/%/release", NULL, jobs_release, true},
    [ASK_RECALL_JOB] = {"POST", "/jobs/%/recall", NULL, jobs_recall, true},
    [ASK_PRUNE] = {"POST", "/prune", read_prune, prune_jobs, false},
    [ASK_PAUSE] = {"POST", "/pause", NULL, status_pause, true},
    [ASK_RESUME] = {"POST", "/resume", NULL, status_resume, true},
};

const char *question_method(const struct question *question)
{
    return rows[question->kind].method;
}

bool question_is_public(const struct question *question)
{
    return rows[question->kind].is_public;
}

bool question_is_change(const struct question *question)
{
    return rows[question->kind].method[0] == 'P';
}

static void add_escaped(struct str *out, const char *text)
{
    for (; *text; text++) {
        bool plain = strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.",
                         *text) != NULL;
        str_printf(out, plain ? "%c" : "%%%02X", (unsigned char)*text);
    }
}

static const char *flag(bool is_set)
{
    return is_set ? "1" : "";
}

/** Only questions about many jobs name a state. */
static const char *name_of_state(const struct question *question)
{
    read_parameters *read = rows[question->kind].read;
    bool has_state = read == read_list || read == read_filter || read == read_prune;
    return has_state && question->state >= 0 ? job_state_names[question->state] : "";
}

static void add_number(struct str *out, const char *name, int64_t number)
{
    if (number)
        str_printf(out, "%c%s=%" PRId64, strchr(str_text(out), '?') ? '&' : '?', name, number);
}

static void add_names(struct str *out, const struct question *question)
{
    const char *const names[][2] = {{"folder", question->folder}, {"rule", question->rule},
        {"code", question->code}, {"sha256", question->sha256},
        {"activity", activity_kind_names[question->activity]}, {"lead", question->lead_id},
        {"sender", question->sender}, {"match", question->match}, {"name", question->name},
        {"path", question->path}, {"held", flag(question->held)}, {"all", flag(question->all)},
        {"count", flag(question->count)}, {"by_path", flag(question->by_path)},
        {"leaves", flag(question->leaves)}, {"yes", flag(question->yes)},
        {"state", name_of_state(question)}};
    char before = strchr(str_text(out), '?') ? '&' : '?';
    for (size_t i = 0; i < COUNT(names); i++) {
        if (!*names[i][1])
            continue;
        str_printf(out, "%c%s=", before, names[i][0]);
        add_escaped(out, names[i][1]);
        before = '&';
    }
}

static void add_page(struct str *out, const struct question *question)
{
    if (question->kind == ASK_LIST)
        str_printf(out, "?limit=%d", question->limit);
    if (question->below)
        str_printf(out, "%cat=%" PRId64 "&below=%" PRId64, strchr(str_text(out), '?') ? '&' : '?',
            question->at_ms, question->below);
}

static void add_identity(struct str *out, const struct identity *identity)
{
    str_printf(out, "%cidentity=%" PRId64 ":%" PRId64 ":", strchr(str_text(out), '?') ? '&' : '?',
        identity->size, identity->mtime_ns);
    digest_add_hex(out, identity->handle, identity->handle_length);
}

void question_url(const struct question *question, char url[QUESTION_URL_MAX])
{
    struct str out = STR_INIT(QUESTION_URL_MAX - 1);
    const char *path = rows[question->kind].path;
    size_t before = strcspn(path, "%");
    str_add_bytes(&out, path, before);
    if (path[before])
        str_printf(&out, "%" PRId64 "%s", question->id, path + before + 1);
    add_page(&out, question);
    add_number(&out, "since", question->since_ms);
    add_number(&out, "until", question->until_ms);
    add_number(&out, "asked", question->asked);
    add_number(&out, "days", question->days);
    add_names(&out, question);
    if (question->is_there)
        add_identity(&out, &question->identity);
    add_number(&out, "id", question->id < 0 ? question->id : 0);
    memcpy(url, str_text(&out), out.length + 1);
    str_release(&out);
}

/** Whether `path` matches the pattern; if so, read the ID. */
static bool matches(const char *pattern, const char *path, int64_t *id)
{
    size_t before = strcspn(pattern, "%");
    if (!pattern[before])
        return strcmp(pattern, path) == 0;
    char *rest;
    if (strncmp(pattern, path, before) != 0 || path[before] < '0' || path[before] > '9')
        return false;
    *id = strtoll(path + before, &rest, 10);
    return strcmp(rest, pattern + before + 1) == 0;
}

int question_parse(const char *method, const char *path, question_parameter *parameter,
    void *context, struct question *ret_question)
{
    struct question question = {.state = -1};
    for (int kind = 0; kind < ASK_KINDS; kind++) {
        if (strcmp(method, rows[kind].method) != 0 || !matches(rows[kind].path, path, &question.id))
            continue;
        question.kind = (enum question_kind)kind;
        int result = rows[kind].read ? rows[kind].read(parameter, context, &question) : 0;
        if (result == 0)
            *ret_question = question;
        return result;
    }
    return -EINVAL;
}

struct answer question_answer(
    struct queue *queue, const struct config *config, const struct question *question)
{
    const struct asked asked = {queue, config, question};
    /* an answer keeps nothing of what was asked; cppcheck takes the call for a C++ constructor */
    /* cppcheck-suppress returnDanglingLifetime */
    return rows[question->kind].answer(&asked);
}
