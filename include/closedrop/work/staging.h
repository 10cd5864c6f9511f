/**
 * The staging directory of a folder after a start: files that a crash left there are put back.
 */
#ifndef CLOSEDROP_WORK_STAGING_H
#define CLOSEDROP_WORK_STAGING_H

#include "closedrop/config/config.h"
#include "closedrop/queue/queue.h"

/**
 * Create `.closedrop/` if it is missing, and move its files back into the folder, except those that
 * their job still has to put away. Must be called inside a transaction. Returns 0, or a negative
 * errno if the directory cannot be created or opened: then no file of the folder can be put away.
 */
int staging_recover(const struct folder *folder, struct queue *queue);

#endif
