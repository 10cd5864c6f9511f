/** Files that wait after an error. */
#ifndef CLOSEDROP_DOCTOR_WAITING_H
#define CLOSEDROP_DOCTOR_WAITING_H

#include "diagnosis.h"

struct client;

/**
 * What pages of jobs that have not ended say: how many of them had an error, with the oldest. Pure;
 * returns false if there are none.
 */
bool waiting_judge(const struct json *pages, struct finding *ret_finding);

/** Ask for them; the answers are kept in the diagnosis. */
void waiting_ask(struct diagnosis *diagnosis, struct client *client);

/** Report what the answers say. */
void waiting_probe(const struct diagnosis *diagnosis);

#endif
