/** From a filter of jobs to the query of the store that reads the fewest rows for it. */
#include "job_query.h"

enum query_kind job_query_kind(const struct job_filter *filter)
{
    if (filter->name)
        return QUERY_LIST_NAME;
    if (filter->held)
        return QUERY_LIST_HELD;
    if (filter->lead_id)
        return filter->state ? QUERY_LIST_LEAD_STATE : QUERY_LIST_LEAD;
    if (filter->folder)
        return filter->state ? QUERY_LIST_FOLDER_STATE : QUERY_LIST_FOLDER;
    return filter->state ? QUERY_LIST_STATE : QUERY_LIST;
}

static struct query query_of(const struct job_filter *filter, int limit)
{
    return (struct query){.folder = filter->folder,
        .rule = filter->rule,
        .lead_id = filter->lead_id,
        .state = filter->state,
        .code = filter->code,
        .match = filter->match,
        .name = filter->name,
        .path = filter->path,
        .held = filter->held,
        .all = filter->all,
        .limit = limit};
}

struct query job_query_newest(const struct job_filter *filter, const struct job_page *page)
{
    struct query query = query_of(filter, page->limit);
    query.since_ms = filter->since_ms ? filter->since_ms : INT64_MIN;
    query.at_ms = page->id ? page->at_ms : filter->until_ms ? filter->until_ms - 1 : INT64_MAX;
    query.below = page->id ? page->id : INT64_MAX;
    return query;
}

struct query job_query_oldest(const struct job_filter *filter, const struct job_page *page)
{
    struct query query = query_of(filter, page->limit);
    query.until_ms = filter->until_ms ? filter->until_ms : INT64_MAX;
    query.at_ms = page->id ? page->at_ms : filter->since_ms ? filter->since_ms - 1 : INT64_MIN;
    query.id = page->id ? page->id : INT64_MAX;
    return query;
}
