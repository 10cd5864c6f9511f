/**
 * The steps that need no network: which rule takes a file, what its sidecar and its table say, and
 * which group it belongs to.
 */
#include "resolution.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/base/remedy.h"
#include "closedrop/base/str.h"
#include "closedrop/base/text.h"
#include "closedrop/base/utf8.h"
#include "closedrop/files/lease.h"
#include "closedrop/files/path.h"
#include "closedrop/rules/sidecar.h"

#include <errno.h>
#include <string.h>

static int read_facts(struct resolution *resolution, const struct resolve_file *file)
{
    resolution->path = text_clean_name(file->path);
    resolution->content_type = utf8_clean_copy(file->content_type);
    resolution->values = json_object();
    resolution->facts = (struct template_facts){.folder = file->folder,
        .path = resolution->path,
        .content_type = resolution->content_type,
        .owner = file->owner,
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
        return resolution_known();
    str_add(&why, "the sidecar ");
    utf8_escape(&why, path_name(resolution->path), strlen(path_name(resolution->path)));
    str_add(&why, ".json cannot be used: ");
    int result = sidecar_read(file->sidecar, file->sidecar_length, resolution->values, &why);
    if (result < 0)
        return resolution_failed("sidecar", result, &why);
    str_release(&why);
    return resolution_known();
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
    [TABLE_CHANGING] = {VERDICT_WAIT, "table", FILE_YOUNG_MS},
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

/** How long it may be waited for a table. */
static void set_patience(struct table_ask *ask, const struct resolve_file *file)
{
    ask->settle_ms = file->settle_ms;
    ask->incomplete_ms = file->incomplete_ms;
    ask->waited_ms = clock_wall_ms() - file->queued_ms;
}

/** What follows from an answer; `why` is released. */
static struct verdict take_answer(
    enum table_answer answer, const struct resolve_file *file, struct str *why)
{
    if (answer == TABLE_FOUND) {
        str_release(why);
        return resolution_known();
    }
    struct verdict verdict = resolution_failed(table_verdicts[answer].code, -EINVAL, why);
    verdict.kind = table_verdicts[answer].kind;
    verdict.wait_ms = table_wait(answer, file);
    return verdict;
}

static struct verdict lookup_row(
    struct resolution *resolution, const struct resolve_file *file, struct tables *tables)
{
    CLEANUP(free_text) char *key = NULL;
    const struct rule *rule = resolution->rule;
    struct verdict verdict = resolution_expand(resolution, rule->table_key, "table.key", &key);
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    CLEANUP(json_freep) struct json *columns = rule_columns(rule);
    if (!columns)
        return verdict_no_memory();
    struct str why = STR_INIT(4096);
    struct table_ask ask = rule_table_ask(rule, columns);
    set_patience(&ask, file);
    ask.key_is_in_name = strstr(resolution->path, key) != NULL;
    return take_answer(tables_lookup(tables, &ask, key, resolution->values, &why), file, &why);
}

/** Who dropped it, if the rule says anything of that. */
static struct verdict lookup_owner(
    struct resolution *resolution, const struct resolve_file *file, struct tables *tables)
{
    const struct people_columns used = {.email = rule_uses(resolution->rule, "owner.email"),
        .user_id = rule_uses(resolution->rule, "owner.user_id")};
    if (!used.email && !used.user_id)
        return resolution_known();
    CLEANUP(json_freep) struct json *columns = people_columns(&used);
    if (!columns)
        return verdict_no_memory();
    struct str why = STR_INIT(4096);
    struct table_ask ask = people_ask(file->people, columns);
    set_patience(&ask, file);
    return take_answer(
        people_lookup(file->people, tables, &ask, &resolution->facts, resolution->values, &why),
        file, &why);
}

/** Files of one group may spell its key each in its own way. */
static struct verdict make_group_key(struct resolution *resolution)
{
    CLEANUP(free_text) char *text = NULL;
    const struct rule *rule = resolution->rule;
    if (!rule->group)
        return resolution_known();
    struct verdict verdict = resolution_expand(resolution, rule->group, "group.by", &text);
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    resolution->group = text_key(text);
    return resolution->group ? resolution_known() : verdict_no_memory();
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
                "closedrop cannot tell from its name where it belongs" REMEDY
                "rename it as a rule of the folder expects; \"closedrop match\" shows what the "
                "rules do with a file");
        break;
    case RULE_ERROR:
        return resolution_failed("pattern", -EINVAL, &why);
    case RULE_NO_MEMORY:
        return resolution_failed("pattern", -ENOMEM, &why);
    }
    str_release(&why);
    return resolution_known();
}

struct verdict resolution_classify(struct resolution *resolution, const struct resolve_file *file,
    struct rule *const *rules, bool fails_unmatched, struct tables *tables)
{
    *resolution = (struct resolution){0};
    if (read_facts(resolution, file) < 0)
        return verdict_no_memory();
    struct verdict verdict = *rules ? read_meta(resolution, file) : resolution_known();
    if (verdict.kind == VERDICT_NEXT)
        verdict = choose_rule(resolution, rules, fails_unmatched);
    if (verdict.kind != VERDICT_NEXT || !resolution->rule)
        return verdict;
    verdict = lookup_owner(resolution, file, tables);
    if (verdict.kind == VERDICT_NEXT && resolution->rule->table)
        verdict = lookup_row(resolution, file, tables);
    return verdict.kind == VERDICT_NEXT ? make_group_key(resolution) : verdict;
}
