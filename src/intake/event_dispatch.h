/** Passes file events on to the folders and files that they are about. */
#ifndef CLOSEDROP_INTAKE_EVENT_DISPATCH_H
#define CLOSEDROP_INTAKE_EVENT_DISPATCH_H

#include "folder_state.h"

/** Handle the pending events, up to a slice of them. Returns whether there are more. */
bool event_dispatch(struct watch *watch);

#endif
