/** Checks the files that must exist next to a document: its marker and its sidecar. */
#ifndef CLOSEDROP_INTAKE_COMPANIONS_H
#define CLOSEDROP_INTAKE_COMPANIONS_H

#include "folder_state.h"

/**
 * Returns the one that a candidate waits for, if any, and sets what `facts` say about them;
 * `facts->now` must be set.
 */
enum companion companions_check(
    const struct watched *folder, const struct candidate *candidate, struct settle_facts *facts);

#endif
