/** Directories that a scan cannot enter. */
#ifndef CLOSEDROP_INTAKE_CLOSED_H
#define CLOSEDROP_INTAKE_CLOSED_H

#include "folder_state.h"

/**
 * Record a directory that cannot be listed or entered for lack of permission, and log it once. For
 * struct scan_calls.
 */
void closed_add(void *context, const char *path);

/** Check them again: scan those that are accessible now, forget those that are gone. */
void closed_recheck(struct watched *folder);

/** Name the first in the folder's health, and how many more there are. */
void closed_name(struct watched *folder);

/** Forget them all. */
void closed_forget(struct watched *folder);

#endif
