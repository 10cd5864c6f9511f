/** Notices when another document takes the name of one that is settling. */
#ifndef CLOSEDROP_INTAKE_REPLACED_H
#define CLOSEDROP_INTAKE_REPLACED_H

#include "folder_state.h"

/**
 * Remember the document under the candidate's name, open as `path_fd`, if it is finished; and log
 * once if it is not the same as before. `seems_finished` counts only if no lease shows whether it
 * is finished.
 */
void replaced_note(
    const struct watched *folder, struct candidate *candidate, int path_fd, bool seems_finished);

/** The line about it for the history of the candidate's job, which the caller frees, or NULL. */
char *replaced_text(const struct candidate *candidate);

#endif
