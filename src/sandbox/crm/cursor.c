/** Keeps the cursors of searches until they expire. */
#include "crm/cursor.h"

#include "util/token.h"

#include "closedrop/base/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct cursor {
    char token[TOKEN_LENGTH + 1];
    int64_t end_ms, behind;
    char *query;
};

static void free_cursor(void *row)
{
    struct cursor *cursor = row;
    if (cursor)
        free(cursor->query);
    free(cursor);
}

static void drop_old(struct cursors *cursors)
{
    int64_t now_ms = clock_steady_ms();
    size_t kept = 0;
    for (size_t i = 0; i < cursors->all.count; i++) {
        struct cursor *cursor = cursors->all.items[i];
        if (cursor->end_ms > now_ms)
            cursors->all.items[kept++] = cursor;
        else
            free_cursor(cursor);
    }
    cursors->all.count = kept;
}

const char *cursors_add(struct cursors *cursors, const char *query, int64_t behind, int64_t life_ms)
{
    drop_old(cursors);
    struct cursor *cursor = calloc(1, sizeof(*cursor));
    if (!cursor)
        return NULL;
    token_random(cursor->token, TOKEN_LENGTH);
    cursor->end_ms = clock_steady_ms() + life_ms;
    cursor->behind = behind;
    cursor->query = strdup(query);
    if (cursor->query && rows_add(&cursors->all, cursor) == 0)
        return cursor->token;
    free_cursor(cursor);
    return NULL;
}

int cursors_find(struct cursors *cursors, const char *token, const char *query, int64_t *ret_behind)
{
    drop_old(cursors);
    for (size_t i = 0; i < cursors->all.count; i++) {
        const struct cursor *cursor = cursors->all.items[i];
        if (strcmp(cursor->token, token) != 0 || strcmp(cursor->query, query) != 0)
            continue;
        *ret_behind = cursor->behind;
        return 0;
    }
    return -ENOENT;
}

void cursors_release(struct cursors *cursors)
{
    rows_release(&cursors->all, free_cursor);
}
