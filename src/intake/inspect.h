/** Candidates whose time has come. */
#ifndef CLOSEDROP_INTAKE_INSPECT_H
#define CLOSEDROP_INTAKE_INSPECT_H

#include "folder_state.h"

/** Look at the candidates whose time has come, a slice of them. */
void inspect_due(struct watch *watch);

/** The candidate, open as `path_fd`, is in this state now. */
void inspect_note_state(struct watched *folder, struct candidate *candidate, int path_fd,
    const struct file_state *state, enum settle_hint hint);

#endif
