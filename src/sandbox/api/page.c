/**
 * Reads the parameters of a list from the query, refuses those that Close does not know, and
 * answers one page.
 */
#include "api/page.h"

#include "api/call.h"
#include "http/reply.h"
#include "http/server.h"
#include "util/pick.h"
#include "util/stamp.h"

#include "closedrop/base/array.h"
#include "closedrop/base/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SKIP_MAX 250000

static bool refuse(const struct call *call, const char *message)
{
    reply_error(call->reply, 400, message);
    return false;
}

/** A whole number of the query; `ret_number` stays where there is none. */
static bool read_number(const struct call *call, const char *what, int64_t max, int64_t *ret_number)
{
    char name[16], message[128];
    snprintf(name, sizeof(name), "_%s", what);
    const char *text = request_query(call->request, name);
    if (!text)
        return true;
    char *end;
    long long value = strtoll(text, &end, 10);
    if (*text < '0' || *text > '9' || *end) {
        snprintf(message, sizeof(message), "The %s must be a whole number.", what);
        return refuse(call, message);
    }
    if (value > max) {
        snprintf(message, sizeof(message),
            "The %s you set is larger than the maximum %s for this resource (max_%s = %" PRId64
            ").",
            what, what, what, max);
        return refuse(call, message);
    }
    *ret_number = value;
    return true;
}

/* ---- date filters ---- */

static const struct bound {
    const char *suffix;
    bool is_before;
    int step; /* from the given moment to the nearest that passes */
} bounds[] = {{"__gt", false, 1}, {"__gte", false, 0}, {"__lt", true, -1}, {"__lte", true, 0}};

static bool read_bound(
    const struct call *call, const char *date, const struct bound *bound, struct page *page)
{
    char name[64];
    snprintf(name, sizeof(name), "%s%s", date, bound->suffix);
    const char *text = request_query(call->request, name);
    if (!text)
        return true;
    int64_t us;
    if (stamp_read(text, &us) != 0) {
        struct json *wrong = json_object();
        call_refuse_fields(call, wrong, json_add_text(wrong, name, "Could not parse date."));
        return false;
    }
    us += bound->step;
    if (bound->is_before && us < page->before_us)
        page->before_us = us;
    if (!bound->is_before && us > page->after_us)
        page->after_us = us;
    return true;
}

static bool read_bounds(const struct call *call, const char *date, struct page *page)
{
    for (size_t i = 0; i < COUNT(bounds); i++)
        if (!read_bound(call, date, &bounds[i], page))
            return false;
    return true;
}

/* ---- what is not a filter here ---- */

struct stranger {
    const char *date, *filters;
    const char *name; /* the first one found */
};

static bool is_bound(const char *name, const char *date)
{
    size_t length = strlen(date);
    if (strncmp(name, date, length) != 0)
        return false;
    for (size_t i = 0; i < COUNT(bounds); i++)
        if (strcmp(name + length, bounds[i].suffix) == 0)
            return true;
    return false;
}

static void note_stranger(void *context, const char *name, const char *value)
{
    (void)value;
    struct stranger *stranger = context;
    if (!pick_names("_limit,_skip,_fields", name) && !pick_names(stranger->filters, name) &&
        !is_bound(name, stranger->date))
        stranger->name = name;
}

static bool refuse_strangers(const struct call *call, const char *date, const char *filters)
{
    struct stranger stranger = {date, filters, NULL};
    request_each_query(call->request, note_stranger, &stranger);
    if (!stranger.name)
        return false;
    struct json *wrong = json_object();
    call_refuse_fields(call, wrong, json_add_text(wrong, stranger.name, "Unknown filter."));
    return true;
}

bool page_read(const struct call *call, int64_t max, const char *date, const char *filters,
    struct page *ret_page)
{
    struct page page = {
        .limit = max,
        .fields = request_query(call->request, "_fields"),
        .after_us = INT64_MIN,
        .before_us = INT64_MAX,
    };
    if (refuse_strangers(call, date, filters) || !read_number(call, "limit", max, &page.limit) ||
        !read_number(call, "skip", SKIP_MAX, &page.skip) || !read_bounds(call, date, &page))
        return false;
    *ret_page = page;
    return true;
}

bool page_passes(const struct call *call, const char *name, const char *value)
{
    const char *wanted = request_query(call->request, name);
    return !wanted || (value && pick_names(wanted, value));
}

void page_reply(const struct call *call, struct json *data, bool has_more, int result)
{
    struct json *answer = json_object();
    result |= json_add(answer, "data", data);
    result |= json_add_bool(answer, "has_more", has_more);
    reply_json(call->reply, 200, pick_whole(answer, result));
}
