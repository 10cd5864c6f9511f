/** The status for people: what needs a person first, then the agent, the transfers, the folders. */
#ifndef CLOSEDROP_CLI_STATUS_TEXT_H
#define CLOSEDROP_CLI_STATUS_TEXT_H

#include "status_view.h"

struct json;

/** Append a whole status, the answer to ASK_STATUS. */
void status_text_add(const struct status_view *view, const struct json *status);

#endif
