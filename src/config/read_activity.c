/** What a rule creates, such as an email or a note, field by field, checked as Close will. */
#include "read_activity.h"

#include "reader.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/str.h"
#include "closedrop/base/xhtml.h"
#include "closedrop/close/activity.h"
#include "closedrop/close/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LIST_MAX 500
#define CUSTOM_MAX 10000
#define NUMBER_MAX 100000000

/** What is created, or done besides: one group of a rule. */
struct part {
    struct rule_reader *reader;
    struct setting *group;
    enum activity_kind kind;
    enum activity_status status; /* of a kind that has none: draft */
    struct rule_fields *into;
};

static enum template_manner manner_of(enum activity_field_kind kind)
{
    return kind == FIELD_HTML ? TEMPLATE_HTML : kind == FIELD_TEXT ? TEMPLATE_PLAIN : TEMPLATE_LINE;
}

/** What Close would refuse for each file; what a variable brings is not known yet. */
static void check_choice(struct rule_reader *reader, struct setting *group,
    const struct activity_field *field, const char *text)
{
    struct str list = STR_INIT(1000);
    for (const char *const *at = field->choices; at && *at; at++) {
        if (strcmp(*at, text) == 0 || strchr(text, '{')) {
            str_release(&list);
            return;
        }
        str_printf(&list, "%s\"%s\"", at == field->choices ? "" : ", ", *at);
    }
    if (field->choices)
        setting_problem(reader->settings, group, field->key, "must be one of %s", str_text(&list));
    str_release(&list);
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
static void check_html(const struct part *part, const char *key, const char *text)
{
    CLEANUP(free_text) char *html = strdup(text + strspn(text, " \t\r\n")); /* as it is sent */
    enum xhtml_kind kind = part->kind == ACTIVITY_EMAIL ? XHTML_EMAIL : XHTML_NOTE;
    struct str why = STR_INIT(4096);
    if (html)
        blank_variables(html);
    reader_note_problem(
        part->reader, part->group, key, html ? xhtml_check(html, kind, &why) : -ENOMEM, &why);
    str_release(&why);
}

static struct template **read_texts(
    const struct part *part, struct setting *group, const struct activity_field *field)
{
    struct rule_reader *reader = part->reader;
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
            setting_problem(reader->settings, group, field->key, "must be a single line");
        templates[made] = reader_make_template(reader, group, field->key, texts[i], &reader->late);
        check_choice(reader, group, field, texts[i]);
        if (templates[made] && field->kind == FIELD_HTML)
            check_html(part, field->key, texts[i]);
        made += templates[made] != NULL;
    }
    if (field->kind == FIELD_LINES && count > LIST_MAX)
        setting_problem(reader->settings, group, field->key,
            "contains more than the %d addresses that Close accepts", LIST_MAX);
    if (texts == single)
        free(single[0]);
    else
        text_list_free(texts);
    return templates;
}

/** One field that is set. */
static void read_field(const struct part *part, const struct activity_field *field)
{
    struct settings *settings = part->reader->settings;
    struct rule_field *into = &part->into->all[part->into->count++];
    *into = (struct rule_field){.name = field->name, .most = field->most};
    switch (field->kind) {
    case FIELD_NUMBER:
        into->kind = RULE_FIELD_NUMBER;
        into->number = setting_int(settings, part->group, field->key, field->least, field->least,
            field->most ? (int)field->most : NUMBER_MAX);
        break;
    case FIELD_BOOL:
        into->kind = RULE_FIELD_BOOL;
        into->number = setting_bool(settings, part->group, field->key, false);
        break;
    default:
        into->kind = field->kind == FIELD_LINES   ? RULE_FIELD_LIST
                     : field->kind == FIELD_WHOLE ? RULE_FIELD_WHOLE
                                                  : RULE_FIELD_TEXT;
        into->manner = manner_of(field->kind);
        into->templates = read_texts(part, part->group, field);
        into->required = activity_need(part->kind, part->status, field->name) != NULL;
    }
}

static bool has_status(enum activity_kind kind)
{
    return kind == ACTIVITY_EMAIL || kind == ACTIVITY_SMS;
}

/** The status is not a template, because what else Close requires depends on it. */
static enum activity_status read_status(const struct part *part)
{
    struct rule_reader *reader = part->reader;
    struct setting *group = part->group;
    enum activity_status status = (enum activity_status)setting_choice(
        reader->settings, group, "status", activity_statuses, ACTIVITY_STATUSES, STATUS_DRAFT);
    struct rule_field *into = &part->into->all[part->into->count++];
    *into = (struct rule_field){.name = "status", .most = 100, .required = true};
    into->templates = calloc(2, sizeof(struct template *));
    if (into->templates)
        into->templates[0] =
            reader_make_template(reader, group, "status", activity_statuses[status], &reader->late);
    else
        settings_set_short(reader->settings);
    reader->rule->is_sent = activity_is_sent(status);
    return status;
}

static void check_needs(const struct part *part)
{
    struct settings *settings = part->reader->settings;
    enum activity_kind kind = part->kind;
    size_t count;
    const struct activity_field *fields = activity_fields(kind, &count);
    for (size_t i = 0; i < count; i++) {
        const char *example = activity_need(kind, part->status, fields[i].name);
        if (!example || setting_has(part->group, fields[i].key))
            continue;
        if (has_status(kind))
            setting_problem(settings, part->group, fields[i].key,
                "is missing; %s with status \"%s\" needs it, e.g. %s;",
                activity_traits(kind)->called, activity_statuses[part->status], example);
        else
            setting_problem(settings, part->group, fields[i].key,
                "is missing; %s needs it, e.g. %s;", activity_traits(kind)->called, example);
    }
}

/* of two that say the same, Close ignores the first */
static const struct {
    enum activity_kind kind;
    const char *ignored, *given;
} rivals[] = {
    {ACTIVITY_EMAIL, "template_id", "body_text"},
    {ACTIVITY_EMAIL, "template_id", "body_html"},
    {ACTIVITY_NOTE, "text", "html"},
    {ACTIVITY_OPPORTUNITY, "note", "note_html"},
};

static void check_rivals(const struct part *part)
{
    for (size_t i = 0; i < COUNT(rivals); i++)
        if (rivals[i].kind == part->kind && setting_has(part->group, rivals[i].ignored) &&
            setting_has(part->group, rivals[i].given)) {
            setting_problem(part->reader->settings, part->group, rivals[i].ignored,
                "is ignored by Close when %s is given; remove one of them", rivals[i].given);
            return;
        }
}

/* ---- custom fields ---- */

static size_t count_custom(const struct setting *custom)
{
    size_t count = 0;
    while (setting_name(custom, count))
        count++;
    return count;
}

static void read_custom_field(const struct part *part, struct setting *custom, const char *id,
    const char *ending, struct rule_field *into)
{
    struct rule_reader *reader = part->reader;
    const struct activity_field field = {id, NULL, FIELD_LINE, .most = CUSTOM_MAX};
    if (!record_is_id(id, "cf_"))
        setting_problem(
            reader->settings, custom, id, "is not the ID of a custom field, such as cf_...");
    *into = (struct rule_field){.own_name = str_format("custom.%s%s", id, ending),
        .kind = RULE_FIELD_TEXT,
        .most = CUSTOM_MAX,
        .manner = TEMPLATE_LINE};
    into->name = into->own_name;
    into->templates = read_texts(part, custom, &field);
    if (!into->own_name)
        settings_set_short(reader->settings);
}

/** What an office has added to Close's own fields. */
static void read_custom(const struct part *part, struct setting *custom, const char *ending)
{
    for (size_t i = 0; setting_name(custom, i); i++)
        read_custom_field(
            part, custom, setting_name(custom, i), ending, &part->into->all[part->into->count++]);
}

static const char *const set_on[] = {"lead", "contact"};

/** Where custom fields are set; there must be some. */
static void read_set(const struct part *part)
{
    struct settings *settings = part->reader->settings;
    part->reader->rule->sets_contact =
        setting_choice(settings, part->group, "on", set_on, COUNT(set_on), 0) != 0;
    if (!part->into->count)
        setting_problem(settings, part->group, "custom",
            "is missing; name a custom field, e.g. custom = { cf_... = \"{date:%%Y-%%m-%%d}\"; };");
}

/* ---- templates ---- */

/** One that is there is named by its ID, and keeps what it says; or one is created. */
static void check_template(const struct part *part)
{
    struct settings *settings = part->reader->settings;
    const char *prefix = activity_traits(part->kind)->prefix;
    CLEANUP(free_text) char *id = setting_text(settings, part->group, "id", "");
    bool has_id = id && *id;
    size_t count;
    const struct activity_field *fields = activity_fields(part->kind, &count);
    for (size_t i = 0; has_id && i < count; i++)
        if (strcmp(fields[i].key, "id") != 0 && setting_has(part->group, fields[i].key))
            setting_problem(settings, part->group, fields[i].key,
                "makes no sense with id: only a template that is created gets it; remove one of "
                "them");
    if (has_id && !strchr(id, '{') && !record_is_id(id, prefix))
        setting_problem(settings, part->group, "id",
            "\"%s\" is not the ID of %s, which begins with %s, and contains no variable in braces",
            id, activity_traits(part->kind)->called, prefix);
    if (!has_id && !setting_has(part->group, "name"))
        setting_problem(settings, part->group, "name",
            "is missing; name the template that gets the file, and is created if there is none, "
            "e.g. name = \"Price list\"; or say which one it is, e.g. id = \"%s...\";",
            prefix);
}

/* ---- all of one part ---- */

static void read_part(struct part *part)
{
    struct settings *settings = part->reader->settings;
    size_t count;
    const struct activity_field *fields = activity_fields(part->kind, &count);
    struct setting *custom = activity_traits(part->kind)->has_custom
                                 ? setting_group(settings, part->group, "custom")
                                 : NULL;
    struct setting *added =
        part->kind == ACTIVITY_SET ? setting_group(settings, part->group, "custom_add") : NULL;
    part->into->all =
        calloc(count + count_custom(custom) + count_custom(added) + 1, sizeof(*part->into->all));
    if (!part->into->all) {
        settings_set_short(settings);
        return;
    }
    if (has_status(part->kind))
        part->status = read_status(part);
    check_needs(part);
    if (activity_traits(part->kind)->is_template)
        check_template(part);
    check_rivals(part);
    for (size_t i = 0; i < count; i++) {
        bool is_set = setting_has(part->group, fields[i].key);
        if (is_set && fields[i].kind != FIELD_STATUS)
            read_field(part, &fields[i]);
        else if (!is_set)
            setting_skip(settings, part->group, fields[i].key);
    }
    read_custom(part, custom, "");
    read_custom(part, added, ".add");
    if (part->kind == ACTIVITY_SET)
        read_set(part);
}

/** The first is what the job is known by; whatever else it does in Close comes after that. */
static struct rule_fields *next_part(struct rule *rule, enum activity_kind kind)
{
    if (rule->activity == ACTIVITY_NONE) {
        rule->activity = kind;
        return &rule->fields;
    }
    rule->effects[rule->effect_count].kind = kind;
    return &rule->effects[rule->effect_count++].fields;
}

static void read_one(struct rule_reader *reader, enum activity_kind kind)
{
    struct part part = {.reader = reader,
        .group = setting_group(reader->settings, reader->group, activity_kind_names[kind]),
        .kind = kind,
        .into = next_part(reader->rule, kind),
        .status = STATUS_DRAFT};
    read_part(&part);
}

/** What makes no sense next to it. */
static void check_company(struct rule_reader *reader)
{
    const struct rule *rule = reader->rule;
    bool is_template = activity_traits(rule->activity)->is_template;
    if (rule->activity == ACTIVITY_LEAD_FILE && rule->group)
        setting_problem(reader->settings, reader->group, "group",
            "makes no sense with lead_file: each file is added to the lead separately; remove it");
    if (is_template && rule->group)
        setting_problem(reader->settings, reader->group, "group",
            "makes no sense with %s: a template gets one file, the newest; remove it",
            activity_kind_names[rule->activity]);
    for (size_t i = 0; is_template && i < rule->effect_count; i++)
        setting_problem(reader->settings, reader->group, activity_kind_names[rule->effects[i].kind],
            "makes no sense with %s: a template does not belong to a lead; remove it",
            activity_kind_names[rule->activity]);
}

/** One that carries the file, and any of the others, which the enum lists after all carriers. */
void read_activity(struct rule_reader *reader)
{
    int carriers = 0;
    for (int kind = ACTIVITY_EMAIL; kind < ACTIVITY_KINDS; kind++) {
        const char *name = activity_kind_names[kind];
        bool is_set = setting_has(reader->group, name);
        carriers += is_set && !activity_traits((enum activity_kind)kind)->has_no_files;
        if (!is_set || carriers > 1)
            setting_skip(reader->settings, reader->group, name);
        else
            read_one(reader, (enum activity_kind)kind);
    }
    if (carriers > 1 || reader->rule->activity == ACTIVITY_NONE)
        setting_problem(reader->settings, reader->group, NULL,
            "the rule \"%s\" must have exactly one of %s, or only task or set, to say what is "
            "created, "
            "e.g. lead_file = {};",
            reader->rule->name, activity_carriers_text);
    check_company(reader);
}
