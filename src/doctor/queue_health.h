/** The queue: whether it can be used, and what in it needs a person. */
#ifndef CLOSEDROP_DOCTOR_QUEUE_HEALTH_H
#define CLOSEDROP_DOCTOR_QUEUE_HEALTH_H

#include "diagnosis.h"

/** The findings about a status, at most this many. */
#define QUEUE_FINDINGS 6

/**
 * What the status (of the agent, or of the queue) says: one finding "ok" with the numbers, or one
 * for each thing that needs a person. Returns how many. Pure.
 */
int queue_health_judge(const struct json *status, struct finding ret_findings[QUEUE_FINDINGS]);

/** What the agent says about one of its folders. Pure. */
struct finding queue_health_judge_folder(const struct json *folder);

/** Ask the agent, or open the queue; the answer is kept in the diagnosis. */
void queue_health_ask(struct diagnosis *diagnosis);

/** Report what the answer says about the queue. */
void queue_health_probe(const struct diagnosis *diagnosis);

/** Report what the agent says about its folders. */
void queue_health_probe_folders(const struct diagnosis *diagnosis);

#endif
