/**
 * The store is read a slice at a time, all of it within a week, as the start of an agent reads all
 * of one in doubt: whether each job, posting and filing is what was written, each index has its
 * rows, and the index of names its names.
 */
#ifndef CLOSEDROP_QUEUE_STORE_VERIFY_H
#define CLOSEDROP_QUEUE_STORE_VERIFY_H

#include "sqlite.h"

/** Read the next slice, in a transaction, which fails if it is damaged. Returns how long the one
 * after it can wait, in ms. */
int64_t verify_slice(struct store *store);

#endif
