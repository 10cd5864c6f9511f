/** When the worker has something to do next. */
#include "claim.h"
#include "discards.h"
#include "elsewhere.h"
#include "health.h"
#include "held_news.h"
#include "paced.h"
#include "pacing.h"
#include "search.h"
#include "tell.h"
#include "worker_key.h"

#include "closedrop/base/clock.h"

/** When the first thing that time alone brings about is due, on the steady clock. */
static int64_t next_steady(const struct worker *worker)
{
    int64_t next = earlier(health_due_at(worker), tables_next(worker->tables));
    if (worker->api_breaker.reason == BREAKER_KEY_REFUSED)
        next = earlier(next, worker->key_poll_ms);
    for (size_t i = 0; i < worker->config->folder_count; i++)
        if (worker->folders[i].classify_again_ms)
            next = earlier(next, worker->folders[i].classify_again_ms);
    return next;
}

/** When the first request of a claimed job may go, on the steady clock. */
static int64_t next_send(const struct worker *worker)
{
    int64_t next = INT64_MAX, now = clock_steady_ms();
    for (const struct task *task = worker->tasks; task; task = task->next)
        if (task->step.kind == STEP_READY)
            next = earlier(
                next, window_opens_at(&worker->windows[request_group(task->step.request)], now));
    return next;
}

/** While a suspect is claimed, or waits for the last of the others to end, nothing is claimed. */
static bool is_held_up(struct worker *worker)
{
    if (!worker->tasks)
        return false;
    return worker->tasks->alone || (worker->has_suspects && claim_suspect_is_due(worker));
}

static bool goes_on_by_itself(const struct worker *worker, const struct task *task)
{
    switch (task->step.kind) {
    case STEP_START:
    case STEP_COPYING:
    case STEP_READING:
    case STEP_ENDED:
        return true;
    case STEP_SEARCH:
        return search_is_over(worker, task);
    default:
        return false;
    }
}

static bool is_busy(const struct worker *worker)
{
    if (discards_are_running(worker))
        return true;
    for (size_t i = 0; i < worker->config->folder_count; i++)
        if (worker->folders[i].classifying == CLASSIFY_GOES_ON)
            return true;
    for (const struct task *task = worker->tasks; task; task = task->next)
        if (goes_on_by_itself(worker, task))
            return true;
    return false;
}

int64_t worker_timeout(struct worker *worker)
{
    if (is_busy(worker))
        return 0;
    int64_t next = earlier(next_send(worker), elsewhere_next(worker));
    next = earlier(next, worker_key_due_at(worker));
    if (!worker->stopping)
        next = earlier(next, next_steady(worker));
    int64_t wait = next == INT64_MAX ? INT64_MAX : next - clock_steady_ms();
    if (!worker->stopping)
        wait = earlier(wait, earlier(held_news_wait(worker), paced_wait(worker)));
    if (!worker->stopping)
        wait = earlier(wait, tell_wait(worker));
    if (!worker->stopping && !is_held_up(worker))
        wait = earlier(wait, pacing_wait(worker));
    return later(wait, 0);
}
