/** Directories that no scan gets into. */
#ifndef CLOSEDROP_INTAKE_CLOSED_H
#define CLOSEDROP_INTAKE_CLOSED_H

#include "folder_state.h"

/** A directory may not be listed, or not be entered: keep it in mind, and say so once. For struct
 * scan_calls. */
void closed_add(void *context, const char *path);

/** Look at them again: what is open now is scanned, what has gone is forgotten. */
void closed_look_again(struct watched *folder);

/** Say in the folder's health which is the first, and how many more there are. */
void closed_name(struct watched *folder);

/** Forget them all. */
void closed_forget(struct watched *folder);

#endif
