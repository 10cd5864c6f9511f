/**
 * Which files of a folder are documents at all (product.md 5). Pure; paths are relative to the
 * folder.
 */
#ifndef CLOSEDROP_INTAKE_FILTER_H
#define CLOSEDROP_INTAKE_FILTER_H

#include "closedrop/config/config.h"

#include <stdbool.h>

/**
 * Whether the file is one to take: it and every directory on its path have names that documents
 * have, and include and exclude allow it. Whoever asks need not have walked there.
 */
bool filter_takes(const struct folder *folder, const char *path);

/** Why it is not, in words; NULL where it is. */
const char *filter_leaves_out(const struct folder *folder, const char *path);

/** Whether the file is the end marker of its directory's batch ("{dir}/READY"), by its name. */
bool filter_ends_batch(const struct folder *folder, const char *path);

/**
 * Whether a scan goes into the directory, and those on its path: not temporary or hidden, not what
 * a server keeps for itself, not excluded, not where finished files lie.
 */
bool filter_enters(const struct folder *folder, const char *path);

#endif
