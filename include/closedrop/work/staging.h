/**
 * The staging directory of a folder after a start: files that a crash left there are put back,
 * except those that their job still has to put away.
 *
 * Where the folder's files are another process's, that one does it, by the same order twice: the
 * first lists what is there, and the second puts back what the queue says.
 */
#ifndef CLOSEDROP_WORK_STAGING_H
#define CLOSEDROP_WORK_STAGING_H

#include "closedrop/base/wire.h"
#include "closedrop/config/config.h"
#include "closedrop/queue/queue.h"

/**
 * Create `.closedrop/` if it is missing, and move its files back into the folder. Must be called
 * inside a transaction. Returns 0, or a negative errno if the directory cannot be created or
 * opened: then no file of the folder can be put away.
 */
int staging_recover(const struct folder *folder, struct queue *queue);

/** What an order (ORDER_STAGE) begins with if it is not about a stage. */
#define STAGING_ORDER (-1)

/** Add the first order, to list. */
void staging_order_add(struct str *out);

/** In the other process: carry an order out, and add the result; false if it is another one. */
bool staging_order_do(const struct folder *folder, struct wire *order, struct str *result);

/**
 * Read the result of the first order, and add the second. Must be called inside a transaction.
 * Returns how many files it is to put back, or a negative errno: the directory cannot be used, or
 * the result is broken (-EPROTO).
 */
int staging_order_continue(
    const struct folder *folder, struct queue *queue, struct wire *result, struct str *out);

#endif
