/** The end markers of batches ("{dir}/READY"), in the watch thread. */
#ifndef CLOSEDROP_INTAKE_END_MARKER_H
#define CLOSEDROP_INTAKE_END_MARKER_H

#include "folder_state.h"

/**
 * Add a marker that exists: once it is unchanged long enough, the queue is asked whether its batch
 * is put away. NULL if after_upload keeps it, or memory is short.
 */
struct candidate *end_marker_expect(struct watched *folder, const char *marker);

/**
 * A file is no longer at `path`: the end marker of its batch may have served its purpose, or may be
 * that file, and its directory may be empty now.
 */
void end_marker_note_left(struct watched *folder, const char *path);

/** The marker is due and in this state: it may have served its purpose, or must settle first. */
void end_marker_inspect(
    struct watched *folder, struct candidate *marker, const struct file_state *state);

#endif
