/** A file of nothing but zeros. */
#ifndef CLOSEDROP_INTAKE_FORMAT_ZEROS_H
#define CLOSEDROP_INTAKE_FORMAT_ZEROS_H

#include "closedrop/intake/bytes.h"

/**
 * Whether zeros are all there is in a file that begins with these `length` bytes, and it is larger
 * than 1 KiB: no program means that much of them.
 */
bool zeros_are_all(const struct bytes *bytes, const char *head, size_t length);

#endif
