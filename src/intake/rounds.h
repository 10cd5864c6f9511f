/** Which scan of a folder is due, and the one that is under way. */
#ifndef CLOSEDROP_INTAKE_ROUNDS_H
#define CLOSEDROP_INTAKE_ROUNDS_H

#include "folder_state.h"

/** Begin the round that is due, and go on with the one under way. */
void rounds_go_on(struct watch *watch, struct watched *folder);

/** Give up the round under way, and begin from the start. */
void rounds_anew(struct watched *folder);

/** Whether all of some folder with events is being scanned, and that goes on. */
bool rounds_are_under_way(const struct watch *watch);

/** When the folder's next round is due, on the steady clock; 0 for at once. */
int64_t rounds_next(const struct watch *watch, const struct watched *folder);

#endif
