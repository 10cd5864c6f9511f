/** When another document took the name of one that was settling. */
#ifndef CLOSEDROP_INTAKE_REPLACED_H
#define CLOSEDROP_INTAKE_REPLACED_H

#include "folder_state.h"

/**
 * Remember the document that lies under the candidate's name, open as `path_fd`, if it is finished;
 * and say so, once, if that is another one than before. Where no lease tells whether it is
 * finished, `seems_finished` does.
 */
void replaced_note(
    const struct watched *folder, struct candidate *candidate, int path_fd, bool seems_finished);

/** What the history of the candidate's job is to say of it, the caller's to free; NULL: nothing. */
char *replaced_text(const struct candidate *candidate);

#endif
