/**
 * Decides which files of a folder are documents (closedrop.conf(5), "IGNORED FILES"). Pure; paths
 * are relative to the folder.
 */
#ifndef CLOSEDROP_INTAKE_FILTER_H
#define CLOSEDROP_INTAKE_FILTER_H

#include "closedrop/config/config.h"

#include <stdbool.h>

/**
 * Whether the file is a document: its name and those of all directories on its path are not
 * ignored, and include and exclude allow it. Checks the whole path, so the caller need not have
 * walked it.
 */
bool filter_takes(const struct folder *folder, const char *path);

/** Why the file is ignored, as a message; NULL if it is a document. */
const char *filter_leaves_out(const struct folder *folder, const char *path);

/** Whether, by its name, the file is the end marker of its directory's batch ("{dir}/READY"). */
bool filter_ends_batch(const struct folder *folder, const char *path);

/**
 * Whether a scan enters the directory and those on its path: they are not temporary or hidden, not
 * a server's own, not excluded, and not the archive or failed directory.
 */
bool filter_enters(const struct folder *folder, const char *path);

#endif
