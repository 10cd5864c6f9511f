/** What the worker reports in status: what is in progress, and why nothing is. */
#include "worker_state.h"

#include "closedrop/base/json.h"

/** Why nothing (or not all) is done, and how it looks from outside; NULL code: nothing is wrong. */
struct block {
    const char *code;
    const char *message;
};

static struct block block_of(const struct worker *worker)
{
    if (worker->disk_short)
        return (struct block){"disk_full", worker->disk_short};
    if (worker->api_code)
        return (struct block){worker->api_code, worker->api_message};
    if (worker->s3_breaker.reason == BREAKER_REJECTS)
        return (struct block){"s3_refused", worker->s3_rejection};
    if (worker->s3_breaker.state != BREAKER_CLOSED)
        return (struct block){"s3_down", "uploads to S3 fail; files stay queued"};
    return (struct block){NULL, NULL};
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

int worker_add_status(const struct worker *worker, struct json *status)
{
    struct json *transfers = json_array();
    int result = add_blocked(worker, status);
    for (const struct task *task = worker->tasks; task; task = task->next) {
        struct json *one = json_object();
        bool is_sending = task->stage == STAGE_SEND && task_request(task);
        result |= json_add_int(one, "id", task->job->id);
        result |= json_add_text(one, "folder", task->job->folder);
        result |= json_add_text(one, "path", task->job->path);
        result |= json_add_text(one, "stage", stage_rows[task->stage].name);
        result |= json_add_int(one, "sent", is_sending ? request_sent(task->step.request) : 0);
        result |= json_add_int(one, "size", task->job->identity.size);
        result |= json_append(transfers, one);
    }
    return result | json_add(status, "transfers", transfers);
}
