/** The history of a job as JSON. */
#include "closedrop/queue/job_history.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/queue/reading.h"

struct history {
    struct json *array;
    int result;
};

static void add_row(void *context, int64_t at_ms, const char *state, const char *why)
{
    struct history *history = context;
    char time[CLOCK_TEXT];
    struct json *row = json_object();
    history->result |= json_add_text(row, "at", clock_rfc3339(at_ms, time));
    history->result |= json_add_text(row, "state", state);
    history->result |= json_add_text(row, "why", why);
    history->result |= json_append(history->array, row);
}

struct json *job_history(struct queue *queue, int64_t job)
{
    struct history history = {.array = json_array()};
    queue_history(queue, job, add_row, &history);
    if (!history.result)
        return history.array;
    json_free(history.array);
    return NULL;
}
