/** Tends the queue in slices, and rests after each as many times as long as it took. */
#include "upkeep.h"

#include "closedrop/base/clock.h"

/** So it takes a tenth of the time while nothing is in progress, else hardly any. */
#define RESTS_IDLE 10
#define RESTS_BUSY 500
/** If there was nothing more to do, it is not asked more often, which costs a search. */
#define NOTHING_MS 1000

int64_t upkeep_timeout(const struct agent *agent)
{
    return later(later(agent->upkeep_ms, agent->upkeep_due_ms) - clock_steady_ms(), 0);
}

static int64_t rest_ms(const struct agent *agent, int64_t took_ms)
{
    bool is_busy = worker_count_claimed(agent->worker) > 0;
    return later(took_ms, 1) * (is_busy ? RESTS_BUSY : RESTS_IDLE);
}

void upkeep_run(struct agent *agent)
{
    int64_t began_ms = clock_steady_ms();
    if (agent->broken || agent->disk_short || began_ms < agent->upkeep_ms)
        return;
    queue_begin(agent->queue);
    int64_t wait_ms = queue_tend(agent->queue);
    if (agent_commit(agent) < 0)
        return;
    int64_t now_ms = clock_steady_ms(), rest = rest_ms(agent, now_ms - began_ms);
    agent->upkeep_ms = now_ms + (wait_ms ? later(rest, NOTHING_MS) : rest);
    agent->upkeep_due_ms = now_ms + wait_ms;
}
