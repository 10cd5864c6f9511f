/**
 * The end marker of a batch ("{dir}/READY"), once all the files it covers have been put away.
 */
#ifndef CLOSEDROP_WORK_END_MARKER_H
#define CLOSEDROP_WORK_END_MARKER_H

#include "closedrop/config/config.h"
#include "closedrop/files/identity.h"

/**
 * Its name in `.closedrop/` while it is being put away; one left there by a crash is of no use.
 */
#define STAGED_END_MARKER "marker"

/**
 * Put the marker at `path` away in the same way as a file (archived or deleted), provided that it
 * is still in the state `seen` and nobody is writing to it. A marker rewritten in the meantime
 * announces another batch and stays. If this fails, the marker is left for a later attempt.
 */
void end_marker_put_away(
    const struct folder *folder, const char *path, const struct file_state *seen);

#endif
