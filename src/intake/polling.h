/** Decides whether a folder is watched by events or by polling, and explains why. */
#ifndef CLOSEDROP_INTAKE_POLLING_H
#define CLOSEDROP_INTAKE_POLLING_H

#include "folder_state.h"

/** Choose events or polling, as its configuration, its file system and the kernel allow. */
void polling_decide(struct watched *folder);

/** Describe in its health which parts have no events, and how to fix that. */
void polling_explain(struct watched *folder);

#endif
