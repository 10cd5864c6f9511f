/** A growing array of pointers. */
#include "util/rows.h"

#include <errno.h>
#include <stdlib.h>

int rows_add(struct rows *rows, void *row)
{
    if (!row)
        return -ENOMEM;
    if (rows->count == rows->room) {
        size_t room = rows->room ? 2 * rows->room : 16;
        void **items = reallocarray(rows->items, room, sizeof(*items));
        if (!items)
            return -ENOMEM;
        rows->items = items;
        rows->room = room;
    }
    rows->items[rows->count++] = row;
    return 0;
}

void rows_release(struct rows *rows, void (*free_row)(void *row))
{
    for (size_t i = 0; free_row && i < rows->count; i++)
        free_row(rows->items[i]);
    free(rows->items);
    *rows = (struct rows){0};
}
