/**
 * The staging directory of a folder after a start: what an unclean end left there goes back.
 */
#ifndef CLOSEDROP_WORK_STAGING_H
#define CLOSEDROP_WORK_STAGING_H

#include "closedrop/config/config.h"
#include "closedrop/queue/queue.h"

/**
 * Make `.closedrop/` where it is missing and empty it back into the folder, but for files whose job
 * still has to put them away. Inside a transaction. Returns 0, or a negative errno where the
 * directory cannot be had: then no file of the folder can be put away.
 */
int staging_recover(const struct folder *folder, struct queue *queue);

#endif
