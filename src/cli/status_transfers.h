/** The transfers in a status, for people. */
#ifndef CLOSEDROP_CLI_STATUS_TRANSFERS_H
#define CLOSEDROP_CLI_STATUS_TRANSFERS_H

#include "status_view.h"

struct json;

/** Append a table of what is in progress; nothing if there are none. */
void status_transfers_add(const struct status_view *view, const struct json *status);

#endif
