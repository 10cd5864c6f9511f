/** The directories that failed files were ever put into, whatever they are called by now. */
#ifndef CLOSEDROP_WORK_FAILED_DIRECTORIES_H
#define CLOSEDROP_WORK_FAILED_DIRECTORIES_H

#include "failed_names.h"

#include "closedrop/base/wire.h"
#include "closedrop/config/config.h"
#include "closedrop/queue/queue.h"

#include <stdbool.h>

/** Name those of a folder, open at `root`, as they are now; to be released. Where directories have
 * no handle that lasts, there are none. */
void failed_directories_name(struct failed_names *names, const struct folder *folder, int root);
void failed_names_release(struct failed_names *names);

/** Whether it is such a name of this folder. */
bool failed_name_is_of(const char *name, const struct folder *folder);

/** Know them from now on; inside a transaction. */
void failed_directories_keep(struct queue *queue, const struct failed_names *names);

/** Name them and know them. */
void failed_directories_note(struct queue *queue, const struct folder *folder, int root);

/** Add the names of the directories that `path` below `root` is in, as if they were such, or why
 * that cannot be told. */
void failed_directories_list_above(struct str *out, const char *folder, int root, const char *path);

/** Read them, to the end: whether one of them is one of the folder's. 1, 0, or a negative errno
 * where that cannot be told. */
int failed_directories_know(struct queue *queue, const struct folder *folder, struct wire *wire);

#endif
