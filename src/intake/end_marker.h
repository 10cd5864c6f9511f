/** The end markers of batches ("{dir}/READY"), in the watch thread. */
#ifndef CLOSEDROP_INTAKE_END_MARKER_H
#define CLOSEDROP_INTAKE_END_MARKER_H

#include "folder_state.h"

/** A marker is there: once it is quiet it is asked whether its batch is put away. NULL where a kept
 * one stays, or memory is short. */
struct candidate *end_marker_expect(
    struct watch *watch, struct watched *folder, const char *marker);

/** Something has left its place: the end marker of its batch may be spent, or be what has left; and
 * its directory may be empty now. */
void end_marker_note_left(struct watch *watch, struct watched *folder, const char *path);

/** Its time has come, and it is in this state: it may be spent, or must be quiet first. */
void end_marker_inspect(
    struct watch *watch, struct candidate *marker, const struct file_state *state);

#endif
