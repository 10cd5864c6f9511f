/** Starts, continues and ends the scans of folders. */
#ifndef CLOSEDROP_INTAKE_SCANNING_H
#define CLOSEDROP_INTAKE_SCANNING_H

#include "folder_state.h"

/** Start the scan that is due, and continue the one in progress. */
void scanning_continue(struct watched *folder);

/** Abandon the scan in progress, and start over. */
void scanning_restart(struct watched *folder);

/** Whether a whole scan of a folder with events is in progress and has room to continue. */
bool scanning_is_running(const struct watch *watch);

/** When the folder needs scanning_continue(), on the steady clock; 0 for at once. */
int64_t scanning_next(const struct watched *folder);

#endif
