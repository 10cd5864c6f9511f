/** File events, each brought to the folder and the name that it is about. */
#ifndef CLOSEDROP_INTAKE_EVENT_DISPATCH_H
#define CLOSEDROP_INTAKE_EVENT_DISPATCH_H

#include "folder_state.h"

/** Take the events that are there, a slice of them. Returns whether there are more. */
bool event_dispatch(struct watch *watch);

#endif
