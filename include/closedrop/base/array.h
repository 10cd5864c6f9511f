/**
 * Arrays whose size the compiler knows.
 */
#ifndef CLOSEDROP_BASE_ARRAY_H
#define CLOSEDROP_BASE_ARRAY_H

/** How many elements `array` has: an array itself, never a pointer to its first element. */
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

#endif
