/** How much of what may be in progress at once, and how fast: lanes, rate limits, back-off. */
#include "pacing.h"

#include "closedrop/base/array.h"
#include "closedrop/base/clock.h"
#include "closedrop/http/http.h"
#include "closedrop/queue/backoff.h"
#include "closedrop/work/answer.h"

#include <stdlib.h>

/** A place that cannot be used: back-off ends here, whatever retry_max says. */
#define ASK_MAX_MS (5 * 60 * 1000)
/** A file of 4 MB is through in 44 s then, and a form is good for 60. */
#define BANDWIDTH_EACH_MIN (96 * 1024)
/** Jobs whose file is only to be put away take no slot, but do not pile up either. */
#define FINISHING_MAX 32

static const enum lane all_lanes[] = {LANE_PUT_AWAY, LANE_ATTACH, LANE_SEND};

int pacing_send_request(struct worker *worker, struct request *request)
{
    window_take(&worker->windows[request_group(request)], clock_steady_ms());
    return http_start(worker->http, request);
}

/** What the end of a request says about its group's window, and about the time at Close. */
static void take_end(struct worker *worker, const struct request *request)
{
    struct window *window = &worker->windows[request_group(request)];
    int64_t now = clock_steady_ms();
    struct allowance told;
    bool is_told = answer_allowance(request, &told);
    if (request_end(request) == TRANSFER_ANSWERED)
        window_answered(window, request_began_ms(request), now, is_told ? &told : NULL);
    else
        window_lost(window, request_was_sent(request));
    close_clock_take(&worker->close_clock, answer_close_ms(request), now);
}

void pacing_drop_request(struct worker *worker, struct request **request)
{
    if (!*request)
        return;
    if (request_began_ms(*request))
        take_end(worker, *request);
    http_stop(worker->http, *request);
    request_free(*request);
    *request = NULL;
}

void pacing_drop_task_request(struct worker *worker, struct task *task)
{
    if (!task_request(task))
        return;
    pacing_drop_request(worker, &task->step.request);
    task->step = (struct step){.kind = STEP_START};
}

int64_t pacing_ask_delay(const struct worker *worker, int tries)
{
    const struct limits *limits = &worker->config->limits;
    int64_t most = limits->retry_max_ms < ASK_MAX_MS ? limits->retry_max_ms : ASK_MAX_MS;
    return backoff_delay(tries, limits->retry_first_ms, most, backoff_chance());
}

void pacing_doubt(struct worker *worker)
{
    worker->key_poll_ms = 0; /* a token that was renewed meanwhile is read first of all */
    breaker_doubt(&worker->api_breaker);
}

struct api worker_api(const struct worker *worker, const struct config *config)
{
    return (struct api){
        .url = config->close.api_url,
        .key = &worker->key,
        .options = {.ca_file = config->close.ca_file,
            .proxy = config->close.proxy,
            .timeout_ms = config->limits.timeout_ms},
    };
}

static size_t count_tasks(const struct worker *worker, bool finishing)
{
    size_t count = 0;
    for (const struct task *task = worker->tasks; task; task = task->next)
        count += (task->stage == STAGE_FINISH) == finishing;
    return count;
}

size_t worker_count_claimed(const struct worker *worker)
{
    return count_tasks(worker, false) + count_tasks(worker, true);
}

/**
 * How many files are sent at once: fewer if a bandwidth limit would leave each so little that the
 * form of a small one expires (after 60 s) before all of it is sent; but at least two, so that a
 * large file does not keep all others waiting.
 */
static size_t transfers_now(const struct limits *limits)
{
    int64_t most = later(limits->bandwidth / BANDWIDTH_EACH_MIN, 2);
    return (size_t)(limits->bandwidth ? earlier(most, limits->transfers) : limits->transfers);
}

/** Those that still have to ask Close: a long upload says nothing of whether it is there. */
static size_t count_asking(const struct worker *worker)
{
    size_t count = 0;
    for (const struct task *task = worker->tasks; task; task = task->next)
        count += task->stage != STAGE_SEND && task->stage != STAGE_FINISH &&
                 task->stage != STAGE_COMPARE;
    return count;
}

/** Those that may still show whether S3 is back: not uploads from before it went. */
static size_t count_trials(const struct worker *worker)
{
    size_t count = 0;
    for (const struct task *task = worker->tasks; task; task = task->next)
        count += task->stage == STAGE_RESOLVE || task->stage == STAGE_TICKET ||
                 (task->stage == STAGE_SEND &&
                     (task->step.kind != STEP_ASKING || task->started_ms >= worker->s3_tripped_ms));
    return count;
}

/** Whether Close and a slot are free for anything at all. */
static bool is_free(const struct worker *worker)
{
    return !worker->paused && !worker->stopping &&
           breaker_lets_through(&worker->api_breaker, count_asking(worker)) &&
           count_tasks(worker, false) < transfers_now(&worker->config->limits);
}

/** When a group has requests left; 0 where it has. */
static int64_t paced_until(const struct worker *worker, size_t group)
{
    return window_shut_until(&worker->windows[group], clock_steady_ms());
}

/** When the activity of a rule may be created, or `with_target` also its target be asked for. */
static int64_t rule_paced_until(
    const struct worker *worker, const struct rule *rule, bool with_target)
{
    int64_t at = paced_until(worker, API_CREATES + rule->activity);
    if (with_target && rule->source == SOURCE_FIND)
        at = later(at, paced_until(worker, API_SEARCHES));
    if (with_target && rule->source == SOURCE_TEMPLATE)
        at = later(at, paced_until(worker, API_LISTS + rule->activity));
    if (with_target && rule->contact_id)
        at = later(at, paced_until(worker, API_CONTACTS));
    return at;
}

/** The same for the first of a folder's rules that may. */
static int64_t rules_paced_until(
    const struct worker *worker, const struct folder *folder, bool with_target)
{
    int64_t at = folder->rules[0] ? INT64_MAX : 0;
    for (struct rule **rule = folder->rules; *rule; rule++)
        at = earlier(at, rule_paced_until(worker, *rule, with_target));
    return at;
}

/**
 * When a file may be begun. A folder with rules sends nothing while none of its activities may be
 * created, so that uploads do not run far ahead of the activities they wait for; nor while no
 * target may be asked for, or all that is queued would be taken up and put back in turn.
 */
static int64_t send_paced_until(const struct worker *worker, const struct folder *folder)
{
    int64_t at = later(paced_until(worker, API_TICKETS), paced_until(worker, API_FORMS));
    if (folder->rules[0])
        at = later(
            later(at, paced_until(worker, API_LEADS)), rules_paced_until(worker, folder, true));
    return at;
}

/**
 * When a lane is free for the jobs of a folder, on the steady clock; INT64_MAX where no time brings
 * that about.
 */
static int64_t lane_free_at(const struct worker *worker, size_t index, enum lane lane)
{
    const struct folder_view *view = &worker->folders[index];
    if (!view->healthy || worker->disk_short)
        return INT64_MAX;
    if (lane == LANE_PUT_AWAY)
        return count_tasks(worker, true) < FINISHING_MAX && !worker->stopping ? 0 : INT64_MAX;
    if (!is_free(worker) || view->classifying != CLASSIFY_DONE)
        return INT64_MAX;
    const struct folder *folder = &worker->config->folders[index];
    if (lane == LANE_ATTACH)
        return rules_paced_until(worker, folder, false);
    int64_t at = send_paced_until(worker, folder);
    if (worker->s3_breaker.state == BREAKER_CLOSED)
        return at;
    /* one goes first, to see whether S3 is back */
    return count_trials(worker) ? INT64_MAX : later(at, worker->s3_breaker.ask_at);
}

/** The lanes of a folder, by its index, that are free now. */
unsigned pacing_free_lanes(const struct worker *worker, size_t index)
{
    int64_t now = clock_steady_ms();
    unsigned lanes = 0;
    for (size_t i = 0; i < COUNT(all_lanes); i++)
        if (lane_free_at(worker, index, all_lanes[i]) <= now)
            lanes |= all_lanes[i];
    return lanes;
}

bool pacing_can_attach(const struct worker *worker, size_t index)
{
    return lane_free_at(worker, index, LANE_ATTACH) <= clock_steady_ms();
}

bool pacing_may_attach(
    const struct worker *worker, enum activity_kind activity, int64_t *ret_wait_ms)
{
    bool is_open =
        !worker->paused && !worker->stopping && breaker_lets_through(&worker->api_breaker, 0);
    *ret_wait_ms = later(paced_until(worker, API_CREATES + activity) - clock_steady_ms(), 0);
    return is_open && !*ret_wait_ms;
}

/** In how many ms the first job of a folder's lane can be claimed; INT64_MAX for never. */
static int64_t lane_wait(struct worker *worker, size_t index, enum lane lane)
{
    struct due *due = worker->folders[index].due;
    int64_t due_ms = earlier(queue_next_due(worker->queue, due, lane, false),
        queue_next_due(worker->queue, due, lane, true));
    int64_t free_at = due_ms == INT64_MAX ? INT64_MAX : lane_free_at(worker, index, lane);
    return free_at == INT64_MAX ? INT64_MAX
                                : later(due_ms - clock_wall_ms(), free_at - clock_steady_ms());
}

int64_t pacing_wait(struct worker *worker)
{
    int64_t wait_ms = INT64_MAX;
    for (size_t i = 0; i < worker->config->folder_count; i++)
        for (size_t j = 0; j < COUNT(all_lanes); j++)
            wait_ms = earlier(wait_ms, lane_wait(worker, i, all_lanes[j]));
    return wait_ms;
}
