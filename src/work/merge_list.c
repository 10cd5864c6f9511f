/** The pages of Close's list of merges, kept in order and searched. */
#include "closedrop/work/merge_list.h"

#include "closedrop/base/json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void merge_list_begin(struct merge_list *list, int64_t now_ms)
{
    merge_list_release(list);
    list->begun_ms = now_ms;
}

void merge_list_release(struct merge_list *list)
{
    free(list->entries);
    *list = (struct merge_list){0};
}

bool merge_list_counts(const struct merge_list *list, int64_t since_ms, int64_t now_ms)
{
    return list->pages && list->begun_ms >= since_ms && now_ms - list->read_ms < MERGE_LIST_KEPT_MS;
}

bool merge_list_is_read(const struct merge_list *list)
{
    return list->is_whole || list->pages >= MERGE_LIST_PAGES_MAX;
}

static int add(struct merge_list *list, const struct json *merge)
{
    const char *source, *destination;
    enum merge_state state = record_merge(merge, &source, &destination);
    if (state == MERGE_NONE)
        return 0;
    struct merge_entry *more = reallocarray(list->entries, list->count + 1, sizeof(*more));
    if (!more)
        return -ENOMEM;
    struct merge_entry *entry = &more[list->count++];
    list->entries = more;
    entry->state = state;
    snprintf(entry->source, sizeof(entry->source), "%s", source);
    snprintf(entry->destination, sizeof(entry->destination), "%s", destination);
    return 0;
}

int merge_list_add_page(struct merge_list *list, const struct record_page *page, int64_t now_ms)
{
    int result = 0;
    for (const struct json *one = json_first(page->data); one && !result; one = json_next(one))
        result = add(list, one);
    if (result < 0)
        return result;
    list->pages++;
    list->is_whole = !page->has_more;
    list->read_ms = now_ms;
    return 0;
}

enum merge_state merge_list_find(
    const struct merge_list *list, const char *lead_id, const char **ret_destination)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct merge_entry *entry = &list->entries[i];
        if (strcmp(entry->source, lead_id) != 0)
            continue;
        if (entry->state == MERGE_DONE)
            *ret_destination = entry->destination;
        return entry->state;
    }
    return MERGE_NONE;
}
