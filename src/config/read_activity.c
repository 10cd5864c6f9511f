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
static void check_html(
    struct rule_reader *reader, struct setting *group, const char *key, const char *text)
{
    CLEANUP(free_text) char *html = strdup(text + strspn(text, " \t\r\n")); /* as it is sent */
    enum xhtml_kind kind = reader->rule->activity == ACTIVITY_EMAIL ? XHTML_EMAIL : XHTML_NOTE;
    struct str why = STR_INIT(4096);
    if (html)
        blank_variables(html);
    reader_note_problem(reader, group, key, html ? xhtml_check(html, kind, &why) : -ENOMEM, &why);
    str_release(&why);
}

static struct template **read_texts(
    struct rule_reader *reader, struct setting *group, const struct activity_field *field)
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
            setting_problem(reader->settings, group, field->key, "must be a single line");
        templates[made] = reader_make_template(reader, group, field->key, texts[i], &reader->late);
        check_choice(reader, group, field, texts[i]);
        if (templates[made] && field->kind == FIELD_HTML)
            check_html(reader, group, field->key, texts[i]);
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
static void read_field(struct rule_reader *reader, struct setting *group,
    const struct activity_field *field, enum activity_status status)
{
    struct rule *rule = reader->rule;
    struct rule_field *into = &rule->fields[rule->field_count++];
    *into = (struct rule_field){.name = field->name, .most = field->most};
    switch (field->kind) {
    case FIELD_NUMBER:
        into->kind = RULE_FIELD_NUMBER;
        into->number = setting_int(reader->settings, group, field->key, field->least, field->least,
            field->most ? (int)field->most : NUMBER_MAX);
        break;
    case FIELD_BOOL:
        into->kind = RULE_FIELD_BOOL;
        into->number = setting_bool(reader->settings, group, field->key, false);
        break;
    default:
        into->kind = field->kind == FIELD_LINES   ? RULE_FIELD_LIST
                     : field->kind == FIELD_WHOLE ? RULE_FIELD_WHOLE
                                                  : RULE_FIELD_TEXT;
        into->manner = manner_of(field->kind);
        into->templates = read_texts(reader, group, field);
        into->required = activity_need(rule->activity, status, field->name) != NULL;
    }
}

static bool has_status(enum activity_kind kind)
{
    return kind == ACTIVITY_EMAIL || kind == ACTIVITY_SMS;
}

/** The status is not a template, because what else Close requires depends on it. */
static enum activity_status read_status(struct rule_reader *reader, struct setting *group)
{
    enum activity_status status = (enum activity_status)setting_choice(
        reader->settings, group, "status", activity_statuses, ACTIVITY_STATUSES, STATUS_DRAFT);
    struct rule *rule = reader->rule;
    struct rule_field *into = &rule->fields[rule->field_count++];
    *into = (struct rule_field){.name = "status", .most = 100, .required = true};
    into->templates = calloc(2, sizeof(struct template *));
    if (into->templates)
        into->templates[0] =
            reader_make_template(reader, group, "status", activity_statuses[status], &reader->late);
    else
        settings_set_short(reader->settings);
    rule->is_sent = activity_is_sent(status);
    return status;
}

static void check_needs(
    struct rule_reader *reader, struct setting *group, enum activity_status status)
{
    enum activity_kind kind = reader->rule->activity;
    size_t count;
    const struct activity_field *fields = activity_fields(kind, &count);
    for (size_t i = 0; i < count; i++) {
        const char *example = activity_need(kind, status, fields[i].name);
        if (!example || setting_has(group, fields[i].key))
            continue;
        if (has_status(kind))
            setting_problem(reader->settings, group, fields[i].key,
                "is missing; %s with status \"%s\" needs it, e.g. %s;",
                activity_traits(kind)->called, activity_statuses[status], example);
        else
            setting_problem(reader->settings, group, fields[i].key,
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

static void check_rivals(struct rule_reader *reader, struct setting *group)
{
    for (size_t i = 0; i < COUNT(rivals); i++)
        if (rivals[i].kind == reader->rule->activity && setting_has(group, rivals[i].ignored) &&
            setting_has(group, rivals[i].given)) {
            setting_problem(reader->settings, group, rivals[i].ignored,
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

static void read_custom_field(
    struct rule_reader *reader, struct setting *custom, const char *id, struct rule_field *into)
{
    const struct activity_field field = {id, NULL, FIELD_LINE, .most = CUSTOM_MAX};
    if (!record_is_id(id, "cf_"))
        setting_problem(
            reader->settings, custom, id, "is not the ID of a custom field, such as cf_...");
    *into = (struct rule_field){.own_name = str_format("custom.%s", id),
        .kind = RULE_FIELD_TEXT,
        .most = CUSTOM_MAX,
        .manner = TEMPLATE_LINE};
    into->name = into->own_name;
    into->templates = read_texts(reader, custom, &field);
    if (!into->own_name)
        settings_set_short(reader->settings);
}

/** What an office has added to Close's own fields. */
static void read_custom(struct rule_reader *reader, struct setting *custom)
{
    struct rule *rule = reader->rule;
    for (size_t i = 0; setting_name(custom, i); i++)
        read_custom_field(
            reader, custom, setting_name(custom, i), &rule->fields[rule->field_count++]);
}

static void read_fields(struct rule_reader *reader, struct setting *group)
{
    size_t count;
    const struct activity_field *fields = activity_fields(reader->rule->activity, &count);
    enum activity_status status = STATUS_DRAFT;
    struct setting *custom = activity_traits(reader->rule->activity)->has_custom
                                 ? setting_group(reader->settings, group, "custom")
                                 : NULL;
    reader->rule->fields = calloc(count + count_custom(custom) + 1, sizeof(*reader->rule->fields));
    if (!reader->rule->fields) {
        settings_set_short(reader->settings);
        return;
    }
    if (has_status(reader->rule->activity))
        status = read_status(reader, group);
    check_needs(reader, group, status);
    check_rivals(reader, group);
    for (size_t i = 0; i < count; i++) {
        bool is_set = setting_has(group, fields[i].key);
        if (is_set && fields[i].kind != FIELD_STATUS)
            read_field(reader, group, &fields[i], status);
        else if (!is_set)
            setting_skip(reader->settings, group, fields[i].key);
    }
    read_custom(reader, custom);
}

void read_activity(struct rule_reader *reader)
{
    int given = 0;
    for (int activity = ACTIVITY_EMAIL; activity < ACTIVITY_KINDS; activity++) {
        const char *name = activity_kind_names[activity];
        bool is_set = setting_has(reader->group, name);
        given += is_set;
        if (!is_set || given > 1) {
            setting_skip(reader->settings, reader->group, name);
            continue;
        }
        reader->rule->activity = (enum activity_kind)activity;
        read_fields(reader, setting_group(reader->settings, reader->group, name));
    }
    if (given != 1)
        setting_problem(reader->settings, reader->group, NULL,
            "the rule \"%s\" must have exactly one of %s, to say what is created, e.g. "
            "lead_file = {};",
            reader->rule->name, activity_kinds_text);
    if (reader->rule->activity == ACTIVITY_LEAD_FILE && reader->rule->group)
        setting_problem(reader->settings, reader->group, "group",
            "makes no sense with lead_file: each file is added to the lead separately; remove it");
}
