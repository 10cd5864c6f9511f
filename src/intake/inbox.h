/** Handles messages from the work thread. */
#ifndef CLOSEDROP_INTAKE_INBOX_H
#define CLOSEDROP_INTAKE_INBOX_H

#include "folder_state.h"

/** Handle all pending messages. */
void inbox_take(struct watch *watch);

#endif
