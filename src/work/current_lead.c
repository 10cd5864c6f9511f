/** The requests that follow a lead through its merges, one after the other, within a bound. */
#include "closedrop/work/current_lead.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/base/remedy.h"
#include "closedrop/base/str.h"
#include "closedrop/close/record.h"
#include "closedrop/work/answer.h"

#include <stdio.h>
#include <string.h>

#define HOPS_MAX 10
#define OTHER_READS_MS 1000

/* ---- what is known ---- */

static struct absences *memory(struct current_lead *current)
{
    return current->shared ? current->shared : &current->own;
}

/** Returns 0 or -ENOMEM. */
static int remember(struct current_lead *current, enum absence_kind kind, const char *told)
{
    struct absence absence = {.kind = kind, .found_ms = clock_steady_ms()};
    snprintf(absence.lead_id, sizeof(absence.lead_id), "%s", current->lead_id);
    snprintf(absence.told, sizeof(absence.told), "%s", told);
    absence.merges_since_ms = current->merges_since_ms;
    return absences_add(memory(current), &absence);
}

static void give_list_back(struct current_lead *current)
{
    struct merge_list *merges = &memory(current)->merges;
    if (merges->reader == current)
        merges->reader = NULL;
}

void current_lead_release(struct current_lead *current)
{
    give_list_back(current);
    absences_release(&current->own);
    free(current->lead_id);
    *current = (struct current_lead){0};
}

/* ---- there is none ---- */

/** What to do about a lead that does not exist; its ID is to be printed there. */
#define CORRECT_ID                                                                                 \
    REMEDY                                                                                         \
    "replace %s, usually in the name of the file, with the ID in the address of the lead's "       \
    "page in Close (app.close.com/lead/lead_...)"

static struct verdict no_lead(const struct current_lead *current)
{
    return verdict_make(VERDICT_FAIL, "no_target",
        "Close has no lead with the ID %s: it was deleted, or the ID is wrong" CORRECT_ID,
        current->lead_id, current->lead_id);
}

static struct verdict not_among_merges(const struct current_lead *current)
{
    return verdict_make(VERDICT_FAIL, "no_target",
        "Close has no lead with the ID %s, nor is it among the latest %d merges: it was deleted, "
        "merged before those, or the ID is wrong" CORRECT_ID,
        current->lead_id, MERGE_LIST_PAGES_MAX * API_PAGE, current->lead_id);
}

static struct verdict was_deleted(struct current_lead *current, const struct absence *known)
{
    return verdict_make(VERDICT_FAIL, "no_target",
        "the lead %s no longer exists in Close: it was deleted%s%.10s" REMEDY
        "use the ID of another lead",
        current->lead_id, *known->told ? " on " : "", known->told);
}

/* ---- where to continue ---- */

static struct verdict ask(struct current_lead *current, enum current_lead_step step)
{
    current->step = step;
    return verdict_more();
}

/** The list says nothing of it so far: read on, unless another one does. */
static struct verdict read_on(struct current_lead *current, bool counts)
{
    struct merge_list *merges = &memory(current)->merges;
    if (merges->reader) {
        struct verdict wait = verdict_make(VERDICT_WAIT, "no_target",
            "the list of merges, which may mention the lead %s, is being read", current->lead_id);
        wait.wait_ms = OTHER_READS_MS;
        return wait;
    }
    if (!counts)
        merge_list_begin(merges, clock_steady_ms());
    merges->reader = current;
    current->page = merges->pages;
    return ask(current, ASK_FOR_MERGES);
}

/** NEXT: it is known now where the lead went. */
static struct verdict search_merges(struct current_lead *current)
{
    struct merge_list *merges = &memory(current)->merges;
    const char *into = NULL;
    give_list_back(current);
    bool counts = merge_list_counts(merges, current->merges_since_ms, clock_steady_ms());
    switch (counts ? merge_list_find(merges, current->lead_id, &into) : MERGE_NONE) {
    case MERGE_DONE:
        return remember(current, ABSENCE_MERGED, into) < 0
                   ? verdict_no_memory()
                   : verdict_make(VERDICT_NEXT, NULL, "found");
    case MERGE_IN_PROGRESS:
        merge_list_begin(merges, clock_steady_ms()); /* or it would say so for minutes */
        return verdict_make(
            VERDICT_RETRY, "no_target", "the lead %s is being merged right now", current->lead_id);
    default:
        break;
    }
    if (!counts || !merge_list_is_read(merges))
        return read_on(current, counts);
    return merges->is_whole ? no_lead(current) : not_among_merges(current);
}

static struct verdict search_merges_since(struct current_lead *current, const struct absence *known)
{
    current->merges_since_ms = known->merges_since_ms;
    return search_merges(current);
}

static struct verdict follow(struct current_lead *current, const struct absence *known)
{
    if (++current->hops > HOPS_MAX)
        return verdict_make(VERDICT_FAIL, "no_target",
            "more than %d merges lead to the lead %s, and the final lead is unknown" REMEDY
            "use the ID of another lead",
            HOPS_MAX, current->lead_id);
    return str_assign(&current->lead_id, known->told) < 0
               ? verdict_no_memory()
               : verdict_make(VERDICT_NEXT, NULL, "followed");
}

/** On by what is known of the lead already. */
static struct verdict proceed(struct current_lead *current)
{
    static struct verdict (*const steps[ABSENCE_KINDS])(
        struct current_lead * current, const struct absence *known) = {
        [ABSENCE_MERGED] = follow,
        [ABSENCE_DELETED] = was_deleted,
        [ABSENCE_UNEXPLAINED] = search_merges_since,
    };
    struct verdict verdict = verdict_make(VERDICT_NEXT, NULL, "begun");
    while (verdict.kind == VERDICT_NEXT) {
        const struct absence *known =
            absences_find(memory(current), current->lead_id, clock_steady_ms());
        verdict = known ? steps[known->kind](current, known) : ask(current, ASK_FOR_LEAD);
    }
    return verdict;
}

struct verdict current_lead_begin(
    struct current_lead *current, const char *lead_id, bool whole, struct absences *absences)
{
    *current = (struct current_lead){.whole = whole, .shared = absences};
    if (str_assign(&current->lead_id, lead_id) < 0)
        return verdict_no_memory();
    return proceed(current);
}

struct request *current_lead_ask(const struct current_lead *current, const struct api *api)
{
    switch (current->step) {
    case ASK_FOR_EVENTS:
        return api_deletions(api, current->lead_id);
    case ASK_FOR_MERGES:
        return api_merges(api, NULL, current->page * API_PAGE);
    default:
        return api_lead(api, current->lead_id, current->whole);
    }
}

/* ---- reading ---- */

static struct verdict read_lead(
    struct current_lead *current, const struct request *request, struct json **ret_lead)
{
    size_t length;
    const char *body = request_reply(request, &length);
    struct verdict verdict = answer_read(request, "lead/");
    if (answer_is_absent(request))
        return ask(current, ASK_FOR_EVENTS);
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    CLEANUP(json_freep) struct json *lead = json_parse(body, length);
    const char *id = json_get_text(lead, "id");
    if (!id || strcmp(id, current->lead_id) != 0)
        return answer_odd("lead/");
    *ret_lead = TAKE_PTR(lead);
    return verdict;
}

/** A page of a list, or what its answer means instead. */
static struct verdict read_page(
    const struct request *request, const char *what, struct record_page *ret_page)
{
    size_t length;
    const char *body = request_reply(request, &length);
    struct verdict verdict = answer_read(request, what);
    if (verdict.kind == VERDICT_NEXT && record_page_read(body, length, ret_page) < 0)
        return answer_odd(what);
    return verdict;
}

/** Without events, only a list of merges that is read from now on contains the latest ones. */
static int remember_refusal(struct current_lead *current)
{
    current->merges_since_ms = clock_steady_ms();
    return remember(current, ABSENCE_UNEXPLAINED, "");
}

static int remember_end(struct current_lead *current, const struct record_page *events)
{
    static const enum absence_kind kinds[] = {
        [LEAD_END_UNTOLD] = ABSENCE_UNEXPLAINED,
        [LEAD_END_MERGED] = ABSENCE_MERGED,
        [LEAD_END_DELETED] = ABSENCE_DELETED,
    };
    const char *told = "";
    enum lead_end end = record_lead_end(events, current->lead_id, &told);
    current->merges_since_ms = 0;
    return remember(current, kinds[end], told);
}

static struct verdict read_events(struct current_lead *current, const struct request *request)
{
    struct record_page page = {0};
    bool is_refused = answer_is_refused(request) || answer_is_absent(request);
    struct verdict verdict = read_page(request, "event/", &page);
    if (!is_refused && verdict.kind != VERDICT_NEXT)
        return verdict;
    int result = is_refused ? remember_refusal(current) : remember_end(current, &page);
    record_page_release(&page);
    return result < 0 ? verdict_no_memory() : proceed(current);
}

static struct verdict read_merges(struct current_lead *current, const struct request *request)
{
    struct merge_list *merges = &memory(current)->merges;
    struct record_page page = {0};
    int result = 0;
    struct verdict verdict = read_page(request, "activity/lead_merge/", &page);
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    if (merges->reader ==
        current) /* otherwise the list was restarted since, and this is not a page of it */
        result = merge_list_add_page(merges, &page, clock_steady_ms());
    record_page_release(&page);
    if (result < 0)
        return verdict_no_memory();
    verdict = search_merges(current);
    return verdict.kind == VERDICT_NEXT ? proceed(current) : verdict;
}

struct verdict current_lead_read(
    struct current_lead *current, const struct request *request, struct json **ret_lead)
{
    switch (current->step) {
    case ASK_FOR_EVENTS:
        return read_events(current, request);
    case ASK_FOR_MERGES:
        return read_merges(current, request);
    default:
        return read_lead(current, request, ret_lead);
    }
}
