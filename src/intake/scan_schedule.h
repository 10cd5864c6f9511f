/** Decides which scan of a folder is due, and drives the one in progress. */
#ifndef CLOSEDROP_INTAKE_SCAN_SCHEDULE_H
#define CLOSEDROP_INTAKE_SCAN_SCHEDULE_H

#include "folder_state.h"

/** Start the scan that is due, or continue the one in progress. */
void schedule_go_on(struct watch *watch, struct watched *folder);

/** Give up the scan in progress, and start again. */
void schedule_anew(struct watched *folder);

/** Whether a whole scan of a folder with events is in progress and can continue. */
bool schedule_is_under_way(const struct watch *watch);

/** When the folder's next scan is due, on the steady clock; 0: at once. */
int64_t schedule_next(const struct watch *watch, const struct watched *folder);

#endif
