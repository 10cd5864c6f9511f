/** Which leads were merged into one: a walk from it backwards, a list of merges for each lead. */
#include "closedrop/work/merged_leads.h"

#include "closedrop/base/json.h"
#include "closedrop/close/record.h"
#include "closedrop/http/request.h"
#include "closedrop/work/answer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LEADS_MAX 100
#define PAGES_MAX 50 /* of the merges of one lead */

static int add_lead(struct merged_leads *leads, const char *lead_id)
{
    if (leads->count == LEADS_MAX || merged_leads_have(leads, lead_id))
        return 0;
    leads->ids[leads->count] = strdup(lead_id);
    return leads->ids[leads->count] ? (leads->count++, 0) : -ENOMEM;
}

int merged_leads_init(struct merged_leads *leads, const char *lead_id)
{
    *leads = (struct merged_leads){.ids = calloc(LEADS_MAX, sizeof(char *))};
    return leads->ids ? add_lead(leads, lead_id) : -ENOMEM;
}

void merged_leads_release(struct merged_leads *leads)
{
    for (size_t i = 0; i < leads->count; i++)
        free(leads->ids[i]);
    free(leads->ids);
    *leads = (struct merged_leads){0};
}

bool merged_leads_have(const struct merged_leads *leads, const char *lead_id)
{
    for (size_t i = 0; i < leads->count; i++)
        if (strcmp(leads->ids[i], lead_id) == 0)
            return true;
    return false;
}

struct request *merged_leads_ask(const struct merged_leads *leads, const struct api *api)
{
    return api_merges(api, leads->ids[leads->asked], leads->page * API_PAGE);
}

/** One merge that is done or in progress: its source counts if its destination is one of ours. */
static int take_merge(struct merged_leads *leads, const struct json *merge)
{
    const char *source = json_get_text(merge, "source_lead_id");
    const char *destination = json_get_text(merge, "destination_lead_id");
    const char *status = json_get_text(merge, "merge_status");
    bool is_merge = source && destination && !(status && strcmp(status, "errored") == 0);
    return is_merge && merged_leads_have(leads, destination) ? add_lead(leads, source) : 0;
}

/** A page names merges newest first: what one brings in may make an earlier one count. */
static int take_page(struct merged_leads *leads, const struct record_page *page)
{
    size_t before;
    int result = 0;
    do {
        before = leads->count;
        for (const struct json *one = json_first(page->data); one && !result; one = json_next(one))
            result = take_merge(leads, one);
    } while (!result && leads->count > before);
    return result;
}

static struct verdict next_lead(struct merged_leads *leads)
{
    leads->page = 0;
    return ++leads->asked < leads->count ? verdict_more()
                                         : verdict_make(VERDICT_NEXT, NULL, "known");
}

/** Close does not list merges for this key; or none of a lead that was merged, and so is gone. */
static bool is_refused(const struct merged_leads *leads, const struct request *request)
{
    return answer_is_refused(request) || (leads->asked > 0 && answer_is_absent(request));
}

struct verdict merged_leads_read(struct merged_leads *leads, const struct request *request)
{
    size_t length;
    const char *body = request_reply(request, &length);
    struct record_page page;
    if (is_refused(leads, request))
        return next_lead(leads);
    struct verdict verdict = answer_read(request, "activity/lead_merge/");
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    if (record_page_read(body, length, &page) < 0)
        return answer_odd("activity/lead_merge/");
    int result = take_page(leads, &page);
    bool has_more = page.has_more;
    record_page_release(&page);
    if (result < 0)
        return verdict_no_memory();
    if (has_more && ++leads->page < PAGES_MAX)
        return verdict_more();
    return next_lead(leads);
}
