/** What the disk says about one file, found out in a process of its own, because a mount may hang.
 */
#ifndef CLOSEDROP_CLI_EXPLAIN_DISK_H
#define CLOSEDROP_CLI_EXPLAIN_DISK_H

#include "explain.h"

/**
 * Find the file and its folder, by `facts->given` and the configuration: `found`, `place`,
 * `resolved`, and all that stat(2) says. If the disk does not answer, `unanswered` says so, and the
 * folder is found by how the path is spelled. Returns 0 or -ENOMEM.
 */
int disk_find(struct facts *facts);

/** The same for what is next to the file and in it: `lacks`, `writers`, `cut`. */
int disk_read(struct facts *facts);

#endif
