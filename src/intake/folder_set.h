/** The folders of the configuration, and those of earlier ones while somebody works on them. */
#ifndef CLOSEDROP_INTAKE_FOLDER_SET_H
#define CLOSEDROP_INTAKE_FOLDER_SET_H

#include "folder_state.h"

/** Watch the folders of a (new) configuration, from nothing. -ENOMEM: all is as it was. */
int folder_set_enter(struct watch *watch, struct config *config);

/** Leave the folders of earlier configurations that nobody works on any more. */
void folder_set_leave_unused(struct watch *watch);

/** Leave all folders: nothing is watched any more. */
void folder_set_leave_all(struct watch *watch);

#endif
