/** Has the queue forget what is older than `history`, between the turns of the loop. */
#define LOG_MODULE "agent"

#include "pruning.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/log.h"
#include "closedrop/base/units.h"

/** Of the time, one part for this and so many for everything else, while files are in progress and
 * while none is. */
#define REST_BUSY 19
#define REST_IDLE 3
#define AGAIN_MS (24LL * 3600 * 1000)

/** What is done is counted while the bar is shown, and a full disk has no room for a log. */
static bool may_prune(const struct agent *agent)
{
    return agent->config->history_ms && !agent->stopping && !agent->disk_short &&
           !agent->bar.is_shown;
}

static void tell_pruned(const struct pruning *pruning)
{
    char age[UNITS_DURATION];
    if (pruning->jobs)
        log_info("%lld jobs that ended more than %s ago were forgotten (\"history\")",
            (long long)pruning->jobs, units_duration_text(pruning->history_ms, age));
}

/** A page of jobs or, once all have been checked, some of their room. Returns whether there may be
 * more to do. */
static bool take_step(struct agent *agent)
{
    struct pruning *pruning = &agent->pruning;
    int64_t before_ms = clock_wall_ms() - pruning->history_ms;
    if (prune_is_over(&pruning->walk))
        return queue_give_back(agent->queue);
    pruning->jobs += queue_prune(agent->queue, before_ms, false, &pruning->walk);
    return true;
}

static int64_t rest_after(const struct agent *agent, int64_t took_ms)
{
    return later(took_ms, 1) * (worker_count_claimed(agent->worker) ? REST_BUSY : REST_IDLE);
}

static void begin_again(struct pruning *pruning, int64_t history_ms, int64_t due_ms)
{
    *pruning = (struct pruning){.history_ms = history_ms, .due_ms = due_ms};
}

void pruning_turn(struct agent *agent)
{
    struct pruning *pruning = &agent->pruning;
    int64_t begun_ms = clock_steady_ms();
    if (pruning->history_ms != agent->config->history_ms)
        begin_again(pruning, agent->config->history_ms, begun_ms);
    if (!may_prune(agent) || begun_ms < pruning->due_ms)
        return;
    queue_begin(agent->queue);
    bool has_more = take_step(agent);
    if (agent_commit(agent) < 0)
        return;
    int64_t now_ms = clock_steady_ms();
    pruning->due_ms = now_ms + rest_after(agent, now_ms - begun_ms);
    if (has_more)
        return;
    tell_pruned(pruning);
    begin_again(pruning, pruning->history_ms, now_ms + AGAIN_MS);
}

void pruning_soon(struct agent *agent)
{
    begin_again(&agent->pruning, agent->config->history_ms, clock_steady_ms());
}

int64_t pruning_timeout(const struct agent *agent)
{
    return may_prune(agent) ? later(agent->pruning.due_ms - clock_steady_ms(), 0) : INT64_MAX;
}
