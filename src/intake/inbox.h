/** Messages from the work thread. */
#ifndef CLOSEDROP_INTAKE_INBOX_H
#define CLOSEDROP_INTAKE_INBOX_H

#include "folder_state.h"

/** Take the messages that are there. */
void inbox_take(struct watch *watch);

#endif
