/** Recognises a file that contains only zeros. */
#ifndef CLOSEDROP_INTAKE_FORMAT_ZEROS_H
#define CLOSEDROP_INTAKE_FORMAT_ZEROS_H

#include "closedrop/intake/bytes.h"

/**
 * Whether a file that starts with these `length` bytes contains only zeros and is larger than 1
 * KB: no program writes that many on purpose.
 */
bool zeros_are_all(const struct bytes *bytes, const char *head, size_t length);

#endif
