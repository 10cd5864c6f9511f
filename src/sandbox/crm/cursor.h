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
 * A cursor to go on with the same query behind this many results, good for `life_ms`.
 * NULL when memory is short.
 */
const char *cursors_add(
    struct cursors *cursors, const char *query, int64_t behind, int64_t life_ms);

/** Where a cursor goes on. Returns 0, or -ENOENT where there is none such for this query. */
int cursors_find(
    struct cursors *cursors, const char *token, const char *query, int64_t *ret_behind);

/** Forget all of them. */
void cursors_release(struct cursors *cursors);

#endif
