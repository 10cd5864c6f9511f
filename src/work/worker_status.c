/** What the worker reports in status: what is in progress, and why nothing is. */
#include "worker_state.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"

#include <assert.h>
#include <stdio.h>

/** Why nothing (or not all) is done, and how it looks from outside; NULL code: nothing is wrong. */
struct block {
    const char *code;
    const char *message;
};

static struct block s3_block(const struct worker *worker)
{
    if (worker->s3_breaker.reason == BREAKER_REJECTS)
        return (struct block){"s3_refused", worker->s3_rejection};
    if (worker->s3_breaker.state != BREAKER_CLOSED)
        return (struct block){"s3_down", "uploads to S3 fail; files stay queued"};
    return (struct block){NULL, NULL};
}

static struct block block_of(const struct worker *worker)
{
    if (worker->disk_short)
        return (struct block){"disk_full", worker->disk_short};
    if (worker->api_code)
        return (struct block){worker->api_code, worker->api_message};
    return s3_block(worker);
}

struct worker_health worker_health(const struct worker *worker)
{
    const struct block s3 = s3_block(worker);
    return (struct worker_health){.is_key_known = worker->api_code || worker->api_has_worked,
        .is_s3_known = s3.code || worker->s3_success_ms,
        .api_code = worker->api_code,
        .api_message = worker->api_message,
        .s3_code = s3.code,
        .s3_message = s3.message};
}

static_assert((int)API_GROUPS <= WORKER_PACES_MAX, "raise WORKER_PACES_MAX");

static void name_group(int group, char *name, size_t size)
{
    static const char *const names[API_CREATES] = {[API_FORMS] = "other",
        [API_ME] = "me",
        [API_TICKETS] = "upload",
        [API_LEADS] = "lead",
        [API_CONTACTS] = "contact",
        [API_SEARCHES] = "search",
        [API_MERGES] = "merge",
        [API_EVENTS] = "event"};
    if (group < API_CREATES)
        snprintf(name, size, "%s", names[group]);
    else if (group < API_LISTS)
        snprintf(name, size, "create_%s", activity_kind_names[group - API_CREATES]);
    else
        snprintf(name, size, "list_%s", activity_kind_names[group - API_LISTS]);
}

size_t worker_list_paces(
    const struct worker *worker, struct worker_pace ret_paces[WORKER_PACES_MAX])
{
    size_t count = 0;
    int64_t now = clock_steady_ms();
    for (int group = 0; group < API_GROUPS; group++) {
        const struct window *window = &worker->windows[group];
        bool is_known = window->limit && window->limit != WINDOW_NO_LIMIT;
        if (!window->took_ms)
            continue;
        struct worker_pace *pace = &ret_paces[count++];
        name_group(group, pace->group, sizeof(pace->group));
        pace->limit = is_known ? window->limit : -1;
        pace->remaining = is_known && window->told_ms ? window->remaining : -1;
        pace->wait_ms = later(window_opens_at(window, now) - now, 0);
    }
    return count;
}

static int add_blocked(const struct worker *worker, struct json *status)
{
    struct block block = block_of(worker);
    if (!block.code)
        return json_add_null(status, "blocked");
    struct json *blocked = json_object();
    int result = json_add_text(blocked, "code", block.code);
    result |= json_add_text(blocked, "message", block.message);
    return result | json_add(status, "blocked", blocked);
}

/** How fast the file is sent, in bytes per second on average, and how long that still takes. */
static int add_speed(const struct task *task, struct json *transfer)
{
    const struct request *request = task->step.request;
    int64_t sent = request_sent(request);
    int64_t took_ms = clock_steady_ms() - task->started_ms;
    int64_t speed = took_ms > 0 ? sent * 1000 / took_ms : 0;
    int64_t left = later(task->job->identity.size - sent, 0);
    int result = json_add_int(transfer, "speed", speed);
    return result | (speed ? json_add_int(transfer, "seconds_left", (left + speed - 1) / speed)
                           : json_add_null(transfer, "seconds_left"));
}

static bool sends(const struct task *task)
{
    return task->stage == STAGE_SEND && task_request(task);
}

void worker_count_bytes(const struct worker *worker, int64_t *ret_sent, int64_t *ret_size)
{
    *ret_sent = *ret_size = 0;
    for (const struct task *task = worker->tasks; task; task = task->next) {
        if (!sends(task))
            continue;
        *ret_sent += request_sent(task->step.request);
        *ret_size += task->job->identity.size;
    }
}

static struct json *view_transfer(const struct task *task)
{
    struct json *one = json_object();
    bool is_sending = sends(task);
    int result = json_add_int(one, "id", task->job->id);
    result |= json_add_text(one, "folder", task->job->folder);
    result |= json_add_text(one, "path", task->job->path);
    result |= json_add_text(one, "stage", stage_rows[task->stage].name);
    result |= json_add_int(one, "sent", is_sending ? request_sent(task->step.request) : 0);
    result |= json_add_int(one, "size", task->job->identity.size);
    if (is_sending)
        result |= add_speed(task, one);
    if (!result)
        return one;
    json_free(one);
    return NULL;
}

/** Where the tables go that do not answer. */
struct silent {
    struct json *list;
    int result;
};

static void add_silent(void *context, const char *file, const char *message)
{
    struct silent *silent = context;
    struct json *one = json_object();
    silent->result |= json_add_text(one, "file", file);
    silent->result |= json_add_text(one, "message", message);
    silent->result |= json_append(silent->list, one);
}

static int add_tables(const struct worker *worker, struct json *status)
{
    struct silent silent = {json_array(), 0};
    tables_list_silent(worker->tables, add_silent, &silent);
    return silent.result | json_add(status, "tables_away", silent.list);
}

/** Whether somebody is logged in, and until when the access token is good. */
static int add_login(const struct worker *worker, struct json *status)
{
    const struct key *key = &worker->key;
    char ends_at[CLOCK_TEXT];
    if (!key->is_login)
        return json_add_null(status, "login");
    struct json *login = json_object();
    int64_t ends_ms = clock_lead_ms() + key->ends_at_ms;
    int result = json_add_bool(login, "logged_in", *key->text != '\0');
    result |= json_add_text(login, "ends_at", *key->text ? clock_rfc3339(ends_ms, ends_at) : NULL);
    return result | json_add(status, "login", login);
}

int worker_add_status(const struct worker *worker, struct json *status)
{
    struct json *transfers = json_array();
    int result = add_blocked(worker, status) | add_tables(worker, status);
    result |= add_login(worker, status);
    for (const struct task *task = worker->tasks; task; task = task->next)
        result |= json_append(transfers, view_transfer(task));
    return result | json_add(status, "transfers", transfers);
}
