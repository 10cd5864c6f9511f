/**
 * Whether a call failed because the machine is short of something for now: descriptors, memory.
 * That is nobody's fault, neither a file's nor a configuration's: it is waited out. Pure.
 */
#ifndef CLOSEDROP_BASE_SHORTAGE_H
#define CLOSEDROP_BASE_SHORTAGE_H

#include <stdbool.h>

/** Of an errno, or a negative one. */
bool is_shortage(int error);

#endif
