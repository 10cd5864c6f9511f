/** The folders, each checked apart, so that one that hangs delays the others but does not stop
 * them. */
#ifndef CLOSEDROP_DOCTOR_FOLDERS_H
#define CLOSEDROP_DOCTOR_FOLDERS_H

#include "diagnosis.h"

/** Check all folders. */
void folders_probe(const struct diagnosis *diagnosis);

#endif
