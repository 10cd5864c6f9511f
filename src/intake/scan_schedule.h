/** Which scan of a folder is due, and the one that is under way. */
#ifndef CLOSEDROP_INTAKE_SCAN_SCHEDULE_H
#define CLOSEDROP_INTAKE_SCAN_SCHEDULE_H

#include "folder_state.h"

/** Begin the scan that is due, and go on with the one under way. */
void schedule_go_on(struct watch *watch, struct watched *folder);

/** Give up the scan under way, and begin from the start. */
void schedule_anew(struct watched *folder);

/** Whether all of some folder with events is being scanned, and that goes on. */
bool schedule_is_under_way(const struct watch *watch);

/** When the folder's next scan is due, on the steady clock; 0 for at once. */
int64_t schedule_next(const struct watch *watch, const struct watched *folder);

#endif
