/**
 * What the steps from a file to its lead share: how each ends, what a template gives, and the lead
 * at the end of them all.
 */
#include "resolution.h"

#include "closedrop/base/json.h"
#include "closedrop/base/str.h"

#include <errno.h>
#include <stdlib.h>

struct verdict resolution_known(void)
{
    return verdict_make(VERDICT_NEXT, NULL, "known");
}

/** A failure for the reason in `why`, which is released; -ENOMEM waits. */
struct verdict resolution_failed(const char *code, int result, struct str *why)
{
    struct verdict verdict = result == -ENOMEM
                                 ? verdict_no_memory()
                                 : verdict_make(VERDICT_FAIL, code, "%s", str_text(why));
    str_release(why);
    return verdict;
}

/** Expand a text of the rule that must not come out empty. */
struct verdict resolution_expand(const struct resolution *resolution,
    const struct template *template, const char *what, char **ret_text)
{
    struct str why = STR_INIT(4096);
    int result = rule_expand(template, &resolution->facts, resolution->values, what,
        RESOLUTION_TEXT_MAX, ret_text, &why);
    if (result == 0 && !**ret_text) {
        str_printf(
            &why, "\"%s\" of rule \"%s\" is empty for this file", what, resolution->rule->name);
        result = -EINVAL;
    }
    if (result < 0)
        return resolution_failed("template", result, &why);
    str_release(&why);
    return resolution_known();
}

struct search resolution_search(const struct resolution *resolution)
{
    return (struct search){.by = (enum search_by)resolution->rule->find_by,
        .value = resolution->search_value,
        .custom_field = resolution->rule->custom_field,
        .country = resolution->rule->find_country};
}

bool resolution_is_searched(const struct resolution *resolution)
{
    return resolution->search_value != NULL;
}

/** The lead is known: next, see that it is there, and who it is. */
struct verdict resolution_go_to_lead(struct resolution *resolution)
{
    bool whole =
        resolution_is_searched(resolution) && resolution->rule->find_by == (int)SEARCH_CUSTOM_FIELD;
    resolution->step = RESOLVE_LEAD;
    return current_lead_begin(
        &resolution->current, resolution->lead_id, whole, resolution->absences);
}

void resolution_release(struct resolution *resolution)
{
    json_free(resolution->values);
    free(resolution->group);
    free(resolution->lead_id);
    free(resolution->contact_id);
    free(resolution->path);
    free(resolution->content_type);
    free(resolution->search_value);
    json_free(resolution->candidates);
    free(resolution->cursor);
    free(resolution->contact_lead);
    current_lead_release(&resolution->current);
    close_template_release(&resolution->close_template);
    *resolution = (struct resolution){0};
}
