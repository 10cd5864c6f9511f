/** Keeps the folders of the configuration, and those of earlier ones that jobs still use. */
#ifndef CLOSEDROP_INTAKE_FOLDER_SET_H
#define CLOSEDROP_INTAKE_FOLDER_SET_H

#include "folder_state.h"

/** Watch the folders of a new configuration from the start. On -ENOMEM nothing has changed. */
int folder_set_enter(struct watch *watch, struct config *config);

/** Leave the folders of earlier configurations that no job uses any more. */
void folder_set_leave_unused(struct watch *watch);

/** Leave all folders. */
void folder_set_leave_all(struct watch *watch);

#endif
