/** Handles what events and scans point at. */
#ifndef CLOSEDROP_INTAKE_HINTS_H
#define CLOSEDROP_INTAKE_HINTS_H

#include "folder_state.h"

/** Something may exist under this name: touch the candidate, or ask the queue about it. */
void hint_take(struct watched *folder, const char *path, enum settle_hint hint);

/**
 * The same for a scan; a candidate that waits for a marker or sidecar is inspected at once. For
 * struct scan_calls.
 */
void hint_of_scan(void *context, const char *path);

/**
 * A candidate came to attention again: its wait restarts if its contents may have changed, or ends
 * if it was moved in.
 */
void hint_touch(struct watched *folder, struct candidate *candidate, enum settle_hint hint);

/**
 * A new candidate was moved in, and its state is that of a moment ago: inspected at once, it is not
 * read here, too.
 */
void hint_arrived(struct watched *folder, struct candidate *candidate);

/** A candidate was deleted. A document is remembered as long as it would have taken to settle. */
void hint_deleted(struct watched *folder, struct candidate *candidate);

#endif
