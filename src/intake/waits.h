/** What the candidates of each folder wait for. */
#ifndef CLOSEDROP_INTAKE_WAITS_H
#define CLOSEDROP_INTAKE_WAITS_H

#include "folder_state.h"

/** Count it and name the first of each kind, in the health of each folder. */
void waits_count(struct watch *watch);

#endif
