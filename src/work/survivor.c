#include "closedrop/work/survivor.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/close/record.h"
#include "closedrop/work/answer.h"

#include <string.h>

#define PAGES_MOST 50 /* of merges */
#define HOPS_MOST 10

int survivor_init(struct survivor *survivor, const char *lead_id, bool whole)
{
    *survivor = (struct survivor){.whole = whole};
    return job_set_text(&survivor->lead_id, lead_id);
}

void survivor_release(struct survivor *survivor)
{
    free(survivor->lead_id);
    *survivor = (struct survivor){0};
}

struct request *survivor_ask(const struct survivor *survivor, const struct api *api)
{
    return survivor->asks_merges ? api_merges(api, NULL, survivor->page * API_PAGE)
                                 : api_lead(api, survivor->lead_id, survivor->whole);
}

static struct verdict no_lead(const struct survivor *survivor)
{
    return verdict_make(VERDICT_FAIL, "no_target",
        "Close knows no lead %s: it was deleted, or the id is wrong; correct it, then drag the "
        "file "
        "back",
        survivor->lead_id);
}

static struct verdict follow(struct survivor *survivor, const char *lead_id)
{
    survivor->asks_merges = false;
    if (++survivor->hops > HOPS_MOST)
        return no_lead(survivor);
    return job_set_text(&survivor->lead_id, lead_id) < 0 ? verdict_no_memory() : verdict_more();
}

static struct verdict read_page(struct survivor *survivor, const struct record_page *page)
{
    const char *lead_id = NULL;
    switch (record_merge(page, survivor->lead_id, &lead_id)) {
    case MERGE_DONE:
        return follow(survivor, lead_id);
    case MERGE_UNDER_WAY:
        return verdict_make(
            VERDICT_RETRY, "no_target", "the lead %s is just being merged", survivor->lead_id);
    default:
        return page->has_more && ++survivor->page < PAGES_MOST ? verdict_more() : no_lead(survivor);
    }
}

static struct verdict read_merges(struct survivor *survivor, const char *body, size_t length)
{
    struct record_page page;
    if (record_page_read(body, length, &page) < 0)
        return answer_odd("activity/lead_merge/");
    struct verdict verdict = read_page(survivor, &page);
    record_page_release(&page);
    return verdict;
}

static struct verdict read_lead(
    const struct survivor *survivor, const char *body, size_t length, struct json **ret_lead)
{
    CLEANUP(json_freep) struct json *lead = json_parse(body, length);
    const char *id = json_get_text(lead, "id");
    if (!id || strcmp(id, survivor->lead_id) != 0)
        return answer_odd("lead/");
    *ret_lead = TAKE_PTR(lead);
    return verdict_make(VERDICT_NEXT, NULL, "known");
}

struct verdict survivor_read(
    struct survivor *survivor, const struct request *request, struct json **ret_lead)
{
    size_t length;
    const char *body = request_reply(request, &length);
    const char *what = survivor->asks_merges ? "activity/lead_merge/" : "lead/";
    struct verdict verdict = answer_read(request, what);
    if (!survivor->asks_merges && answer_is_absent(request)) {
        survivor->asks_merges = true;
        survivor->page = 0;
        return verdict_more();
    }
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    return survivor->asks_merges ? read_merges(survivor, body, length)
                                 : read_lead(survivor, body, length, ret_lead);
}
