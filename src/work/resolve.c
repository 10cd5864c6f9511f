/* The steps from a file's name to a lead: rule, variables, table, search, comparison, each with its
 * own way to fail. */
#include "closedrop/work/resolve.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/base/text.h"
#include "closedrop/base/utf8.h"
#include "closedrop/close/record.h"
#include "closedrop/files/path.h"
#include "closedrop/http/request.h"
#include "closedrop/rules/sidecar.h"
#include "closedrop/work/answer.h"

#include <errno.h>
#include <string.h>

#define KEY_MAX 1000      /* characters of what is looked up */
#define PAGES_MAX 50      /* of search results */
#define NAMES_MAX 5       /* candidates that a message names */
#define NAME_SHOWN_MAX 60 /* bytes of the name of each */

static struct verdict next(void)
{
    return verdict_make(VERDICT_NEXT, NULL, "known");
}

/** A failure for the reason in `why`, which is released; -ENOMEM waits. */
static struct verdict failed(const char *code, int result, struct str *why)
{
    struct verdict verdict = result == -ENOMEM
                                 ? verdict_no_memory()
                                 : verdict_make(VERDICT_FAIL, code, "%s", str_text(why));
    str_release(why);
    return verdict;
}

/* ---- what needs no network ---- */

static int read_facts(struct resolution *resolution, const struct resolve_file *file)
{
    resolution->path = text_clean_name(file->path);
    resolution->content_type = utf8_clean_copy(file->content_type);
    resolution->values = json_object();
    resolution->facts = (struct template_facts){.folder = file->folder,
        .path = resolution->path,
        .content_type = resolution->content_type,
        .size = file->size,
        .mtime_ns = file->mtime_ns,
        .queued_ms = file->queued_ms};
    return resolution->path && resolution->content_type && resolution->values ? 0 : -ENOMEM;
}

/** What the sidecar says, if the folder has them. */
static struct verdict read_meta(struct resolution *resolution, const struct resolve_file *file)
{
    struct str why = STR_INIT(4096);
    if (!file->sidecar)
        return next();
    str_add(&why, "the sidecar ");
    utf8_escape(&why, path_name(resolution->path), strlen(path_name(resolution->path)));
    str_add(&why, ".json cannot be used: ");
    int result = sidecar_read(file->sidecar, file->sidecar_length, resolution->values, &why);
    if (result < 0)
        return failed("sidecar", result, &why);
    str_release(&why);
    return next();
}

/** Expand a text of the rule that must not come out empty. */
static struct verdict expand_needed(const struct resolution *resolution,
    const struct template *template, const char *what, char **ret_text)
{
    struct str why = STR_INIT(4096);
    int result = rule_expand(
        template, &resolution->facts, resolution->values, what, KEY_MAX, ret_text, &why);
    if (result == 0 && !**ret_text) {
        str_printf(&why, "\"%s\" of rule \"%s\" comes out empty for this file", what,
            resolution->rule->name);
        result = -EINVAL;
    }
    if (result < 0)
        return failed("template", result, &why);
    str_release(&why);
    return next();
}

/** More than a minute: see table_wait(). */
#define TABLE_WAIT_MAX_MS 65000

/** What an answer of a table means; where it is to be asked again, after how long at least. */
static const struct {
    enum verdict_kind kind;
    const char *code;
    int64_t wait_ms;
} table_verdicts[] = {
    [TABLE_FOUND] = {VERDICT_NEXT, NULL, 0},
    [TABLE_NO_SUCH_KEY] = {VERDICT_FAIL, "no_target", 0},
    [TABLE_CHANGING] = {VERDICT_WAIT, "table", TABLE_YOUNG_MS},
    [TABLE_INCOMPLETE] = {VERDICT_WAIT, "table", TABLE_INCOMPLETE_MS},
    [TABLE_UNUSABLE] = {VERDICT_FAIL, "table", 0},
};

/** A table is asked again as long after as its file has waited so far: often at first, and then not
 * so often that `run --once` would take it for work that soon ends. */
static int64_t table_wait(enum table_answer answer, const struct resolve_file *file)
{
    int64_t least = table_verdicts[answer].wait_ms, waited = clock_wall_ms() - file->queued_ms;
    if (answer != TABLE_INCOMPLETE || waited < least)
        return least;
    return waited < TABLE_WAIT_MAX_MS ? waited : TABLE_WAIT_MAX_MS;
}

static struct verdict lookup_row(
    struct resolution *resolution, const struct resolve_file *file, struct tables *tables)
{
    CLEANUP(free_text) char *key = NULL;
    const struct rule *rule = resolution->rule;
    struct verdict verdict = expand_needed(resolution, rule->table_key, "table.key", &key);
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    CLEANUP(json_freep) struct json *columns = rule_columns(rule);
    if (!columns)
        return verdict_no_memory();
    struct str why = STR_INIT(4096);
    struct table_ask ask = rule_table_ask(rule, columns);
    ask.settle_ms = file->settle_ms;
    ask.incomplete_ms = file->incomplete_ms;
    ask.waited_ms = clock_wall_ms() - file->queued_ms;
    enum table_answer answer = tables_lookup(tables, &ask, key, resolution->values, &why);
    if (answer == TABLE_FOUND) {
        str_release(&why);
        return next();
    }
    verdict = failed(table_verdicts[answer].code, -EINVAL, &why);
    verdict.kind = table_verdicts[answer].kind;
    verdict.wait_ms = table_wait(answer, file);
    return verdict;
}

/** Files of one group may spell its key each in its own way. */
static struct verdict make_group_key(struct resolution *resolution)
{
    CLEANUP(free_text) char *text = NULL;
    const struct rule *rule = resolution->rule;
    if (!rule->group)
        return next();
    struct verdict verdict = expand_needed(resolution, rule->group, "group.by", &text);
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    resolution->group = text_key(text);
    return resolution->group ? next() : verdict_no_memory();
}

static struct verdict choose_rule(
    struct resolution *resolution, struct rule *const *rules, bool fails_unmatched)
{
    struct str why = STR_INIT(4096);
    switch (rule_choose(rules, &resolution->facts, resolution->values, &resolution->rule, &why)) {
    case RULE_CHOSEN:
        break;
    case RULE_NONE:
        if (*rules && fails_unmatched)
            return verdict_make(VERDICT_FAIL, "no_rule",
                "no rule says where this file belongs; give it a name that one of the rules takes");
        break;
    case RULE_ERROR:
        return failed("pattern", -EINVAL, &why);
    case RULE_NO_MEMORY:
        return failed("pattern", -ENOMEM, &why);
    }
    str_release(&why);
    return next();
}

struct verdict resolution_classify(struct resolution *resolution, const struct resolve_file *file,
    struct rule *const *rules, bool fails_unmatched, struct tables *tables)
{
    *resolution = (struct resolution){0};
    if (read_facts(resolution, file) < 0)
        return verdict_no_memory();
    struct verdict verdict = *rules ? read_meta(resolution, file) : next();
    if (verdict.kind == VERDICT_NEXT)
        verdict = choose_rule(resolution, rules, fails_unmatched);
    if (verdict.kind != VERDICT_NEXT || !resolution->rule)
        return verdict;
    if (resolution->rule->table)
        verdict = lookup_row(resolution, file, tables);
    return verdict.kind == VERDICT_NEXT ? make_group_key(resolution) : verdict;
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
    *resolution = (struct resolution){0};
}

/* ---- where to begin ---- */

static struct search search_of(const struct resolution *resolution)
{
    return (struct search){.by = (enum search_by)resolution->rule->find_by,
        .value = resolution->search_value,
        .custom_field = resolution->rule->custom_field,
        .country = resolution->rule->find_country};
}

static bool is_found_by_search(const struct resolution *resolution)
{
    return resolution->search_value != NULL;
}

/** Take an id over that must be one; "" is none. */
static struct verdict take_id(const char *prefix, const char *words, char *text, char **ret_id)
{
    if (!*text) {
        free(text);
        return next();
    }
    if (record_is_id(text, prefix)) {
        *ret_id = text;
        return next();
    }
    CLEANUP(free_text) char *shown = utf8_escape_copy(text);
    struct verdict verdict = verdict_make(VERDICT_FAIL, "no_target",
        "\"%s\" is no id of a %s in Close; one looks like %s4tX9...", shown ? shown : "?", words,
        prefix);
    free(text);
    return verdict;
}

/** The lead is known: next, see that it is there, and who it is. */
static struct verdict go_to_lead(struct resolution *resolution)
{
    bool whole =
        is_found_by_search(resolution) && resolution->rule->find_by == (int)SEARCH_CUSTOM_FIELD;
    resolution->step = RESOLVE_LEAD;
    return current_lead_begin(
        &resolution->current, resolution->lead_id, whole, resolution->absences);
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
            "neither a lead_id nor a contact_id comes out of rule \"%s\" for this file",
            resolution->rule->name);
    resolution->step = RESOLVE_CONTACT;
    struct verdict verdict = resolution->contact_id ? next() : go_to_lead(resolution);
    return verdict.kind == VERDICT_MORE ? next() : verdict;
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
                                KEY_MAX, ret_text, &why)
                          : 0;
    if (result < 0)
        return failed("template", result, &why);
    str_release(&why);
    if (!*ret_text)
        *ret_text = strdup("");
    return next();
}

static struct verdict empty_cell(const struct resolution *resolution, const char *column)
{
    CLEANUP(free_text) char *key = NULL;
    const struct rule *rule = resolution->rule;
    struct verdict verdict = expand_needed(resolution, rule->table_key, "table.key", &key);
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    struct str why = STR_INIT(4096);
    str_add(&why, "the column \"");
    utf8_escape(&why, column, strlen(column));
    str_add(&why, "\" is empty in the row \"");
    utf8_escape(&why, key, strlen(key));
    str_printf(&why, "\" of %s, and nobody is looked for by an empty value; fill it in",
        path_name(rule->table));
    return failed("no_target", -EINVAL, &why);
}

/** An empty cell says nobody, whatever else stands in the template. */
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
    return next();
}

/** One of the two is enough. */
static struct verdict check_ids(
    const struct resolution *resolution, const char *lead_id, const char *contact_id)
{
    if (*lead_id || *contact_id)
        return next();
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
            "the row of this file in %s has neither a lead_id nor a contact_id; add one",
            path_name(resolution->rule->table));
    return resolution_aim(resolution, lead_id, contact_id);
}

static struct verdict begin_with_search(struct resolution *resolution)
{
    const struct rule *rule = resolution->rule;
    CLEANUP(free_text) char *text = NULL;
    struct verdict verdict = check_cells(resolution, rule->find);
    if (verdict.kind == VERDICT_NEXT)
        verdict = expand_needed(resolution, rule->find, "find", &text);
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    resolution->search_value = text_words(text);
    if (!resolution->search_value)
        return verdict_no_memory();
    struct search search = search_of(resolution);
    if (!search_is_sound(&search)) {
        struct str why = STR_INIT(4096);
        search_add_lack(&search, &why);
        return failed("no_target", -EINVAL, &why);
    }
    resolution->candidates = json_array();
    resolution->step = RESOLVE_SEARCH;
    return resolution->candidates ? next() : verdict_no_memory();
}

struct verdict resolution_begin(struct resolution *resolution)
{
    static struct verdict (*const begins[SOURCES])(struct resolution * resolution) = {
        [SOURCE_IDS] = begin_with_ids,
        [SOURCE_FIND] = begin_with_search,
        [SOURCE_TABLE] = begin_with_row,
    };
    return begins[resolution->rule->source](resolution);
}

bool resolution_add_search(const struct resolution *resolution, struct str *out)
{
    if (!is_found_by_search(resolution))
        return false;
    struct search search = search_of(resolution);
    search_add_words(&search, out);
    return true;
}

/* ---- asking ---- */

struct request *resolution_ask(struct resolution *resolution, const struct api *api)
{
    struct search search = search_of(resolution);
    switch (resolution->step) {
    case RESOLVE_SEARCH:
        return api_search(api, &search, resolution->cursor,
            resolution->wants_less ? SEARCH_PAGE_SMALL : SEARCH_PAGE);
    case RESOLVE_CONTACT:
        return api_contact(api, resolution->contact_id);
    default:
        return current_lead_ask(&resolution->current, api);
    }
}

/* ---- search ---- */

/** Keep of a page what may be the one that is searched for. */
static int keep_candidates(struct resolution *resolution, const struct record_page *page)
{
    struct search search = search_of(resolution);
    const char *prefix = search_is_for_contacts(&search) ? "cont_" : "lead_";
    int result = 0;
    for (const struct json *one = json_first(page->data); one && !result; one = json_next(one)) {
        const char *id = json_get_text(one, "id");
        if (id && record_is_id(id, prefix) && search_compare(&search, one) != SEARCH_NO)
            result = json_append(resolution->candidates, json_copy(one));
    }
    return result;
}

static struct verdict none_found(const struct resolution *resolution)
{
    struct search search = search_of(resolution);
    struct str why = STR_INIT(4096);
    str_add(&why, "Close knows no ");
    search_add_words(&search, &why);
    str_add(&why, "; add it in Close, or correct the name of the file");
    return failed("no_target", -EINVAL, &why);
}

/** Whether a byte of UTF-8 goes on with a character that began before it. */
static bool is_inside_character(char byte)
{
    return ((unsigned char)byte & 0xC0) == 0x80;
}

static void add_candidate(struct str *why, const struct json *candidate)
{
    const char *name = record_name(candidate);
    const char *id = json_get_text(candidate, "id");
    size_t length = name ? strnlen(name, NAME_SHOWN_MAX) : 0;
    while (length && is_inside_character(name[length]))
        length--;
    utf8_escape(why, name ? name : "", length);
    str_printf(why, " (%s)", id ? id : "?");
}

static struct verdict several_found(const struct resolution *resolution)
{
    struct search search = search_of(resolution);
    struct str why = STR_INIT(4096);
    size_t count = 0;
    str_add(&why, "Close knows more than one ");
    search_add_words(&search, &why);
    for (const struct json *one = json_first(resolution->candidates); one; one = json_next(one)) {
        if (count++ < NAMES_MAX) {
            str_add(&why, count > 1 ? ", " : ": ");
            add_candidate(&why, one);
        }
    }
    str_add(&why, count > NAMES_MAX ? " and others" : "");
    str_add(&why, "; merge them in Close, or use a rule that tells them apart");
    return failed("several", -EINVAL, &why);
}

static bool is_match(
    const struct resolution *resolution, const struct json *candidate, enum search_match match)
{
    struct search search = search_of(resolution);
    return search_compare(&search, candidate) == match;
}

/** Where one has just the value, those that have it but for the case of letters are not meant. */
static int drop_less_likely(struct resolution *resolution)
{
    const struct json *it = json_first(resolution->candidates);
    while (it && !is_match(resolution, it, SEARCH_YES))
        it = json_next(it);
    if (!it)
        return 0;
    struct json *likely = json_array();
    int result = likely ? 0 : -ENOMEM;
    for (it = json_first(resolution->candidates); it && !result; it = json_next(it))
        if (!is_match(resolution, it, SEARCH_BUT_FOR_CASE))
            result = json_append(likely, json_copy(it));
    json_free(resolution->candidates);
    resolution->candidates = likely;
    return result;
}

/** All pages are in: exactly one candidate is the one. */
static struct verdict take_candidate(struct resolution *resolution)
{
    struct search search = search_of(resolution);
    if (drop_less_likely(resolution) < 0)
        return verdict_no_memory();
    const struct json *first = json_first(resolution->candidates);
    if (!first)
        return none_found(resolution);
    if (json_next(first))
        return several_found(resolution);
    bool is_contact = search_is_for_contacts(&search);
    char **id = is_contact ? &resolution->contact_id : &resolution->lead_id;
    if (job_set_text(id, json_get_text(first, "id")) < 0)
        return verdict_no_memory();
    resolution->step = RESOLVE_CONTACT;
    return is_contact ? verdict_more() : go_to_lead(resolution);
}

static struct verdict read_search(struct resolution *resolution, const char *body, size_t length)
{
    struct record_page page;
    if (record_page_read(body, length, &page) < 0)
        return answer_odd("data/search/");
    int result = keep_candidates(resolution, &page);
    if (result == 0)
        result = job_set_text(&resolution->cursor, page.cursor);
    record_page_release(&page);
    if (result < 0)
        return verdict_no_memory();
    if (!resolution->cursor)
        return take_candidate(resolution);
    if (++resolution->page < PAGES_MAX)
        return verdict_more();
    struct search search = search_of(resolution);
    struct str why = STR_INIT(4096);
    str_add(&why, "Close finds too much that may be the ");
    search_add_words(&search, &why);
    return failed("several", -EINVAL, &why);
}

/* ---- contact ---- */

/** The index lags: what it found must still be what was searched for. */
static bool is_still_the_one(const struct resolution *resolution, const struct json *object)
{
    struct search search = search_of(resolution);
    return search_is_like(search_compare(&search, object));
}

static struct verdict take_contact(struct resolution *resolution, const struct json *contact)
{
    const char *lead_id = json_get_text(contact, "lead_id");
    const char *name = record_name(contact), *email = record_email(contact);
    if (!lead_id) /* allowed since 2025-02-14 (close-api.md 9) */
        return verdict_make(VERDICT_FAIL, "no_target",
            "the contact %s belongs to no lead; put it on one in Close", resolution->contact_id);
    if (!record_is_id(lead_id, "lead_"))
        return answer_odd("contact/");
    if (is_found_by_search(resolution) && !is_still_the_one(resolution, contact))
        return none_found(resolution);
    int result = json_add_text(resolution->values, "contact.id", resolution->contact_id);
    result |= json_add_text(resolution->values, "contact.name", name ? name : "");
    result |= json_add_text(resolution->values, "contact.email", email ? email : "");
    result |= job_set_text(&resolution->contact_lead, lead_id);
    if (!resolution->lead_id)
        result |= job_set_text(&resolution->lead_id, lead_id);
    return result ? verdict_no_memory() : go_to_lead(resolution);
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

/** Everything is known: whether the activity can be made of it is seen now, not after the upload.
 */
static struct verdict try_activity(struct resolution *resolution)
{
    struct json *fields = NULL;
    struct str why = STR_INIT(4096);
    int result = rule_fill(resolution->rule, &resolution->facts, resolution->values, &fields, &why);
    json_free(fields);
    if (result < 0)
        return failed("template", result, &why);
    str_release(&why);
    return next();
}

static struct verdict take_lead(struct resolution *resolution, const struct json *lead)
{
    const char *name = record_name(lead);
    bool is_searched = is_found_by_search(resolution) && !resolution->contact_id;
    if (job_set_text(&resolution->lead_id, resolution->current.lead_id) < 0)
        return verdict_no_memory();
    if (is_searched && !is_still_the_one(resolution, lead))
        return none_found(resolution);
    if (resolution->contact_lead && strcmp(resolution->contact_lead, resolution->lead_id) != 0)
        return verdict_make(VERDICT_FAIL, "wrong_contact",
            "the contact %s is not one of the lead %s (but of %s); correct one of the two",
            resolution->contact_id, resolution->lead_id, resolution->contact_lead);
    int result = json_add_text(resolution->values, "lead.id", resolution->lead_id);
    result |= json_add_text(resolution->values, "lead.name", name ? name : "");
    return result ? verdict_no_memory() : try_activity(resolution);
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
            "Close knows no contact %s: it was deleted, or the id is wrong; correct it, then try "
            "again",
            resolution->contact_id);
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    return is_search ? read_search(resolution, body, length)
                     : read_contact(resolution, body, length);
}
