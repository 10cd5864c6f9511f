/** What events and scans point at. */
#ifndef CLOSEDROP_INTAKE_HINTS_H
#define CLOSEDROP_INTAKE_HINTS_H

#include "folder_state.h"

/** Something may be there under this name: touch the candidate, or ask the queue about it. */
void hint_take(
    struct watch *watch, struct watched *folder, const char *path, enum settle_hint hint);

/** The same from a scan: candidates look again by themselves. For struct scan_calls. */
void hint_of_scan(void *context, const char *path);

/** A candidate was heard of again: quiet time begins anew where its content may have changed, or
 * ends where it came whole. */
void hint_touch(struct watch *watch, struct candidate *candidate, enum settle_hint hint);

/** A candidate was deleted. A document is remembered for as long as it would have settled. */
void hint_deleted(struct watch *watch, struct candidate *candidate);

#endif
