/**
 * The end marker of a batch ("{dir}/READY"), once all that it covers is put away.
 */
#ifndef CLOSEDROP_WORK_END_MARKER_H
#define CLOSEDROP_WORK_END_MARKER_H

#include "closedrop/config/config.h"
#include "closedrop/files/identity.h"

/** What it is called in `.closedrop/` on its way: an unclean end leaves one that is of no use. */
#define STAGED_END_MARKER "marker"

/**
 * Put the marker at `path` away as a file would be (archived or deleted), if it is still as it was
 * `seen`, and nobody writes to it: one that is written anew meanwhile announces another batch, and
 * stays. A failure leaves it for a later try.
 */
void end_marker_put_away(
    const struct folder *folder, const char *path, const struct file_state *seen);

#endif
