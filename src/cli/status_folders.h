/** The folders in a status, for people. */
#ifndef CLOSEDROP_CLI_STATUS_FOLDERS_H
#define CLOSEDROP_CLI_STATUS_FOLDERS_H

#include "status_view.h"

struct json;

/** Append a table of the folders, with what each of them waits for; nothing if there are none. */
void status_folders_add(const struct status_view *view, const struct json *status);

#endif
