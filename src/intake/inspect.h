/** Inspects the candidates that are due. */
#ifndef CLOSEDROP_INTAKE_INSPECT_H
#define CLOSEDROP_INTAKE_INSPECT_H

#include "folder_state.h"

/** Inspect some of the candidates that are due. */
void inspect_due(struct watch *watch);

/** Record the present state of the candidate that is open as `path_fd`. */
void inspect_note_state(struct watched *folder, struct candidate *candidate, int path_fd,
    const struct file_state *state, enum settle_hint hint);

#endif
