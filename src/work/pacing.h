/** How much of what may be in progress at once, and how fast. */
#ifndef CLOSEDROP_WORK_PACING_H
#define CLOSEDROP_WORK_PACING_H

#include "worker_state.h"

/** Start a request, which counts for its group's window. Returns 0 or a negative errno. */
int pacing_send_request(struct worker *worker, struct request *request);

/** The end of a request, answered or not: what it says about asking again counts for its group. */
void pacing_drop_request(struct worker *worker, struct request **request);

/** The same for that of a task, if it has one; its stage would start again then. */
void pacing_drop_task_request(struct worker *worker, struct task *task);

/** Close by this configuration, with the key of now. All texts stay their owners'. */
struct api worker_api(const struct worker *worker, const struct config *config);

/** How long a place is left alone that could not be used `tries` times. */
int64_t pacing_ask_delay(const struct worker *worker, int tries);

/** Whether what is uploaded in a folder, by its index, can be claimed now. */
bool pacing_can_attach(const struct worker *worker, size_t index);

/** Whether an activity of that kind may be created now; `ret_wait_ms`: else in how long. */
bool pacing_may_attach(
    const struct worker *worker, enum activity_kind activity, int64_t *ret_wait_ms);

/** From which lanes of a folder, by its index, a job may be claimed now. */
unsigned pacing_free_lanes(const struct worker *worker, size_t index);

/** In how many ms a job can be claimed from any lane; INT64_MAX for never. */
int64_t pacing_wait(struct worker *worker);

/** Doubt that Close is there and takes the key or token: that is asked before all else. */
void pacing_doubt(struct worker *worker);

#endif
