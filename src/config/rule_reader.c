/* A rule as the configuration file has it, read and checked key by key. */
#include "rule_reader.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/digest.h"
#include "closedrop/base/encoding.h"
#include "closedrop/base/str.h"
#include "closedrop/base/xhtml.h"
#include "closedrop/close/activity.h"
#include "closedrop/close/phone.h"
#include "closedrop/close/record.h"
#include "closedrop/close/search.h"
#include "closedrop/files/path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define MARK_BYTES 8
#define LIST_MOST 500

static const char *const no_match_names[] = {"upload", "fail"};

/** What reading one rule needs at every step. */
struct reader {
    struct settings *settings;
    struct setting *group; /* the rule */
    struct rule *rule;
    struct template_scope
        early;                  /* what is known when the row, and then the target, is looked for */
    struct template_scope late; /* and when its activity is made */
};

/** Note what is wrong with a key where `result` says so. */
static void note_problem(struct reader *reader, struct setting *group, const char *key, int result,
    const struct str *why)
{
    if (result == -ENOMEM)
        settings_set_short(reader->settings);
    else if (result < 0)
        setting_problem(reader->settings, group, key, "%s", str_text(why));
}

static struct template *make_template(struct reader *reader, struct setting *group, const char *key,
    const char *text, const struct template_scope *scope)
{
    struct template *template = NULL;
    struct str why = STR_INIT(4096);
    note_problem(reader, group, key, template_new(text, scope, &template, &why), &why);
    str_release(&why);
    return template;
}

/** The template `key`, NULL where it is unset (or wrong, which is noted). */
static struct template *read_template(struct reader *reader, struct setting *group, const char *key,
    const struct template_scope *scope)
{
    CLEANUP(free_text) char *text = setting_text(reader->settings, group, key, NULL);
    return text ? make_template(reader, group, key, text, scope) : NULL;
}

/* ---- match ---- */

/** A named group that has the name of a variable would hide it. */
static void check_groups(struct reader *reader, struct setting *match)
{
    const char *const *name = pattern_groups(reader->rule->path);
    for (; *name; name++)
        if (template_is_variable(*name))
            setting_problem(reader->settings, match, "path",
                "the group \"%s\" hides the variable {%s}; give it another name", *name, *name);
}

static void read_match(struct reader *reader)
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
    note_problem(reader, match, "path", pattern_new(path, &rule->path, &why), &why);
    str_release(&why);
    if (rule->path)
        check_groups(reader, match);
    reader->early.pattern = rule->path;
    reader->late.pattern = rule->path;
}

/* ---- whose it is ---- */

static void read_custom_field(struct reader *reader, struct setting *find)
{
    struct setting *group = setting_group(reader->settings, find, "custom_field");
    if (!group)
        return;
    reader->rule->custom_field = setting_text(reader->settings, group, "id", NULL);
    reader->rule->find = read_template(reader, group, "value", &reader->early);
    const char *id = reader->rule->custom_field;
    if (!id || !record_is_id(id, "cf_"))
        setting_problem(reader->settings, group, "id",
            "must be the id of a custom field of leads, e.g. id = \"cf_...\";");
    if (!reader->rule->find && !setting_has(group, "value"))
        setting_problem(reader->settings, group, "value",
            "is missing; say what the field must hold, e.g. value = \"{num}\";");
}

/** Nothing is known of how numbers are dialled there, or it is no calling code at all. */
static void complain_of_country(struct reader *reader, struct setting *find, const char *country)
{
    const char *like = phone_country_like(country);
    if (like) {
        setting_problem(reader->settings, find, "country",
            "\"%s\" is not a calling code in digits; write country = \"%s\";", country, like);
        return;
    }
    struct str known = STR_INIT(4096);
    phone_add_countries(&known);
    setting_problem(reader->settings, find, "country",
        "\"%s\" is not a calling code whose country's way of dialling is known, as in country = "
        "\"49\"; known are %s; for any other leave country out, and write its code into "
        "contact_phone, e.g. \"+81{caller}\"",
        country, str_text(&known));
    str_release(&known);
}

static void read_country(struct reader *reader, struct setting *find)
{
    char *country = setting_text(reader->settings, find, "country", NULL);
    if (country && !setting_has(find, search_names[SEARCH_CONTACT_PHONE]))
        setting_problem(reader->settings, find, "country",
            "says how a phone number is dialled, and goes with contact_phone only; leave it out");
    else if (country && !phone_knows_country(country))
        complain_of_country(reader, find, country);
    reader->rule->find_country = country;
}

static void read_find(struct reader *reader)
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
            rule->find = read_template(reader, find, search_names[by], &reader->early);
    }
    read_country(reader, find);
    if (given != 1)
        setting_problem(reader->settings, reader->group, "find",
            "must name exactly one of contact_email, contact_phone, contact_name, lead_name and "
            "custom_field, e.g. find = { contact_email = \"{sender}\"; };");
}

/** For tables of programs that know nothing else. */
static void read_encoding(struct reader *reader, struct setting *table)
{
    char *encoding = setting_text(reader->settings, table, "encoding", NULL);
    if (encoding && *encoding && !encoding_is_known(encoding))
        setting_problem(reader->settings, table, "encoding",
            "\"%s\" is no known encoding; did you mean encoding = \"%s\";? iconv -l lists them "
            "all; leave it out for UTF-8",
            encoding, encoding_like(encoding));
    if (encoding && !*encoding) {
        free(encoding);
        encoding = NULL;
    }
    reader->rule->table_encoding = encoding;
}

static void read_table(struct reader *reader, const char *file)
{
    struct setting *table = setting_group(reader->settings, reader->group, "table");
    if (!table)
        return;
    CLEANUP(free_text) char *given = setting_text(reader->settings, table, "file", NULL);
    reader->rule->table_line = setting_line(table, "file");
    CLEANUP(free_text) char *base = path_directory(file);
    reader->rule->table_key = read_template(reader, table, "key", &reader->early);
    reader->rule->table_column = setting_text(reader->settings, table, "column", NULL);
    if (!setting_has(table, "file"))
        setting_problem(reader->settings, table, "file",
            "is missing; name the table, e.g. file = \"customers.csv\";");
    if (!setting_has(table, "key"))
        setting_problem(reader->settings, table, "key",
            "is missing; say what is looked up in the column \"%s\", e.g. key = \"{customer}\";",
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
static struct template *read_id(struct reader *reader, const char *key, const char *prefix)
{
    CLEANUP(free_text) char *text = setting_text(reader->settings, reader->group, key, NULL);
    if (!text)
        return NULL;
    if (!strchr(text, '{') && !record_is_id(text, prefix))
        setting_problem(reader->settings, reader->group, key,
            "\"%s\" is no id, which begins with %s, and has no variable in braces, e.g. \"{lead}\"",
            text, prefix);
    return make_template(reader, reader->group, key, text, &reader->early);
}

/** Exactly one source; a table beside another one gives it, and the activity, values. */
static void read_source(struct reader *reader, const char *file)
{
    struct rule *rule = reader->rule;
    bool has_ids =
        setting_has(reader->group, "lead_id") || setting_has(reader->group, "contact_id");
    bool has_find = setting_has(reader->group, "find");
    bool has_table = setting_has(reader->group, "table");
    if (has_ids + has_find > 1 || !(has_ids || has_find || has_table))
        setting_problem(reader->settings, reader->group, NULL,
            "the rule \"%s\" must have exactly one of lead_id (or contact_id), find, and a table "
            "with such a column, to say whose file it is",
            rule->name);
    if (has_table)
        read_table(reader, file);
    else
        setting_skip(reader->settings, reader->group, "table");
    rule->lead_id = read_id(reader, "lead_id", "lead_");
    rule->contact_id = read_id(reader, "contact_id", "cont_");
    if (has_find)
        read_find(reader);
    else
        setting_skip(reader->settings, reader->group, "find");
    rule->source = has_find ? SOURCE_FIND : has_ids ? SOURCE_IDS : SOURCE_TABLE;
}

/** Whoever takes it for a second way to a target must hear that it is none. */
static void check_use_of_table(struct reader *reader)
{
    const struct rule *rule = reader->rule;
    if (rule->table && rule->source != SOURCE_TABLE && !rule_uses(rule, "row."))
        setting_problem(reader->settings, reader->group, "table",
            "only gives values where %s says whose file it is, and none of them is used; use one, "
            "e.g. \"{row.email}\", or leave one of the two out",
            rule->source == SOURCE_FIND ? "find" : "lead_id or contact_id");
}

static void read_group(struct reader *reader)
{
    struct setting *group = setting_group(reader->settings, reader->group, "group");
    reader->rule->group = read_template(reader, group, "by", &reader->early);
    reader->rule->group_wait_ms =
        setting_duration(reader->settings, group, "wait", "30s", "0", "1d");
    if (group && !setting_has(group, "by"))
        setting_problem(reader->settings, group, "by",
            "is missing; say which files go together, e.g. by = \"{customer}\";");
}

/* ---- what is created ---- */

static enum template_manner manner_of(enum activity_field_kind kind)
{
    return kind == FIELD_HTML ? TEMPLATE_HTML : kind == FIELD_TEXT ? TEMPLATE_PLAIN : TEMPLATE_LINE;
}

/** HTML with a letter in place of each byte of a variable: what is put in there is escaped. */
static void blank_variables(char *html)
{
    while ((html = strchr(html, '{')) != NULL) {
        if (html[1] == '{') { /* a brace */
            html += 2;
            continue;
        }
        size_t length = strcspn(html, "}");
        length += html[length] == '}';
        memset(html, 'x', length);
        html += length;
    }
}

/** What Close would refuse for each file is wrong here already. */
static void check_html(
    struct reader *reader, struct setting *group, const char *key, const char *text)
{
    CLEANUP(free_text) char *html = strdup(text + strspn(text, " \t\r\n")); /* as it is sent */
    enum xhtml_kind kind = reader->rule->activity == ACTIVITY_NOTE ? XHTML_NOTE : XHTML_EMAIL;
    struct str why = STR_INIT(4096);
    if (html)
        blank_variables(html);
    note_problem(reader, group, key, html ? xhtml_check(html, kind, &why) : -ENOMEM, &why);
    str_release(&why);
}

static struct template **read_texts(
    struct reader *reader, struct setting *group, const struct activity_field *field)
{
    char *single[2] = {NULL, NULL};
    char **texts = single;
    if (field->kind == FIELD_LINES)
        texts = setting_texts(reader->settings, group, field->key, NULL);
    else
        single[0] = setting_text(reader->settings, group, field->key, NULL);
    size_t count = 0;
    while (texts && texts[count])
        count++;
    struct template **templates = calloc(count + 1, sizeof(struct template *));
    if (!templates)
        settings_set_short(reader->settings);
    for (size_t i = 0, made = 0; templates && i < count; i++) {
        if (manner_of(field->kind) == TEMPLATE_LINE && strpbrk(texts[i], "\r\n"))
            setting_problem(reader->settings, group, field->key, "must be one line");
        templates[made] = make_template(reader, group, field->key, texts[i], &reader->late);
        if (templates[made] && field->kind == FIELD_HTML)
            check_html(reader, group, field->key, texts[i]);
        made += templates[made] != NULL;
    }
    if (field->kind == FIELD_LINES && count > LIST_MOST)
        setting_problem(reader->settings, group, field->key,
            "holds more than the %d addresses that Close takes", LIST_MOST);
    if (texts == single)
        free(single[0]);
    else
        text_list_free(texts);
    return templates;
}

/** One field that is set. */
static void read_field(struct reader *reader, struct setting *group,
    const struct activity_field *field, enum activity_status status)
{
    struct rule *rule = reader->rule;
    struct rule_field *into = &rule->fields[rule->field_count++];
    *into = (struct rule_field){.name = field->name, .most = field->most};
    switch (field->kind) {
    case FIELD_NUMBER:
        into->kind = RULE_FIELD_NUMBER;
        into->number =
            setting_int(reader->settings, group, field->key, field->least, field->least, 100000000);
        break;
    case FIELD_BOOL:
        into->kind = RULE_FIELD_BOOL;
        into->number = setting_bool(reader->settings, group, field->key, false);
        break;
    default:
        into->kind = field->kind == FIELD_LINES ? RULE_FIELD_LIST : RULE_FIELD_TEXT;
        into->manner = manner_of(field->kind);
        into->templates = read_texts(reader, group, field);
        into->required = rule->activity == ACTIVITY_EMAIL && activity_requires(status, field->name);
    }
}

/** The status is no template: what Close wants besides depends on it. */
static enum activity_status read_status(struct reader *reader, struct setting *group)
{
    enum activity_status status = (enum activity_status)setting_choice(
        reader->settings, group, "status", activity_statuses, ACTIVITY_STATUSES, STATUS_DRAFT);
    struct rule *rule = reader->rule;
    struct rule_field *into = &rule->fields[rule->field_count++];
    *into = (struct rule_field){.name = "status", .most = 100, .required = true};
    into->templates = calloc(2, sizeof(struct template *));
    if (into->templates)
        into->templates[0] =
            make_template(reader, group, "status", activity_statuses[status], &reader->late);
    else
        settings_set_short(reader->settings);
    rule->is_sent = activity_is_sent(status);
    return status;
}

static void check_email(struct reader *reader, struct setting *group, enum activity_status status)
{
    static const char *const needed[] = {"sender", "to", "date_scheduled"};
    static const char *const examples[] = {"sender = \"billing@example.com\"",
        "to = [ \"{contact.email}\" ]", "date_scheduled = \"{date:%Y-%m-%dT18:00:00%z}\""};
    for (size_t i = 0; i < COUNT(needed); i++)
        if (activity_requires(status, needed[i]) && !setting_has(group, needed[i]))
            setting_problem(reader->settings, group, needed[i],
                "is missing; an email with status \"%s\" needs it, e.g. %s;",
                activity_statuses[status], examples[i]);
    bool has_body = setting_has(group, "body_text") || setting_has(group, "body_html");
    if (has_body && setting_has(group, "template_id"))
        setting_problem(reader->settings, group, "template_id",
            "is not looked at by Close where there is a body; leave one of them out");
}

static void check_note(struct reader *reader, struct setting *group)
{
    if (setting_has(group, "text") && setting_has(group, "html"))
        setting_problem(reader->settings, group, "text",
            "is not looked at by Close where there is html; leave one of them out");
}

static void read_fields(struct reader *reader, struct setting *group)
{
    size_t count;
    const struct activity_field *fields = activity_fields(reader->rule->activity, &count);
    enum activity_status status = STATUS_DRAFT;
    reader->rule->fields = calloc(count + 1, sizeof(*reader->rule->fields));
    if (!reader->rule->fields) {
        settings_set_short(reader->settings);
        return;
    }
    if (reader->rule->activity == ACTIVITY_EMAIL) {
        status = read_status(reader, group);
        check_email(reader, group, status);
    }
    if (reader->rule->activity == ACTIVITY_NOTE)
        check_note(reader, group);
    for (size_t i = 0; i < count; i++) {
        bool is_set = setting_has(group, fields[i].key);
        if (is_set && fields[i].kind != FIELD_STATUS)
            read_field(reader, group, &fields[i], status);
        else if (!is_set)
            setting_skip(reader->settings, group, fields[i].key);
    }
}

static void read_activity(struct reader *reader)
{
    int given = 0;
    for (int activity = ACTIVITY_EMAIL; activity < ACTIVITIES; activity++) {
        const char *name = activity_names[activity];
        bool is_set = setting_has(reader->group, name);
        given += is_set;
        if (!is_set || given > 1) {
            setting_skip(reader->settings, reader->group, name);
            continue;
        }
        reader->rule->activity = (enum activity)activity;
        read_fields(reader, setting_group(reader->settings, reader->group, name));
    }
    if (given != 1)
        setting_problem(reader->settings, reader->group, NULL,
            "the rule \"%s\" must have exactly one of email, note and lead_file, to say what is "
            "created, e.g. lead_file = {};",
            reader->rule->name);
    if (reader->rule->activity == ACTIVITY_LEAD_FILE && reader->rule->group)
        setting_problem(reader->settings, reader->group, "group",
            "makes no sense with lead_file: each file stands on the lead by itself");
}

/* ---- a rule, and all of them ---- */

static void read_name(struct reader *reader, const struct config *config, size_t index)
{
    struct rule *rule = reader->rule;
    rule->name = setting_text(reader->settings, reader->group, "name", NULL);
    if (!setting_has(reader->group, "name"))
        setting_problem(reader->settings, reader->group, "name",
            "is missing; folders name their rules by it, e.g. name = \"fax\";");
    if (!rule->name)
        rule->name = strdup("");
    for (size_t i = 0; i < index && rule->name; i++)
        if (*rule->name && config->rules[i].name && strcmp(rule->name, config->rules[i].name) == 0)
            setting_problem(reader->settings, reader->group, "name",
                "\"%s\" is the name of another rule; each needs its own", rule->name);
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
        struct reader reader = {.settings = settings,
            .group = setting_list_group(settings, root, "rules", i),
            .rule = &config->rules[i],
            .early = {.meta = true},
            .late = {.meta = true, .target = true, .sha256 = true}};
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

/* ---- the rules of a folder ---- */

static void check_folder_rule(struct settings *settings, struct setting *group,
    const struct folder *folder, const char *name, const struct rule *rule)
{
    if (!rule)
        setting_problem(settings, group, "rules",
            "there is no rule \"%s\"; add it to the list rules, or correct the name", name);
    else if (!folder->sidecar && rule_uses(rule, "meta."))
        setting_problem(settings, group, "sidecar",
            "must be true: the rule \"%s\" uses a variable {meta.KEY}, which comes from sidecars",
            name);
}

/** Says the same as long as the folder's rules say the same (struct job, `mark`). */
static char *mark_of(
    struct settings *settings, const struct config *config, const struct folder *folder)
{
    struct str text = STR_INIT(4 * 1024 * 1024);
    struct str mark = STR_INIT(4 * DIGEST_SHA256_HEX);
    uint8_t digest[DIGEST_SHA256_SIZE];
    struct setting *root = settings_root(settings);
    for (struct rule **rule = folder->rules; *rule; rule++)
        setting_print(
            setting_list_group(settings, root, "rules", (size_t)(*rule - config->rules)), &text);
    str_add(&text, no_match_names[folder->fails_unmatched]);
    digest_sha256(str_text(&text), text.length, digest);
    if (!str_error(&text))
        digest_add_hex(&mark, digest, MARK_BYTES);
    str_release(&text);
    return mark.length ? str_take(&mark) : NULL;
}

bool read_folder_rules(struct settings *settings, struct setting *group,
    const struct config *config, struct folder *folder)
{
    folder->sidecar = setting_bool(settings, group, "sidecar", false);
    folder->fails_unmatched =
        setting_choice(settings, group, "no_match", no_match_names, COUNT(no_match_names), 0);
    char **names = setting_texts(settings, group, "rules", NULL);
    size_t count = 0;
    while (names && names[count])
        count++;
    folder->rules = calloc(count + 1, sizeof(struct rule *));
    for (size_t i = 0, found = 0; folder->rules && i < count; i++) {
        const struct rule *rule = config_rule(config, names[i]);
        check_folder_rule(settings, group, folder, names[i], rule);
        if (rule)
            folder->rules[found++] = &config->rules[rule - config->rules];
    }
    if (count == 0 && folder->fails_unmatched)
        setting_problem(settings, group, "no_match",
            "speaks of files that no rule takes, but the folder names no rules, e.g. rules = [ "
            "\"by-lead-id\" ];");
    text_list_free(names);
    folder->mark = folder->rules ? mark_of(settings, config, folder) : NULL;
    return folder->mark != NULL;
}
