/**
 * Lists in pages: what the query asks for, and the answer. For every call that lists.
 */
#ifndef CLOSEDROP_SANDBOX_API_PAGE_H
#define CLOSEDROP_SANDBOX_API_PAGE_H

#include <stdbool.h>
#include <stdint.h>

struct call;
struct json;

/** The most of most lists. */
#define PAGE_MAX 100

/** What an answer may hold; times in microseconds. */
struct page {
    int64_t limit, skip;
    const char *fields;          /* or NULL: all */
    int64_t after_us, before_us; /* date_created, both inclusive */
};

/**
 * Read _limit (at most and by default `max`), _skip, _fields and the four `date` filters
 * ("date_created" for one). False: refused, as is every parameter that is neither one of these nor
 * in the list `filters` ("lead_id,contact_id").
 */
bool page_read(const struct call *call, int64_t max, const char *date, const char *filters,
    struct page *ret_page);

/** Whether the query's filter `name` lets a value pass: it is not there, or lists it. */
bool page_passes(const struct call *call, const char *name, const char *value);

/** Answer one page: {"data": data, "has_more": ...}. Takes `data` over. */
void page_reply(const struct call *call, struct json *data, bool has_more, int result);

#endif
