/* The table of questions, and the answer to each: a read, or a change, of the queue. */
#include "closedrop/control/question.h"

#include "gone.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/config/config.h"
#include "closedrop/queue/by_hand.h"
#include "closedrop/queue/guard.h"
#include "closedrop/queue/queue.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** How many jobs are looked through for the first whose file could not be put away. */
#define STUCK_MAX 1000

/** One row a question; "%" in a path stands for the id. */
static const struct {
    const char *method;
    const char *path;
} rows[ASK_KINDS] = {
    [ASK_STATUS] = {"GET", "/status"},
    [ASK_LIST] = {"GET", "/jobs"},
    [ASK_SHOW] = {"GET", "/jobs/%"},
    [ASK_RETRY] = {"POST", "/jobs/%/retry"},
    [ASK_RETRY_ALL] = {"POST", "/retry"},
    [ASK_FORGET] = {"POST", "/jobs/%/forget"},
    [ASK_FOLDERS] = {"GET", "/folders"},
    [ASK_FILINGS] = {"GET", "/filings"},
    [ASK_INTEND] = {"POST", "/filings"},
    [ASK_WITHDRAW] = {"POST", "/filings/withdraw"},
    [ASK_LEFT] = {"POST", "/filings/left"},
    [ASK_RECORD] = {"POST", "/uploads"},
    [ASK_RELEASE] = {"POST", "/release"},
    [ASK_RECALL] = {"POST", "/recall"},
    [ASK_RELEASE_JOB] = {"POST", "/jobs/%/release"},
    [ASK_RECALL_JOB] = {"POST", "/jobs/%/recall"},
    [ASK_PAUSE] = {"POST", "/pause"},
    [ASK_RESUME] = {"POST", "/resume"},
};

const char *question_method(const struct question *question)
{
    return rows[question->kind].method;
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

static void add_names(struct str *out, const struct question *question)
{
    const char *const names[][2] = {{"folder", question->folder}, {"rule", question->rule},
        {"code", question->code}, {"sha256", question->sha256},
        {"activity", activity_names[question->activity]}, {"lead", question->lead_id},
        {"sender", question->sender}, {"held", flag(question->held)},
        {"leaves", flag(question->leaves)}, {"yes", flag(question->yes)}};
    char before = strchr(str_text(out), '?') ? '&' : '?';
    for (size_t i = 0; i < COUNT(names); i++) {
        if (!*names[i][1])
            continue;
        str_printf(out, "%c%s=", before, names[i][0]);
        add_escaped(out, names[i][1]);
        before = '&';
    }
}

void question_url(const struct question *question, char url[QUESTION_URL_MAX])
{
    struct str out = STR_INIT(QUESTION_URL_MAX - 1);
    const char *path = rows[question->kind].path;
    size_t before = strcspn(path, "%");
    str_add_bytes(&out, path, before);
    if (path[before])
        str_printf(&out, "%" PRId64 "%s", question->id, path + before + 1);
    if (question->kind == ASK_LIST) {
        str_printf(&out, "?limit=%d&below=%" PRId64, question->limit, question->below);
        if (question->state >= 0)
            str_printf(&out, "&state=%s", job_state_names[question->state]);
    }
    add_names(&out, question);
    if (question->id < 0)
        str_printf(&out, "&id=%" PRId64, question->id);
    memcpy(url, str_text(&out), out.length + 1);
    str_release(&out);
}

/** Whether `path` is the pattern's, and the id it holds. */
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

/** A name to narrow by: where it is empty, or longer than a name can be, all would be meant. */
static int read_name(const char *value, char *name, size_t size)
{
    if (!value)
        return 0;
    if (!*value || strlen(value) >= size)
        return -EINVAL;
    strcpy(name, value);
    return 0;
}

static int read_retry_all(question_parameter *parameter, void *context, struct question *question)
{
    int result =
        read_name(parameter(context, "folder"), question->folder, sizeof(question->folder));
    result |= read_name(parameter(context, "rule"), question->rule, sizeof(question->rule));
    result |= read_name(parameter(context, "code"), question->code, sizeof(question->code));
    return result;
}

/** One rule, or all. */
static int read_rule(question_parameter *parameter, void *context, struct question *question)
{
    return read_name(parameter(context, "rule"), question->rule, sizeof(question->rule));
}

/** Some bytes, filed as something; with `lead` also where. */
static int read_filing(question_parameter *parameter, void *context, struct question *question)
{
    const char *activity = parameter(context, "activity"), *id = parameter(context, "id");
    uint8_t sha256[DIGEST_SHA256_SIZE];
    int result =
        read_name(parameter(context, "sha256"), question->sha256, sizeof(question->sha256));
    result |= read_name(parameter(context, "lead"), question->lead_id, sizeof(question->lead_id));
    result |= read_name(parameter(context, "rule"), question->rule, sizeof(question->rule));
    result |= read_name(parameter(context, "sender"), question->sender, sizeof(question->sender));
    question->leaves = parameter(context, "leaves") != NULL;
    question->yes = parameter(context, "yes") != NULL;
    for (int i = ACTIVITY_NONE + 1; activity && i < ACTIVITIES; i++)
        if (strcmp(activity, activity_names[i]) == 0)
            question->activity = (enum activity)i;
    question->id = id ? strtoll(id, NULL, 10) : 0;
    bool is_asked = question->kind == ASK_FILINGS;
    bool is_whole = question->activity && *question->lead_id && (is_asked || question->id < 0) &&
                    digest_from_hex(question->sha256, sha256, sizeof(sha256));
    return is_whole ? result : -EINVAL;
}

static int read_list(question_parameter *parameter, void *context, struct question *question)
{
    const char *state = parameter(context, "state");
    const char *below = parameter(context, "below");
    const char *limit = parameter(context, "limit");
    question->state = state ? job_state_from_name(state) : -1;
    question->held = parameter(context, "held") != NULL;
    question->below = below ? strtoll(below, NULL, 10) : 0;
    question->limit = limit ? atoi(limit) : LIST_PAGE;
    if (question->limit < 1 || question->limit > LIST_PAGE)
        question->limit = LIST_PAGE;
    int result =
        read_name(parameter(context, "folder"), question->folder, sizeof(question->folder));
    result |= read_name(parameter(context, "rule"), question->rule, sizeof(question->rule));
    return state && question->state < 0 ? -EINVAL : result;
}

/** How the parameters of a question are read, where it has any. */
static int (*const parameters[ASK_KINDS])(
    question_parameter *parameter, void *context, struct question *question) = {
    [ASK_LIST] = read_list,
    [ASK_RETRY_ALL] = read_retry_all,
    [ASK_FILINGS] = read_filing,
    [ASK_INTEND] = read_filing,
    [ASK_WITHDRAW] = read_filing,
    [ASK_LEFT] = read_filing,
    [ASK_RELEASE] = read_rule,
    [ASK_RECALL] = read_rule,
};

int question_parse(const char *method, const char *path, question_parameter *parameter,
    void *context, struct question *ret_question)
{
    struct question question = {.state = -1};
    for (int kind = 0; kind < ASK_KINDS; kind++) {
        if (strcmp(method, rows[kind].method) != 0 || !matches(rows[kind].path, path, &question.id))
            continue;
        question.kind = (enum question_kind)kind;
        int result = parameters[kind] ? parameters[kind](parameter, context, &question) : 0;
        if (result == 0)
            *ret_question = question;
        return result;
    }
    return -EINVAL;
}

/* ---- answers ---- */

struct answer answer_error(int status, const char *message)
{
    struct json *body = json_object();
    if (json_add_text(body, "error", message) < 0) {
        json_free(body);
        body = NULL;
    }
    return (struct answer){status, body};
}

static struct answer answer_body(struct json *body, int result)
{
    if (result < 0) {
        json_free(body);
        return answer_error(500, "no memory left");
    }
    return (struct answer){200, body};
}

struct collection {
    struct json *array;
    int result;
    struct queue *queue;         /* where more of a job is asked */
    const struct config *config; /* the same */
};

static void add_held(void *context, const char *rule, int64_t emails)
{
    struct collection *collection = context;
    struct json *one = json_object();
    collection->result |= json_add_text(one, "rule", rule);
    collection->result |= json_add_int(one, "emails", emails);
    collection->result |= json_append(collection->array, one);
}

static void add_paced(void *context, const char *sender, int64_t emails)
{
    struct collection *collection = context;
    struct json *one = json_object();
    collection->result |= json_add_text(one, "sender", *sender ? sender : NULL);
    collection->result |= json_add_int(one, "emails", emails);
    collection->result |= json_append(collection->array, one);
}

/** What the send guard holds back: for `release` or `recall`, by rule; for its turn, by sender. */
static int add_all_held(struct queue *queue, struct json *body)
{
    struct collection held = {.array = json_array()}, paced = {.array = json_array()};
    store_held(queue_store(queue), NULL, add_held, &held);
    store_count_paced(queue_store(queue), add_paced, &paced);
    return held.result | paced.result | json_add(body, "held", held.array) |
           json_add(body, "paced", paced.array);
}

/** The first job whose file could not be put away, while all are looked through. */
struct stuck {
    struct queue *queue;
    struct json *first; /* NULL: none yet */
    int result;
};

static void find_stuck(void *context, const struct job *job)
{
    struct stuck *stuck = context;
    CLEANUP(free_text) char *why = stuck->first ? NULL : queue_not_put_away(stuck->queue, job);
    if (!why)
        return;
    stuck->first = json_object();
    stuck->result |= json_add_int(stuck->first, "id", job->id);
    stuck->result |= json_add_text(stuck->first, "folder", job->folder);
    stuck->result |= json_add_text(stuck->first, "path", job->path);
    stuck->result |= json_add_text(stuck->first, "message", why);
}

/** How many files are still to be put away, and why the first is. */
static int add_not_put_away(struct queue *queue, int64_t count, struct json *body)
{
    struct stuck stuck = {.queue = queue};
    int result = json_add_int(body, "not_put_away", count);
    if (count)
        store_not_put_away(queue_store(queue), STUCK_MAX, find_stuck, &stuck);
    return result | stuck.result |
           (stuck.first ? json_add(body, "first_not_put_away", stuck.first)
                        : json_add_null(body, "first_not_put_away"));
}

static struct answer answer_status(struct queue *queue, const struct config *config)
{
    struct store_counts counts;
    store_count(queue_store(queue), NULL, &counts);
    struct json *body = json_object();
    struct json *jobs = json_object();
    int result = json_add_bool(body, "paused", queue_is_paused(queue));
    for (int state = 0; state < JOB_STATES; state++)
        result |= json_add_int(jobs, job_state_names[state], counts.by_state[state]);
    result |= add_all_held(queue, body);
    result |= gone_add_status(config, queue, body);
    result |= json_add(body, "jobs", jobs);
    result |= add_not_put_away(queue, counts.not_put_away, body);
    return answer_body(body, result);
}

/** As gone_view_job(), and why its file is not where it belongs, beside what became of it. */
static struct json *view(struct queue *queue, const struct config *config, const struct job *job)
{
    struct json *object = gone_view_job(config, job);
    CLEANUP(free_text) char *why = queue_not_put_away(queue, job);
    if (!object || !why || json_add_text(object, "not_put_away", why) == 0)
        return object;
    json_free(object);
    return NULL;
}

static void add_job(void *context, const struct job *job)
{
    struct collection *collection = context;
    collection->result |=
        json_append(collection->array, view(collection->queue, collection->config, job));
}

static const char *name_or_any(const char *name)
{
    return *name ? name : NULL;
}

static struct answer answer_list(
    struct queue *queue, const struct config *config, const struct question *question)
{
    struct collection jobs = {.array = json_array(), .queue = queue, .config = config};
    struct store_filter filter = {.folder = name_or_any(question->folder),
        .rule = name_or_any(question->rule),
        .state = question->state,
        .held = question->held,
        .below = question->below,
        .limit = question->limit};
    store_list(queue_store(queue), &filter, add_job, &jobs);
    struct json *body = json_object();
    jobs.result |= json_add(body, "jobs", jobs.array);
    return answer_body(body, jobs.result);
}

static void add_history(void *context, int64_t at_ms, const char *state, const char *why)
{
    struct collection *collection = context;
    char time[CLOCK_TEXT];
    struct json *row = json_object();
    collection->result |= json_add_text(row, "at", clock_rfc3339(at_ms, time));
    collection->result |= json_add_text(row, "state", state);
    collection->result |= json_add_text(row, "why", why);
    collection->result |= json_append(collection->array, row);
}

static struct answer no_such_job(int64_t id)
{
    char message[80];
    snprintf(message, sizeof(message), "there is no job %" PRId64 " in the queue", id);
    return answer_error(404, message);
}

static struct answer answer_show(struct queue *queue, const struct config *config, int64_t id)
{
    CLEANUP(job_freep) struct job *job = store_load(queue_store(queue), id);
    if (!job)
        return no_such_job(id);
    struct collection history = {.array = json_array()};
    store_history(queue_store(queue), id, add_history, &history);
    struct json *body = view(queue, config, job);
    history.result |= json_add(body, "history", history.array);
    return answer_body(body, history.result);
}

/** The answer to a change of one job. */
static struct answer answer_change(struct queue *queue, const struct config *config, int64_t id,
    enum queue_answer outcome, const char *wrong_state)
{
    switch (outcome) {
    case QUEUE_OK:
        return answer_show(queue, config, id);
    case QUEUE_NO_SUCH_JOB:
        return no_such_job(id);
    case QUEUE_JOB_DISCARDED:
        return answer_error(409, "its file is gone: a person deleted it from where failed files "
                                 "lie (discarded); to have "
                                 "it filed after all, put it into the folder again");
    case QUEUE_JOB_IN_HAND:
        return answer_error(409, "the job is in hand just now; wait until it has ended");
    case QUEUE_NOT_PUT_AWAY:
        return answer_error(409, "its file is still to be put away; closedrop show says why that "
                                 "does not work; the job can be forgotten afterwards");
    case QUEUE_BY_HAND:
        return answer_error(409, "the file was uploaded by hand; run closedrop upload again");
    default:
        return answer_error(409, wrong_state);
    }
}

static struct answer answer_forget(struct queue *queue, const struct config *config, int64_t id)
{
    CLEANUP(job_freep) struct job *job = store_load(queue_store(queue), id);
    bool is_folder_gone = job && !config_folder(config, job->folder);
    return answer_change(queue, config, id, queue_forget(queue, id, is_folder_gone), "");
}

/** No failed job fits the names by which it was narrowed. */
static struct answer none_fits(const struct failed_filter *filter)
{
    const char *const names[][2] = {
        {"folder", filter->folder}, {"rule", filter->rule}, {"code", filter->code}};
    struct str message = STR_INIT(1000);
    str_add(&message, "no failed job has");
    const char *before = " ";
    for (size_t i = 0; i < COUNT(names); i++) {
        if (!names[i][1])
            continue;
        str_printf(&message, "%s%s \"%s\"", before, names[i][0], names[i][1]);
        before = " and ";
    }
    struct answer answer = answer_error(404, str_text(&message));
    str_release(&message);
    return answer;
}

static struct answer answer_retried(const struct retried *retried)
{
    struct json *body = json_object(), *left_out = json_object();
    int result = json_add_int(body, "retried", retried->queued);
    for (int i = 0; i < JOB_JUDGED; i++)
        if (retried->left_out[i])
            result |= json_add_int(left_out, job_judged_codes[i], retried->left_out[i]);
    result |= json_add(body, "left_out", left_out);
    return answer_body(body, result);
}

static struct answer answer_retry_all(struct queue *queue, const struct question *question)
{
    const struct failed_filter filter = {.folder = name_or_any(question->folder),
        .rule = name_or_any(question->rule),
        .code = name_or_any(question->code)};
    struct retried retried;
    queue_retry_all(queue, &filter, &retried);
    int64_t fitting = retried.queued;
    for (int i = 0; i < JOB_JUDGED; i++)
        fitting += retried.left_out[i];
    bool is_narrowed = filter.folder || filter.rule || filter.code;
    return is_narrowed && !fitting ? none_fits(&filter) : answer_retried(&retried);
}

static void add_folder(void *context, const char *folder, int64_t jobs, int64_t waiting)
{
    struct collection *collection = context;
    struct json *one = json_object();
    collection->result |= json_add_text(one, "name", folder);
    collection->result |= json_add_int(one, "jobs", jobs);
    collection->result |= json_add_int(one, "waiting", waiting);
    collection->result |= json_append(collection->array, one);
}

static struct answer answer_folders(struct queue *queue)
{
    struct collection folders = {.array = json_array()};
    store_folders(queue_store(queue), add_folder, &folders);
    struct json *body = json_object();
    folders.result |= json_add(body, "folders", folders.array);
    return answer_body(body, folders.result);
}

static void add_filing(void *context, const struct filing *filing)
{
    struct collection *collection = context;
    char time[CLOCK_TEXT];
    struct json *one = json_object();
    collection->result |= json_add_text(one, "lead_id", filing->lead_id);
    collection->result |= json_add_text(one, "rule", *filing->rule ? filing->rule : NULL);
    collection->result |= json_add_text(one, "filed_at", clock_rfc3339(filing->at_ms, time));
    collection->result |= json_append(collection->array, one);
}

static struct answer answer_filings(struct queue *queue, const struct question *question)
{
    struct collection filings = {.array = json_array()};
    struct store *store = queue_store(queue);
    store_filings(
        store, question->sha256, question->activity, question->lead_id, add_filing, &filings);
    struct json *body = json_object();
    filings.result |= json_add(body, "filings", filings.array);
    filings.result |= json_add_bool(
        body, "unclear", store_is_unclear_by_hand(store, question->sha256, question->lead_id));
    filings.result |= json_add_bool(body, "elsewhere",
        store_is_filed_elsewhere(store, question->sha256, question->activity, question->lead_id));
    return answer_body(body, filings.result);
}

/** Whether what is filed without a job may leave the house now; then it is in the ledger. */
static int ask_guard(struct queue *queue, const struct guard_limits *limits,
    const struct question *question, struct json *body)
{
    static const char *const answers[] = {
        [GUARD_ASKS] = "asks", [GUARD_PACES] = "paces", [GUARD_RECALLED] = "asks"};
    char time[CLOCK_TEXT];
    int64_t at_ms = 0;
    const struct leaver leaver = {.id = question->id,
        .rule = question->rule,
        .sender = question->sender,
        .oldest = INT64_MAX, /* a person's, here and now */
        .newest = INT64_MAX,
        .is_released = question->yes};
    enum guard_answer answer = guard_ask(queue, limits, &leaver, &at_ms);
    if (answer == GUARD_LETS_GO) {
        queue_leaves(queue, question->id, question->rule, question->sender);
        return json_add_null(body, "guard");
    }
    return json_add_text(body, "guard", answers[answer]) |
           json_add_text(body, "leaves_at", at_ms ? clock_rfc3339(at_ms, time) : NULL);
}

/** In one transaction, so that of two that come at once the second hears of the first. */
static struct answer answer_intend(
    struct queue *queue, const struct guard_limits *limits, const struct question *question)
{
    struct answer answer = answer_filings(queue, question);
    const struct filing filing = {.lead_id = question->lead_id,
        .rule = question->rule,
        .at_ms = clock_wall_ms(),
        .job = question->id};
    if (answer.status != 200)
        return answer;
    store_remember(queue_store(queue), question->sha256, question->activity, &filing);
    return answer_body(
        answer.body, question->leaves ? ask_guard(queue, limits, question, answer.body) : 0);
}

static struct answer answer_withdraw(struct queue *queue, const struct question *question)
{
    store_unremember(
        queue_store(queue), question->sha256, question->activity, question->lead_id, question->id);
    store_stay(queue_store(queue), question->id);
    return answer_filings(queue, question);
}

static struct answer answer_left(struct queue *queue, const struct question *question)
{
    store_left_again(queue_store(queue), question->id, clock_wall_ms());
    return answer_filings(queue, question);
}

static struct answer answer_record(
    struct queue *queue, const struct config *config, const struct json *told)
{
    struct str why = STR_INIT(1000);
    CLEANUP(job_freep) struct job *job = by_hand_read(told, clock_wall_ms(), &why);
    struct answer answer;
    if (!job)
        answer =
            why.length ? answer_error(400, str_text(&why)) : answer_error(500, "no memory left");
    else if (queue_put_by_hand(queue, job))
        answer = answer_show(queue, config, job->id);
    else
        answer = answer_error(409, "nothing was listed under this id that is still unclear");
    str_release(&why);
    return answer;
}

/* ---- what the send guard holds back ---- */

/** Nothing fits; what there is is said as well. */
static struct answer none_waits(const char *rule, const char *word)
{
    char message[400];
    if (*rule)
        snprintf(message, sizeof(message),
            "no email of rule \"%s\" waits for %s; closedrop list --held shows what does", rule,
            word);
    else
        snprintf(message, sizeof(message), "no email waits for %s", word);
    return answer_error(404, message);
}

static struct answer answer_release(struct queue *queue, const struct question *question)
{
    struct collection held = {.array = json_array()};
    struct json *rules = json_array();
    int result = 0;
    store_held(queue_store(queue), name_or_any(question->rule), add_held, &held);
    for (const struct json *one = json_first(held.array); one; one = json_next(one)) {
        const char *rule = json_get_text(one, "rule");
        if (!rule)
            continue;
        queue_release_rule(queue, rule);
        result |= json_append(rules, json_copy(one));
    }
    json_free(held.array);
    if (!json_first(rules) && !result && !held.result) {
        json_free(rules);
        return none_waits(question->rule, "release");
    }
    struct json *body = json_object();
    result |= json_add(body, "rules", rules);
    return answer_body(body, result | held.result);
}

static struct answer answer_recall(struct queue *queue, const struct question *question)
{
    bool has_more;
    int64_t files = queue_recall_rule(queue, question->rule, &has_more);
    if (!files && !has_more)
        return none_waits(question->rule, "release, or for limits.sends");
    struct json *body = json_object();
    int result = json_add_text(body, "rule", question->rule);
    result |= json_add_bool(body, "more", has_more);
    return answer_body(body, result | json_add_int(body, "files", files));
}

static struct answer answer_pause(struct queue *queue, const struct config *config, bool paused)
{
    queue_set_paused(queue, paused);
    return answer_status(queue, config);
}

struct answer question_answer(
    struct queue *queue, const struct config *config, const struct question *question)
{
    switch (question->kind) {
    case ASK_STATUS:
        return answer_status(queue, config);
    case ASK_LIST:
        return answer_list(queue, config, question);
    case ASK_SHOW:
        return answer_show(queue, config, question->id);
    case ASK_RETRY:
        return answer_change(queue, config, question->id, queue_retry_by_hand(queue, question->id),
            "the job has not failed, there is nothing to retry");
    case ASK_RETRY_ALL:
        return answer_retry_all(queue, question);
    case ASK_FORGET:
        return answer_forget(queue, config, question->id);
    case ASK_FOLDERS:
        return answer_folders(queue);
    case ASK_FILINGS:
        return answer_filings(queue, question);
    case ASK_INTEND:
        return answer_intend(queue, &config->limits.guard, question);
    case ASK_WITHDRAW:
        return answer_withdraw(queue, question);
    case ASK_LEFT:
        return answer_left(queue, question);
    case ASK_RECORD:
        return answer_record(queue, config, question->told);
    case ASK_RELEASE:
        return answer_release(queue, question);
    case ASK_RECALL:
        return answer_recall(queue, question);
    case ASK_RELEASE_JOB:
        return answer_change(queue, config, question->id, queue_release(queue, question->id),
            "the job does not wait for release; closedrop list --held shows what does");
    case ASK_RECALL_JOB:
        return answer_change(queue, config, question->id, queue_recall(queue, question->id),
            "the send guard does not hold the job back; closedrop list --held shows what it does");
    case ASK_PAUSE:
        return answer_pause(queue, config, true);
    default:
        return answer_pause(queue, config, false);
    }
}
