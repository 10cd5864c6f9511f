/** The configuration, and the user that it is checked for. */
#ifndef CLOSEDROP_DOCTOR_CONFIGURATION_H
#define CLOSEDROP_DOCTOR_CONFIGURATION_H

#include "diagnosis.h"

/**
 * Load the configuration, as the user that closedrop runs as: root becomes that user for good.
 * Errors are reported; then as much is known as a command needs to reach the agent and the queue.
 * Returns 0, or -ENOMEM.
 */
int configuration_load(struct diagnosis *diagnosis);

#endif
