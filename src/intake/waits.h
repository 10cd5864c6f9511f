/** Counts what the candidates of each folder wait for. */
#ifndef CLOSEDROP_INTAKE_WAITS_H
#define CLOSEDROP_INTAKE_WAITS_H

#include "folder_state.h"

/** Count the waits in the health of each folder, and name the first file of each kind. */
void waits_count(struct watch *watch);

#endif
