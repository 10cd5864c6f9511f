/**
 * Arrays whose size is known at compile time.
 */
#ifndef CLOSEDROP_BASE_ARRAY_H
#define CLOSEDROP_BASE_ARRAY_H

/** The number of elements of `array`: an array itself, never a pointer to its first element. */
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

#endif
