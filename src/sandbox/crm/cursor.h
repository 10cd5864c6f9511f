/**
 * The cursors that a search gave out, each good for a while.
 *
 * Not safe by itself: crm.h guards it.
 */
#ifndef CLOSEDROP_SANDBOX_CRM_CURSOR_H
#define CLOSEDROP_SANDBOX_CRM_CURSOR_H

#include "util/rows.h"

#include <stdint.h>

/** What is documented. */
#define CURSOR_LIFE_MS 30000

struct cursors {
    struct rows all;
};

/**
 * A cursor to continue the same query after this many results, valid for `life_ms`.
 * NULL when memory is short.
 */
const char *cursors_add(
    struct cursors *cursors, const char *query, int64_t behind, int64_t life_ms);

/** Where a cursor continues. Returns 0, or -ENOENT if there is no such cursor for this query. */
int cursors_find(
    struct cursors *cursors, const char *token, const char *query, int64_t *ret_behind);

/** Forget all of them. */
void cursors_release(struct cursors *cursors);

#endif
