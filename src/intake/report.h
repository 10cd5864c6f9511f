/**
 * Reports from the watch thread to the work thread. If memory is short, a later scan finds what
 * could not be reported.
 */
#ifndef CLOSEDROP_INTAKE_REPORT_H
#define CLOSEDROP_INTAKE_REPORT_H

#include "folder_state.h"

/** Report a file that was seen, to ask whether the queue knows it. */
void report_seen(
    struct watched *folder, const char *path, const struct file_state *state, bool moved_in);

/** Report that a file is no longer at a path. */
void report_left(struct watched *folder, const char *path);

/** Report an end marker that is unchanged and covers no candidate. */
void report_spent(struct watched *folder, const struct candidate *marker);

/** Report a directory that has been empty for a while. */
void report_empty(struct watched *folder, const char *path, const struct file_state *state);

/**
 * Report that a candidate is finished or, with `refusal` (else NULL), that it can never be sent.
 */
void report_settled(
    struct watched *folder, const struct candidate *candidate, const struct settle_step *refusal);

/** Send the collected reports, the health of each folder if it has changed, and the answers to
 * MESSAGE_PING. */
void report_send(struct watch *watch);

#endif
