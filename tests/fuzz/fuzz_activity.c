/* A rule's fields filled with hostile values, and the body that is posted: it is JSON whatever they
 * hold, it says what they hold, and no value becomes markup. Two bytes of kinds, then the texts: an
 * id, a path, a value, a name of a file, a content type and a URL, each up to a NUL. */
#include "fuzz.h"

#include "closedrop/base/array.h"
#include "closedrop/base/json.h"
#include "closedrop/base/text.h"
#include "closedrop/close/activity.h"
#include "closedrop/rules/rule.h"

#include <errno.h>

#define BEFORE "<p title=\""
#define BEHIND "\">"
#define HTML BEFORE "{meta.a}" BEHIND

struct given {
    enum activity_kind activity;
    size_t attachments;
    char *id, *path, *value, *filename, *content_type, *url;
    struct json *values;
};

static struct given read_input(struct fuzz_input *input)
{
    struct given given = {
        .activity = ACTIVITY_EMAIL + fuzz_byte(input) % (ACTIVITY_KINDS - ACTIVITY_EMAIL)};
    given.attachments = given.activity == ACTIVITY_LEAD_FILE ? 1 : 1 + fuzz_byte(input) % 4;
    given.id = fuzz_text(input);
    given.path = fuzz_clean_text(input);
    given.value = fuzz_clean_text(input);
    given.filename = fuzz_text(input);
    given.content_type = fuzz_text(input);
    given.url = fuzz_text(input);
    given.values = json_object();
    assert(json_add_text(given.values, "meta.a", given.value) == 0);
    return given;
}

static void release(struct given *given)
{
    free(given->id);
    free(given->path);
    free(given->value);
    free(given->filename);
    free(given->content_type);
    free(given->url);
    json_free(given->values);
}

static struct template *make_template(const char *text)
{
    static const struct template_scope scope = {.meta = true};
    struct template *template = NULL;
    struct str why = STR_INIT(1000);
    assert(template_new(text, &scope, &template, &why) == 0);
    return template;
}

/** The fields of a rule for this carrier: of each manner one. */
static struct json *fill(const struct given *given)
{
    struct template *line[] = {make_template("{stem} {meta.a}"), NULL},
                    *text[] = {make_template("{meta.a}"), NULL};
    struct template *html[] = {make_template(HTML), NULL};
    bool is_email = given->activity == ACTIVITY_EMAIL;
    struct rule_field fields[] = {
        {.name = is_email ? "subject" : "title", .templates = line, .manner = TEMPLATE_LINE},
        {.name = is_email ? "body_text" : "note", .templates = text, .manner = TEMPLATE_PLAIN},
        {.name = is_email ? "body_html" : "note_html", .templates = html, .manner = TEMPLATE_HTML},
        {.name = is_email ? "to" : "",
            .kind = RULE_FIELD_LIST,
            .templates = line,
            .manner = TEMPLATE_LINE},
    };
    for (size_t i = 0; i < COUNT(fields); i++)
        fields[i].most = 1048576;
    const struct rule rule = {.name = (char[]){"r"}};
    const struct rule_fields all = {fields, is_email ? 4 : 3};
    const struct template_facts facts = {
        .folder = "f", .path = given->path, .content_type = "text/plain"};
    struct json *filled = NULL;
    struct str why = STR_INIT(1000);
    assert(rule_fill(&rule, &all, &facts, given->values, &filled, &why) == 0);
    template_free(line[0]);
    template_free(text[0]);
    template_free(html[0]);
    str_release(&why);
    return filled;
}

/** What a reader of markup makes of it. */
static char *without_entities(const char *html, size_t length)
{
    static const struct {
        const char *name;
        char character;
    } entities[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#39;", '\''}};
    struct str out = STR_INIT(length);
    for (const char *at = html, *end = html + length; at < end;) {
        size_t i = 0;
        while (i < COUNT(entities) && !str_starts_with(at, entities[i].name))
            i++;
        assert(i < COUNT(entities) || *at != '&'); /* there are no others, and none is bare */
        str_add_char(&out, i < COUNT(entities) ? entities[i].character : *at);
        at += i < COUNT(entities) ? strlen(entities[i].name) : 1;
    }
    return str_take(&out);
}

/** Between the template's own markup stands the value, with nothing a reader would take for such.
 */
static void check_html(const char *html, const char *value)
{
    const char *start = strstr(html, BEFORE);
    const char *end = html + strlen(html);
    assert(start && str_starts_with(html, "<"));
    start += strlen(BEFORE);
    while (end > start && strncmp(end, BEHIND, strlen(BEHIND)) != 0)
        end--;
    assert(strcspn(start, "<>\"'") >= (size_t)(end - start));
    char *text = without_entities(start, (size_t)(end - start));
    assert(text && strlen(text) == strlen(value));
    for (size_t i = 0; value[i]; i++)
        assert(text[i] == value[i] || (text[i] == ' ' && (unsigned char)value[i] < ' '));
    for (const char *at = html; *at; at++)
        assert((unsigned char)*at >= ' ' || strchr("\t\n\r", *at)); /* XML has no others */
    free(text);
}

static void check_texts(const struct json *value)
{
    assert(!json_text(value) || fuzz_is_utf8(json_text(value)));
    for (const struct json *it = json_first(value); it; it = json_next(it))
        check_texts(it);
}

static void check_attachments(const struct given *given, const struct json *list)
{
    char *filename = text_clean_name(given->filename);
    size_t count = 0;
    for (const struct json *it = json_first(list); it; it = json_next(it), count++) {
        assert(strcmp(json_get_text(it, "filename"), filename) == 0);
        assert((json_get(it, "size") != NULL) == (given->activity == ACTIVITY_EMAIL));
    }
    assert(count == given->attachments);
    free(filename);
}

static void check_body(const struct given *given, const struct json *body)
{
    if (given->activity == ACTIVITY_LEAD_FILE) {
        assert(json_get_text(body, "url") && !json_get(body, "attachments"));
        return;
    }
    bool is_email = given->activity == ACTIVITY_EMAIL;
    const char *line = json_get_text(body, is_email ? "subject" : "title");
    const char *text = json_get_text(body, is_email ? "body_text" : "note");
    check_html(json_get_text(body, is_email ? "body_html" : "note_html"), given->value);
    assert(!line || (*line && fuzz_is_one_line(line)));
    assert(strcmp(text ? text : "", given->value) == 0);
    check_attachments(given, json_get(body, "attachments"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {(const char *)data, size};
    struct given given = read_input(&input);
    struct json *fields = fill(&given);
    struct attachment attachments[4];
    for (size_t i = 0; i < COUNT(attachments); i++)
        attachments[i] =
            (struct attachment){given.url, given.filename, given.content_type, 4711, ""};
    struct activity_post post;
    assert(activity_post(&(struct activity){.kind = given.activity,
                             .lead_id = given.id,
                             .fields = fields,
                             .attachments = attachments,
                             .count = given.attachments},
               &post) == 0);
    char *printed = json_print(post.body);
    assert(printed && fuzz_is_utf8(printed));
    struct json *again = json_parse(printed, strlen(printed));
    assert(json_is_object(again));
    check_texts(again);
    check_body(&given, again);
    json_free(again);
    activity_post_release(&post);
    json_free(fields);
    free(printed);
    release(&given);
    return 0;
}
