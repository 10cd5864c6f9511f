/**
 * Close's list of lead merges, newest first, as far as it was read: which lead went into which. It
 * is read once for all that look into it, page by page, by one of them at a time; and it counts for
 * a few minutes. Pure; times are of the steady clock, and the caller's. All zero is one that was
 * not read.
 */
#ifndef CLOSEDROP_WORK_MERGE_LIST_H
#define CLOSEDROP_WORK_MERGE_LIST_H

#include "closedrop/close/record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** How many pages are read at most. */
#define MERGE_LIST_PAGES_MAX 50
/** How long it counts once its last page was read. */
#define MERGE_LIST_KEPT_MS (5LL * 60 * 1000)

struct merge_list {
    struct merge_entry {
        char source[RECORD_ID_ROOM];
        char destination[RECORD_ID_ROOM];
        enum merge_state state;
    } * entries;
    size_t count;
    int pages;          /* that were read */
    bool is_whole;      /* there are no more */
    int64_t begun_ms;   /* before its first page was asked for */
    int64_t read_ms;    /* its last page */
    const void *reader; /* who asks for the next page, NULL: nobody; compared only */
};

/** Forget what was read, to read it anew. Who reads it is its reader no longer. */
void merge_list_begin(struct merge_list *list, int64_t now_ms);
void merge_list_release(struct merge_list *list);

/** Whether what was read so far counts: not too old, and not begun before `since_ms`. */
bool merge_list_counts(const struct merge_list *list, int64_t since_ms, int64_t now_ms);

/** Whether there is nothing more to read, or no more of it is read. */
bool merge_list_is_read(const struct merge_list *list);

/** Take its next page. Returns 0; or -ENOMEM, and the page is still to be read. */
int merge_list_add_page(struct merge_list *list, const struct record_page *page, int64_t now_ms);

/** What became of a lead by what was read; `ret_destination` (on MERGE_DONE) is in the list. */
enum merge_state merge_list_find(
    const struct merge_list *list, const char *lead_id, const char **ret_destination);

#endif
