/**
 * Turns of a thread's loop, so that what seldom changes is asked of the kernel once in each of them
 * and not for each file. What was found out in a turn is as good as a check just before a file is
 * used: either way it can change right after.
 *
 * Turns are numbered across all threads, by when they began. What any thread has found out since
 * this thread's turn began still counts.
 */
#ifndef CLOSEDROP_BASE_TURN_H
#define CLOSEDROP_BASE_TURN_H

#include <stdbool.h>
#include <stdint.h>

/** The next turn of this thread begins. A thread that never calls this has no turns: it asks each
 * time. */
void turn_begin(void);

/** The number of this thread's turn, to be kept with what it finds out; 0: it has none. */
uint64_t turn_number(void);

/** Whether what was found out in turn `number` still counts; never for 0. */
bool turn_is_current(uint64_t number);

#endif
