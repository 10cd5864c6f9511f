/**
 * Close's list of lead merges, newest first, as far as it has been read: which lead was merged into
 * which. It is read page by page, by one job at a time, on behalf of all that need it, and is valid
 * for a few minutes. Pure; times are on the steady clock and passed in by the caller. All zero is a
 * list that has not been read.
 */
#ifndef CLOSEDROP_WORK_MERGE_LIST_H
#define CLOSEDROP_WORK_MERGE_LIST_H

#include "closedrop/close/record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Maximum number of pages to read. */
#define MERGE_LIST_PAGES_MAX 50
/** How long it is valid after its last page was read. */
#define MERGE_LIST_KEPT_MS (5LL * 60 * 1000)

struct merge_list {
    struct merge_entry {
        char source[RECORD_ID_ROOM];
        char destination[RECORD_ID_ROOM];
        enum merge_state state;
    } * entries;
    size_t count;
    int pages;          /* number of pages read */
    bool is_whole;      /* there are no more pages */
    int64_t begun_ms;   /* taken before the first page was requested */
    int64_t read_ms;    /* when the last page was read */
    const void *reader; /* who requests the next page, NULL: nobody; only ever compared */
};

/** Forget what was read, in order to read it again. The current reader is no longer its reader. */
void merge_list_begin(struct merge_list *list, int64_t now_ms);
void merge_list_release(struct merge_list *list);

/** Whether what has been read so far is valid: not too old, and not begun before `since_ms`. */
bool merge_list_counts(const struct merge_list *list, int64_t since_ms, int64_t now_ms);

/** Whether the list has been read to its end, or up to the maximum number of pages. */
bool merge_list_is_read(const struct merge_list *list);

/** Add the next page. Returns 0; or -ENOMEM, and then the page still has to be read. */
int merge_list_add_page(struct merge_list *list, const struct record_page *page, int64_t now_ms);

/**
 * What happened to a lead according to what has been read; `ret_destination` (set with MERGE_DONE)
 * remains part of the list.
 */
enum merge_state merge_list_find(
    const struct merge_list *list, const char *lead_id, const char **ret_destination);

#endif
