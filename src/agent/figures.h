/** How things are, for programs that watch the agent. */
#ifndef CLOSEDROP_AGENT_FIGURES_H
#define CLOSEDROP_AGENT_FIGURES_H

#include "closedrop/queue/job.h"

#include <stdbool.h>

struct str;

/** As struct web_source wants them, with the agent as `context`. */
void figures_print(void *context, bool open_metrics, struct str *out);
int figures_judge_health(void *context, char *line);

/** For queue_observe(), with the agent as `context`. */
void figures_count_move(void *context, const struct job *job, enum job_state before);

#endif
