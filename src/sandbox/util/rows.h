/**
 * A growing list of pointers, in the order they were added. The rows belong to the user.
 */
#ifndef CLOSEDROP_SANDBOX_UTIL_ROWS_H
#define CLOSEDROP_SANDBOX_UTIL_ROWS_H

#include <stddef.h>

/** Zeroed it is empty. */
struct rows {
    void **items;
    size_t count, room;
};

/** Returns 0 or -ENOMEM, also for a NULL row; what could not be added is still the caller's. */
int rows_add(struct rows *rows, void *row);

/** Call `free_row` on each row (NULL: on none), and empty the list. */
void rows_release(struct rows *rows, void (*free_row)(void *row));

#endif
