/**
 * The questions to Close from a target to its lead, one after the other, and what each answer says.
 */
#include "candidates.h"
#include "resolution.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/remedy.h"
#include "closedrop/base/str.h"
#include "closedrop/close/record.h"
#include "closedrop/files/path.h"
#include "closedrop/http/request.h"
#include "closedrop/work/answer.h"

#include <errno.h>
#include <string.h>

bool resolution_add_search(const struct resolution *resolution, struct str *out)
{
    if (!resolution_is_searched(resolution))
        return false;
    struct search search = resolution_search(resolution);
    search_add_words(&search, out);
    return true;
}

/* ---- asking ---- */

struct request *resolution_ask(struct resolution *resolution, const struct api *api)
{
    struct search search = resolution_search(resolution);
    switch (resolution->step) {
    case RESOLVE_SEARCH:
        return api_search(api, &search, resolution->cursor,
            resolution->wants_less ? SEARCH_PAGE_SMALL : SEARCH_PAGE);
    case RESOLVE_CONTACT:
        return api_contact(api, resolution->contact_id);
    case RESOLVE_TEMPLATE:
        return close_template_ask(&resolution->close_template, api);
    default:
        return current_lead_ask(&resolution->current, api);
    }
}

/* ---- contact ---- */

static struct verdict take_contact(struct resolution *resolution, const struct json *contact)
{
    const char *lead_id = json_get_text(contact, "lead_id");
    const char *name = record_name(contact), *email = record_email(contact);
    if (!lead_id) /* Close allows contacts without a lead since 2025-02-14 */
        return verdict_make(VERDICT_FAIL, "no_target",
            "the contact %s does not belong to a lead" REMEDY "add it to one in Close",
            resolution->contact_id);
    if (!record_is_id(lead_id, "lead_"))
        return answer_odd("contact/");
    if (resolution_is_searched(resolution) && !candidates_is_still_one(resolution, contact))
        return candidates_none(resolution);
    int result = json_add_text(resolution->values, "contact.id", resolution->contact_id);
    result |= json_add_text(resolution->values, "contact.name", name ? name : "");
    result |= json_add_text(resolution->values, "contact.email", email ? email : "");
    result |= str_assign(&resolution->contact_lead, lead_id);
    if (!resolution->lead_id)
        result |= str_assign(&resolution->lead_id, lead_id);
    return result ? verdict_no_memory() : resolution_go_to_lead(resolution);
}

static struct verdict read_contact(struct resolution *resolution, const char *body, size_t length)
{
    CLEANUP(json_freep) struct json *contact = json_parse(body, length);
    const char *id = json_get_text(contact, "id");
    if (!id || strcmp(id, resolution->contact_id) != 0)
        return answer_odd("contact/");
    return take_contact(resolution, contact);
}

/* ---- lead ---- */

static int try_fields(
    const struct resolution *resolution, const struct rule_fields *of_rule, struct str *why)
{
    CLEANUP(json_freep) struct json *fields = NULL;
    return rule_fill(
        resolution->rule, of_rule, &resolution->facts, resolution->values, &fields, why);
}

/** Everything is known: whether the activity can be made of it is seen now, not after the upload.
 */
static struct verdict try_activity(struct resolution *resolution)
{
    struct str why = STR_INIT(4096);
    int result = try_fields(resolution, &resolution->rule->fields, &why);
    for (size_t i = 0; result == 0 && i < resolution->rule->effect_count; i++)
        result = try_fields(resolution, &resolution->rule->effects[i].fields, &why);
    if (result < 0)
        return resolution_failed("template", result, &why);
    str_release(&why);
    return resolution_known();
}

static struct verdict take_lead(struct resolution *resolution, const struct json *lead)
{
    const char *name = record_name(lead);
    bool is_searched = resolution_is_searched(resolution) && !resolution->contact_id;
    if (str_assign(&resolution->lead_id, resolution->current.lead_id) < 0)
        return verdict_no_memory();
    if (is_searched && !candidates_is_still_one(resolution, lead))
        return candidates_none(resolution);
    if (resolution->contact_lead && strcmp(resolution->contact_lead, resolution->lead_id) != 0)
        return verdict_make(VERDICT_FAIL, "wrong_contact",
            "the contact %s is not on the lead %s but on %s" REMEDY
            "correct the ID of one of the two",
            resolution->contact_id, resolution->lead_id, resolution->contact_lead);
    int result = json_add_text(resolution->values, "lead.id", resolution->lead_id);
    result |= json_add_text(resolution->values, "lead.name", name ? name : "");
    return result ? verdict_no_memory() : try_activity(resolution);
}

/* ---- template ---- */

/** Files of others in it are seen now, not after the upload; a single one may be ours. */
static struct verdict read_template(struct resolution *resolution, const struct request *request)
{
    struct close_template *template = &resolution->close_template;
    struct verdict verdict = close_template_read(template, request);
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    verdict = close_template_takes(template, path_name(resolution->path), NULL, NULL);
    int result = str_assign(&resolution->lead_id, template->id);
    return result < 0 ? verdict_no_memory() : verdict;
}

/* ---- reading ---- */

static struct verdict read_current_lead(
    struct resolution *resolution, const struct request *request)
{
    CLEANUP(json_freep) struct json *lead = NULL;
    struct verdict verdict = current_lead_read(&resolution->current, request, &lead);
    return verdict.kind == VERDICT_NEXT ? take_lead(resolution, lead) : verdict;
}

/** Whether Close may have refused the search for the size of its page alone: what it takes has
 * changed before. */
static bool may_be_too_much(const struct resolution *resolution, const struct request *request)
{
    bool is_first = resolution->step == RESOLVE_SEARCH && !resolution->cursor;
    return is_first && !resolution->wants_less && request_status(request) == 400;
}

struct verdict resolution_read(struct resolution *resolution, const struct request *request)
{
    if (resolution->step == RESOLVE_LEAD)
        return read_current_lead(resolution, request);
    if (resolution->step == RESOLVE_TEMPLATE)
        return read_template(resolution, request);
    if (may_be_too_much(resolution, request)) {
        resolution->wants_less = true;
        return verdict_more();
    }
    size_t length;
    const char *body = request_reply(request, &length);
    bool is_search = resolution->step == RESOLVE_SEARCH;
    struct verdict verdict = answer_read(request, is_search ? "data/search/" : "contact/");
    if (!is_search && answer_is_absent(request))
        return verdict_make(VERDICT_FAIL, "no_target",
            "Close has no contact with the ID %s: it was deleted, or the ID is wrong" REMEDY
            "correct the ID, which is usually in the name of the file",
            resolution->contact_id);
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    return is_search ? candidates_read(resolution, body, length)
                     : read_contact(resolution, body, length);
}
