/**
 * Whether a call failed because the machine has temporarily run out of something, such as
 * descriptors or memory. Neither a file nor the configuration is to blame: wait, and retry. Pure.
 */
#ifndef CLOSEDROP_BASE_SHORTAGE_H
#define CLOSEDROP_BASE_SHORTAGE_H

#include <stdbool.h>

/** `error` is an errno, positive or negative. */
bool is_shortage(int error);

#endif
