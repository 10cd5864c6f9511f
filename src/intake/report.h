/** What the watch thread tells the work thread; what finds no memory is found by a scan later. */
#ifndef CLOSEDROP_INTAKE_REPORT_H
#define CLOSEDROP_INTAKE_REPORT_H

#include "folder_state.h"

/** Say that a file was seen: the queue is asked whether it knows it. */
void report_seen(struct watch *watch, struct watched *folder, const char *path,
    const struct file_state *state, bool moved_in);

/** A file is no longer at a path. */
void report_left(struct watch *watch, struct watched *folder, const char *path);

/** An end marker is quiet, and no candidate is covered by it. */
void report_spent(struct watch *watch, const struct candidate *marker);

/** A directory in which there is nothing, and has been nothing for a while. */
void report_empty(
    struct watch *watch, struct watched *folder, const char *path, const struct file_state *state);

/** Say that a candidate is finished, or by `refusal` (NULL: none) that it can never be sent. */
void report_settled(
    struct watch *watch, const struct candidate *candidate, const struct settle_step *refusal);

/** Send what has gathered, and how each folder is where that has changed. */
void report_send(struct watch *watch);

#endif
