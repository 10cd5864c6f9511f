/** The status of the queue, in one answer; the agent adds what only it knows. */
#include "status.h"
#include "folder_status.h"
#include "gone.h"
#include "held.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/queue/queue.h"
#include "closedrop/queue/reading.h"

#include <errno.h>
#include <stdlib.h>

/** How many jobs are searched for the first whose file could not be put away. */
#define STUCK_MAX 1000

/** The search for the first job whose file could not be put away. */
struct stuck {
    struct queue *queue;
    struct json *first; /* NULL: none yet */
    int64_t count;
    int result;
};

static struct json *describe_job(const struct job *job, const char *message)
{
    struct json *object = json_object();
    int result = json_add_int(object, "id", job->id);
    result |= json_add_text(object, "folder", job->folder);
    result |= json_add_text(object, "path", job->path);
    if ((result | json_add_text(object, "message", message)) == 0)
        return object;
    json_free(object);
    return NULL;
}

static void find_stuck(void *context, const struct job *job)
{
    struct stuck *stuck = context;
    CLEANUP(free_text) char *why = stuck->first ? NULL : queue_not_put_away(stuck->queue, job);
    if (!why)
        return;
    stuck->first = describe_job(job, why);
    stuck->result |= stuck->first ? 0 : -ENOMEM;
}

/** Add how many files are still to be put away, and why the first one could not be. */
static int add_not_put_away(struct queue *queue, int64_t count, struct json *body)
{
    struct stuck stuck = {.queue = queue};
    int result = json_add_int(body, "not_put_away", count);
    if (count)
        queue_list_not_put_away(queue, STUCK_MAX, find_stuck, &stuck);
    return result | stuck.result |
           (stuck.first ? json_add(body, "first_not_put_away", stuck.first)
                        : json_add_null(body, "first_not_put_away"));
}

static void add_lacking(void *context, const struct job *job)
{
    struct stuck *lacking = context;
    if (!lacking->first) {
        lacking->first = describe_job(job, job->error_message);
        lacking->result |= lacking->first ? 0 : -ENOMEM;
    }
    lacking->count++;
}

/** How many files were filed, but lack what belongs next to their activities; and what the newest
 * lacks. */
static int add_lacks(struct queue *queue, struct json *body)
{
    struct stuck lacking = {.queue = queue};
    queue_list_lacking(queue, STUCK_MAX, add_lacking, &lacking);
    int result = json_add_int(body, "lacking", lacking.count) | lacking.result;
    return result | (lacking.first ? json_add(body, "last_lacking", lacking.first)
                                   : json_add_null(body, "last_lacking"));
}

static int add_time(struct json *object, const char *key, int64_t wall_ms)
{
    char text[CLOCK_TEXT];
    return json_add_text(object, key, wall_ms ? clock_rfc3339(wall_ms, text) : NULL);
}

static int add_last_run(struct queue *queue, struct json *body)
{
    struct json *run = json_object();
    int result = add_time(run, "started_at", queue_started_ms(queue));
    result |= add_time(run, "stopped_at", queue_stopped_ms(queue));
    return result | json_add(body, "last_run", run);
}

struct answer status_get(const struct asked *asked)
{
    struct queue_counts counts;
    queue_count(asked->queue, NULL, &counts);
    struct json *body = json_object();
    struct json *jobs = json_object();
    int result = json_add_bool(body, "paused", queue_is_paused(asked->queue));
    result |= add_last_run(asked->queue, body);
    for (int state = 0; state < JOB_STATES; state++)
        result |= json_add_int(jobs, job_state_names[state], counts.by_state[state]);
    result |= held_add_status(asked->queue, body);
    result |= gone_add_status(asked->config, asked->queue, body);
    result |= json_add(body, "jobs", jobs);
    result |= add_not_put_away(asked->queue, counts.not_put_away, body);
    result |= add_lacks(asked->queue, body);
    result |= folder_status_add(asked->config, asked->queue, body);
    return answer_body(body, result);
}

struct answer status_pause(const struct asked *asked)
{
    queue_set_paused(asked->queue, true);
    return status_get(asked);
}

struct answer status_resume(const struct asked *asked)
{
    queue_set_paused(asked->queue, false);
    return status_get(asked);
}
