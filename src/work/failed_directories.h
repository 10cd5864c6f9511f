/** The directories that failed files were ever put into, whatever they are called by now. */
#ifndef CLOSEDROP_WORK_FAILED_DIRECTORIES_H
#define CLOSEDROP_WORK_FAILED_DIRECTORIES_H

#include "closedrop/config/config.h"

/** Know the one of a folder, open at `root`, from now on; inside a transaction. Where directories
 * have no handle that lasts, nothing is known. */
void failed_directories_note(struct queue *queue, const struct folder *folder, int root);

/**
 * Whether `path` below `root` is in one of those of the folder `folder`: 1, 0, or a
 * negative errno where that cannot be told.
 */
int failed_directories_have(struct queue *queue, const char *folder, int root, const char *path);

#endif
