/** Whether a folder is watched by events or by polling, and why. */
#ifndef CLOSEDROP_INTAKE_POLLING_H
#define CLOSEDROP_INTAKE_POLLING_H

#include "folder_state.h"

/** By events or by polling, as its configuration, its file system and the kernel allow. */
void polling_decide(struct watched *folder);

/** Say in its health what of it has no events, and how to mend that. */
void polling_explain(struct watched *folder);

#endif
