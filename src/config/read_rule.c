/** The list `rules`: which files a rule takes and whose they are; what it creates, read_activity.c.
 */
#include "read_rule.h"

#include "read_activity.h"
#include "reader.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/encoding.h"
#include "closedrop/base/str.h"
#include "closedrop/close/activity.h"
#include "closedrop/close/phone.h"
#include "closedrop/close/record.h"
#include "closedrop/close/search.h"
#include "closedrop/files/path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- match ---- */

/** A named group that has the name of a variable would hide it. */
static void check_groups(struct rule_reader *reader, struct setting *match)
{
    const char *const *name = pattern_groups(reader->rule->path);
    for (; *name; name++)
        if (variable_is_of_every_file(*name))
            setting_problem(reader->settings, match, "path",
                "the named group \"%s\" hides the variable {%s}; choose another name", *name,
                *name);
}

static void read_match(struct rule_reader *reader)
{
    struct rule *rule = reader->rule;
    struct setting *match = setting_group(reader->settings, reader->group, "match");
    CLEANUP(free_text) char *path = setting_text(reader->settings, match, "path", NULL);
    rule->content_type = setting_text(reader->settings, match, "content_type", "");
    rule->min_size = setting_size(reader->settings, match, "min_size", "0");
    rule->max_size = setting_size(reader->settings, match, "max_size", "0");
    if (rule->max_size && rule->min_size > rule->max_size)
        setting_problem(reader->settings, match, "min_size", "must not be larger than max_size");
    if (!path)
        return;
    struct str why = STR_INIT(4096);
    reader_note_problem(reader, match, "path", pattern_new(path, &rule->path, &why), &why);
    str_release(&why);
    if (rule->path)
        check_groups(reader, match);
    reader->early.pattern = rule->path;
    reader->late.pattern = rule->path;
}

/* ---- which lead it belongs to ---- */

static void read_custom_field(struct rule_reader *reader, struct setting *find)
{
    struct setting *group = setting_group(reader->settings, find, "custom_field");
    if (!group)
        return;
    reader->rule->custom_field = setting_text(reader->settings, group, "id", NULL);
    reader->rule->find = reader_read_template(reader, group, "value", &reader->early);
    const char *id = reader->rule->custom_field;
    if (!id || !record_is_id(id, "cf_"))
        setting_problem(reader->settings, group, "id",
            "must be the ID of a custom field of leads, e.g. id = \"cf_...\";");
    if (!reader->rule->find && !setting_has(group, "value"))
        setting_problem(reader->settings, group, "value",
            "is missing; say what the field must contain, e.g. value = \"{num}\";");
}

/** How numbers are dialled there is not known, or it is not a calling code at all. */
static void complain_of_country(
    struct rule_reader *reader, struct setting *find, const char *country)
{
    const char *like = phone_country_like(country);
    if (like) {
        setting_problem(reader->settings, find, "country",
            "\"%s\" is not a country calling code in digits; write country = \"%s\";", country,
            like);
        return;
    }
    struct str known = STR_INIT(4096);
    phone_add_countries(&known);
    setting_problem(reader->settings, find, "country",
        "\"%s\" is not a country calling code with known dialling rules, such as country = \"49\"; "
        "known are %s; for any other, remove country and write the code into contact_phone, e.g. "
        "\"+81{caller}\"",
        country, str_text(&known));
    str_release(&known);
}

static void read_country(struct rule_reader *reader, struct setting *find)
{
    char *country = setting_text(reader->settings, find, "country", NULL);
    if (country && !setting_has(find, search_names[SEARCH_CONTACT_PHONE]))
        setting_problem(
            reader->settings, find, "country", "only applies to contact_phone; remove it");
    else if (country && !phone_knows_country(country))
        complain_of_country(reader, find, country);
    reader->rule->find_country = country;
}

static void read_find(struct rule_reader *reader)
{
    struct setting *find = setting_group(reader->settings, reader->group, "find");
    struct rule *rule = reader->rule;
    int given = 0;
    if (!find)
        return;
    for (int by = 0; by < SEARCH_KINDS; by++) {
        bool is_set = setting_has(find, search_names[by]);
        given += is_set;
        if (!is_set || given > 1) {
            setting_skip(reader->settings, find, search_names[by]);
            continue;
        }
        rule->find_by = by;
        if (by == SEARCH_CUSTOM_FIELD)
            read_custom_field(reader, find);
        else
            rule->find = reader_read_template(reader, find, search_names[by], &reader->early);
    }
    read_country(reader, find);
    if (given != 1)
        setting_problem(reader->settings, reader->group, "find",
            "must name exactly one of contact_email, contact_phone, contact_name, lead_name and "
            "custom_field, e.g. find = { contact_email = \"{sender}\"; };");
}

/** For tables of programs that know nothing else. */
static void read_encoding(struct rule_reader *reader, struct setting *table)
{
    char *encoding = setting_text(reader->settings, table, "encoding", NULL);
    if (encoding && *encoding && !encoding_is_known(encoding))
        setting_problem(reader->settings, table, "encoding",
            "\"%s\" is not a known encoding; did you mean encoding = \"%s\";? iconv -l lists them "
            "all; remove it for UTF-8",
            encoding, encoding_like(encoding));
    if (encoding && !*encoding) {
        free(encoding);
        encoding = NULL;
    }
    reader->rule->table_encoding = encoding;
}

static void read_table(struct rule_reader *reader, const char *file)
{
    struct setting *table = setting_group(reader->settings, reader->group, "table");
    if (!table)
        return;
    CLEANUP(free_text) char *given = setting_text(reader->settings, table, "file", NULL);
    reader->rule->table_line = setting_line(table, "file");
    CLEANUP(free_text) char *base = path_directory(file);
    reader->rule->table_key = reader_read_template(reader, table, "key", &reader->early);
    reader->rule->table_column = setting_text(reader->settings, table, "column", NULL);
    if (!setting_has(table, "file"))
        setting_problem(reader->settings, table, "file",
            "is missing; name the table, e.g. file = \"customers.csv\";");
    if (!setting_has(table, "key"))
        setting_problem(reader->settings, table, "key",
            "is missing; say what to look up in the column \"%s\", e.g. key = \"{customer}\";",
            reader->rule->table_column ? reader->rule->table_column : "key");
    reader->rule->table = given && base ? path_normal(base, given) : NULL;
    read_encoding(reader, table);
    if (given && !reader->rule->table)
        settings_set_short(reader->settings);
    /* a row is known once it was looked up: to the target, the group's key, and the activity */
    reader->early.row = true;
    reader->late.row = true;
}

/** A template for an id; what has no variable must be one itself. */
static struct template *read_id(struct rule_reader *reader, const char *key, const char *prefix)
{
    CLEANUP(free_text) char *text = setting_text(reader->settings, reader->group, key, NULL);
    if (!text)
        return NULL;
    if (!strchr(text, '{') && !record_is_id(text, prefix))
        setting_problem(reader->settings, reader->group, key,
            "\"%s\" is not an ID, which begins with %s, and contains no variable in braces, e.g. "
            "\"{lead}\"",
            text, prefix);
    return reader_make_template(reader, reader->group, key, text, &reader->early);
}

/** The template of Close that the rule fills, by the name of its key; NULL: it fills none. */
static const char *template_of(const struct rule_reader *reader)
{
    for (int kind = ACTIVITY_NONE + 1; kind < ACTIVITY_KINDS; kind++)
        if (activity_traits((enum activity_kind)kind)->is_template &&
            setting_has(reader->group, activity_kind_names[kind]))
            return activity_kind_names[kind];
    return NULL;
}

/** It belongs to no lead, and is known before the file is uploaded. */
static void read_template_source(struct rule_reader *reader, const char *template)
{
    static const char *const of_leads[] = {"lead_id", "contact_id", "find"};
    for (size_t i = 0; i < COUNT(of_leads); i++) {
        if (setting_has(reader->group, of_leads[i]))
            setting_problem(reader->settings, reader->group, of_leads[i],
                "makes no sense with %s: a template does not belong to a lead; remove it",
                template);
        setting_skip(reader->settings, reader->group, of_leads[i]);
    }
    reader->rule->source = SOURCE_TEMPLATE;
    reader->late.target = false;
    reader->late.sha256 = false;
}

/** Exactly one source; a table next to another one provides values for it and for the activity. */
static void read_source(struct rule_reader *reader, const char *file)
{
    struct rule *rule = reader->rule;
    bool has_ids =
        setting_has(reader->group, "lead_id") || setting_has(reader->group, "contact_id");
    bool has_find = setting_has(reader->group, "find");
    bool has_table = setting_has(reader->group, "table");
    const char *template = template_of(reader);
    if (!template && (has_ids + has_find > 1 || !(has_ids || has_find || has_table)))
        setting_problem(reader->settings, reader->group, NULL,
            "the rule \"%s\" must have exactly one of lead_id (or contact_id), find, and a table "
            "with such a column, to say which lead or contact the file belongs to",
            rule->name);
    if (has_table)
        read_table(reader, file);
    else
        setting_skip(reader->settings, reader->group, "table");
    if (template) {
        read_template_source(reader, template);
        return;
    }
    rule->lead_id = read_id(reader, "lead_id", "lead_");
    rule->contact_id = read_id(reader, "contact_id", "cont_");
    if (has_find)
        read_find(reader);
    else
        setting_skip(reader->settings, reader->group, "find");
    rule->source = has_find ? SOURCE_FIND : has_ids ? SOURCE_IDS : SOURCE_TABLE;
}

/** Whoever takes it for a second way to a target must hear that it is none. */
static void check_use_of_table(struct rule_reader *reader)
{
    const struct rule *rule = reader->rule;
    if (rule->table && rule->source != SOURCE_TABLE && !rule_uses(rule, "row."))
        setting_problem(reader->settings, reader->group, "table",
            "only supplies values when %s decides where a file belongs, and "
            "none of them is used; use one, e.g. \"{row.email}\", or remove one of the two",
            rule->source == SOURCE_FIND       ? "find"
            : rule->source == SOURCE_TEMPLATE ? activity_kind_names[rule->activity]
                                              : "lead_id or contact_id");
}

static void read_group(struct rule_reader *reader)
{
    struct setting *group = setting_group(reader->settings, reader->group, "group");
    reader->rule->group = reader_read_template(reader, group, "by", &reader->early);
    reader->rule->group_wait_ms =
        setting_duration(reader->settings, group, "wait", "30s", "0", "1d");
    if (group && !setting_has(group, "by"))
        setting_problem(reader->settings, group, "by",
            "is missing; say which files belong together, e.g. by = \"{customer}\";");
}

/* ---- a rule, and all of them ---- */

static void read_name(struct rule_reader *reader, const struct config *config, size_t index)
{
    struct rule *rule = reader->rule;
    rule->name = setting_text(reader->settings, reader->group, "name", NULL);
    if (!setting_has(reader->group, "name"))
        setting_problem(reader->settings, reader->group, "name",
            "is missing; folders refer to their rules by it, e.g. name = \"fax\";");
    if (!rule->name)
        rule->name = strdup("");
    for (size_t i = 0; i < index && rule->name; i++)
        if (*rule->name && config->rules[i].name && strcmp(rule->name, config->rules[i].name) == 0)
            setting_problem(reader->settings, reader->group, "name",
                "\"%s\" is already the name of another rule; each needs its own", rule->name);
}

static bool is_rule_whole(const struct rule *rule)
{
    return rule->name && rule->content_type;
}

bool read_rules(struct settings *settings, struct config *config)
{
    struct setting *root = settings_root(settings);
    size_t count = setting_list_length(settings, root, "rules");
    bool whole = true;
    config->rules = calloc(count + 1, sizeof(*config->rules));
    if (!config->rules)
        return false;
    for (; config->rule_count < count; config->rule_count++) {
        size_t i = config->rule_count;
        struct rule_reader reader = {.settings = settings,
            .group = setting_list_group(settings, root, "rules", i),
            .rule = &config->rules[i],
            .early = {.meta = true, .people = config->people.file != NULL},
            .late = {.meta = true, .target = true, .sha256 = true}};
        reader.late.people = reader.early.people;
        read_name(&reader, config, i);
        read_match(&reader);
        read_source(&reader, config->file);
        read_group(&reader);
        read_activity(&reader);
        check_use_of_table(&reader);
        whole = whole && is_rule_whole(reader.rule);
    }
    return whole;
}
