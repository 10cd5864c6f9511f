/**
 * Where a rule begins to ask: with the ids that it gives, with those of a row, with a search, or
 * with a template of Close.
 */
#include "resolution.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/remedy.h"
#include "closedrop/base/str.h"
#include "closedrop/base/text.h"
#include "closedrop/base/utf8.h"
#include "closedrop/close/record.h"
#include "closedrop/files/path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/** Take an id over that must be one; "" is none. */
static struct verdict take_id(const char *prefix, const char *words, char *text, char **ret_id)
{
    if (!*text) {
        free(text);
        return resolution_known();
    }
    if (record_is_id(text, prefix)) {
        *ret_id = text;
        return resolution_known();
    }
    CLEANUP(free_text) char *shown = utf8_escape_copy(text);
    struct verdict verdict = verdict_make(VERDICT_FAIL, "no_target",
        "\"%s\" is not a %s ID of Close, which looks like %s4tX9..." REMEDY
        "correct the ID, which is usually in the name of the file",
        shown ? shown : "?", words, prefix);
    free(text);
    return verdict;
}

static struct verdict take_ids(struct resolution *resolution, char *lead_id, char *contact_id)
{
    if (!lead_id || !contact_id) {
        free(lead_id);
        free(contact_id);
        return verdict_no_memory();
    }
    struct verdict of_lead = take_id("lead_", "lead", lead_id, &resolution->lead_id);
    struct verdict of_contact = take_id("cont_", "contact", contact_id, &resolution->contact_id);
    if (of_lead.kind != VERDICT_NEXT || of_contact.kind != VERDICT_NEXT)
        return of_lead.kind != VERDICT_NEXT ? of_lead : of_contact;
    if (!resolution->lead_id && !resolution->contact_id)
        return verdict_make(VERDICT_FAIL, "no_target",
            "rule \"%s\" yields neither a lead_id nor a contact_id for this file" REMEDY
            "correct the rule, or the name of the file",
            resolution->rule->name);
    resolution->step = RESOLVE_CONTACT;
    struct verdict verdict =
        resolution->contact_id ? resolution_known() : resolution_go_to_lead(resolution);
    return verdict.kind == VERDICT_MORE ? resolution_known() : verdict;
}

struct verdict resolution_aim(
    struct resolution *resolution, const char *lead_id, const char *contact_id)
{
    return take_ids(
        resolution, strdup(lead_id ? lead_id : ""), strdup(contact_id ? contact_id : ""));
}

static struct verdict expand_id(const struct resolution *resolution,
    const struct template *template, const char *what, char **ret_text)
{
    struct str why = STR_INIT(4096);
    *ret_text = NULL;
    int result = template ? rule_expand(template, &resolution->facts, resolution->values, what,
                                RESOLUTION_TEXT_MAX, ret_text, &why)
                          : 0;
    if (result < 0)
        return resolution_failed("template", result, &why);
    str_release(&why);
    if (!*ret_text)
        *ret_text = strdup("");
    return resolution_known();
}

static struct verdict empty_cell(const struct resolution *resolution, const char *column)
{
    CLEANUP(free_text) char *key = NULL;
    const struct rule *rule = resolution->rule;
    struct verdict verdict = resolution_expand(resolution, rule->table_key, "table.key", &key);
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    struct str why = STR_INIT(4096);
    str_add(&why, "the column \"");
    utf8_escape(&why, column, strlen(column));
    str_add(&why, "\" is empty in the row \"");
    utf8_escape(&why, key, strlen(key));
    str_printf(&why, "\" of %s, and an empty value cannot be searched for" REMEDY "fill it in",
        path_name(rule->table));
    return resolution_failed("no_target", -EINVAL, &why);
}

/** An empty cell means nobody, whatever else the template contains. */
static struct verdict check_cells(
    const struct resolution *resolution, const struct template *template)
{
    CLEANUP(json_freep) struct json *columns = json_array();
    if (!columns || (template && template_add_columns(template, columns) < 0))
        return verdict_no_memory();
    for (const struct json *it = json_first(columns); it; it = json_next(it)) {
        CLEANUP(free_text) char *name = str_format("row.%s", json_text(it));
        if (!name)
            return verdict_no_memory();
        const char *cell = json_get_text(resolution->values, name);
        if (!cell || !*cell)
            return empty_cell(resolution, json_text(it));
    }
    return resolution_known();
}

/** One of the two is enough. */
static struct verdict check_ids(
    const struct resolution *resolution, const char *lead_id, const char *contact_id)
{
    if (*lead_id || *contact_id)
        return resolution_known();
    struct verdict verdict = check_cells(resolution, resolution->rule->lead_id);
    return verdict.kind == VERDICT_NEXT ? check_cells(resolution, resolution->rule->contact_id)
                                        : verdict;
}

static struct verdict begin_with_ids(struct resolution *resolution)
{
    const struct rule *rule = resolution->rule;
    char *lead_id = NULL, *contact_id = NULL;
    struct verdict verdict = expand_id(resolution, rule->lead_id, "lead_id", &lead_id);
    if (verdict.kind == VERDICT_NEXT)
        verdict = expand_id(resolution, rule->contact_id, "contact_id", &contact_id);
    if (verdict.kind == VERDICT_NEXT && lead_id && contact_id)
        verdict = check_ids(resolution, lead_id, contact_id);
    if (verdict.kind == VERDICT_NEXT)
        return take_ids(resolution, lead_id, contact_id);
    free(lead_id);
    free(contact_id);
    return verdict;
}

static struct verdict begin_with_row(struct resolution *resolution)
{
    const char *lead_id = json_get_text(resolution->values, "row.lead_id");
    const char *contact_id = json_get_text(resolution->values, "row.contact_id");
    if (!(lead_id && *lead_id) && !(contact_id && *contact_id))
        return verdict_make(VERDICT_FAIL, "no_target",
            "the row of this file in %s has neither a lead_id nor a contact_id" REMEDY
            "add one of them to the row",
            path_name(resolution->rule->table));
    return resolution_aim(resolution, lead_id, contact_id);
}

static struct verdict begin_with_search(struct resolution *resolution)
{
    const struct rule *rule = resolution->rule;
    CLEANUP(free_text) char *text = NULL;
    struct verdict verdict = check_cells(resolution, rule->find);
    if (verdict.kind == VERDICT_NEXT)
        verdict = resolution_expand(resolution, rule->find, "find", &text);
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    resolution->search_value = text_words(text);
    if (!resolution->search_value)
        return verdict_no_memory();
    struct search search = resolution_search(resolution);
    if (!search_is_sound(&search)) {
        struct str why = STR_INIT(4096);
        search_add_lack(&search, &why);
        return resolution_failed("no_target", -EINVAL, &why);
    }
    resolution->candidates = json_array();
    resolution->step = RESOLVE_SEARCH;
    return resolution->candidates ? resolution_known() : verdict_no_memory();
}

/** Which template it is, or would be called, is in the fields. */
static struct verdict begin_with_template(struct resolution *resolution)
{
    CLEANUP(json_freep) struct json *fields = NULL;
    const struct rule *rule = resolution->rule;
    struct str why = STR_INIT(4096);
    int result =
        rule_fill(rule, &rule->fields, &resolution->facts, resolution->values, &fields, &why);
    if (result < 0)
        return resolution_failed("template", result, &why);
    str_release(&why);
    resolution->step = RESOLVE_TEMPLATE;
    return close_template_begin(&resolution->close_template, rule->activity, fields);
}

struct verdict resolution_begin(struct resolution *resolution)
{
    static struct verdict (*const begins[SOURCES])(struct resolution * resolution) = {
        [SOURCE_IDS] = begin_with_ids,
        [SOURCE_FIND] = begin_with_search,
        [SOURCE_TABLE] = begin_with_row,
        [SOURCE_TEMPLATE] = begin_with_template,
    };
    return begins[resolution->rule->source](resolution);
}
