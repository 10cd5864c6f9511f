/** Functions on the agent's state that several of its files use. */
#define LOG_MODULE "agent"

#include "agent_state.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/exit_codes.h"
#include "closedrop/base/log.h"
#include "closedrop/queue/reading.h"

#include <errno.h>
#include <stdlib.h>

int agent_commit(struct agent *agent)
{
    int64_t began_ms = clock_steady_ms();
    int result = queue_commit(agent->queue);
    if (result == 0) {
        metrics_count_commit(agent->metrics, clock_steady_ms() - began_ms);
        return 0;
    }
    log_error("the queue in %s cannot be written: %s; exiting, the next start continues from what "
              "is on disk",
        agent->config->state_dir,
        result == -ENOSPC   ? "the disk is full; free some space"
        : result == -ENOMEM ? "out of memory"
                            : "I/O error or damage");
    agent->broken = true;
    agent->stopping = true;
    agent->exit_code = EXIT_NOT_DONE;
    return result;
}

struct agent_folder *agent_folders_new(const struct config *config)
{
    return calloc(config->folder_count + 1, sizeof(struct agent_folder));
}

int64_t agent_count_waiting(const struct agent *agent, const char *folder)
{
    struct queue_counts counts;
    queue_count(agent->queue, folder, &counts);
    return counts.by_state[JOB_QUEUED] + counts.by_state[JOB_UPLOADED] +
           counts.by_state[JOB_ATTACHING] + counts.not_put_away;
}
