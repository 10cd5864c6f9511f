/* Rules: which one takes a file, and what it makes of its texts. */
#include "failing_calls.h"
#include "json_rows.h"

#include "closedrop/base/array.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/rules/rule.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

FAILING_CALL(void *, realloc, NULL, (void *bytes, size_t size), (bytes, size))
FAILING_CALL(char *, strdup, NULL, (const char *text), (text))

/* ---- a file, and rules for it ---- */

static const struct template_facts usual = {.folder = "scans",
    .path = "in/fax-4711-030.tif",
    .content_type = "image/tiff",
    .size = 2000,
    .mtime_ns = 1795341600123456789,
    .queued_ms = 1795390200000};

static struct template *compile(const char *text)
{
    static const struct template_scope everything = {
        .row = true, .meta = true, .target = true, .sha256 = true};
    struct str why = STR_INIT(4000);
    struct template *compiled = NULL;
    if (text && template_new(text, &everything, &compiled, &why) != 0)
        fail_msg("%s: %s", text, str_text(&why));
    str_release(&why);
    return compiled;
}

static struct pattern *compile_pattern(const char *text)
{
    struct str why = STR_INIT(4000);
    struct pattern *pattern = NULL;
    if (text && pattern_new(text, &pattern, &why) != 0)
        fail_msg("%s: %s", text, str_text(&why));
    str_release(&why);
    return pattern;
}

/* ---- choosing ---- */

/** What a rule takes: a pattern, a type, sizes. */
struct taste {
    const char *path, *content_type;
    int64_t min_size, max_size;
};

#define ANY                                                                                        \
    {                                                                                              \
        NULL, "", 0, 0                                                                             \
    }
#define END                                                                                        \
    {                                                                                              \
        NULL, NULL, 0, 0                                                                           \
    }

static const struct {
    const char *name;
    struct taste rules[4]; /* ends with END */
    enum rule_choice choice;
    int chosen;
    const char *values;
} choices[] = {
    {"any file", {ANY, END}, RULE_CHOSEN, 0, "{}"},
    {"no rule", {END}, RULE_NONE, 0, "{}"},
    {"its path", {{"^in/fax-", "", 0, 0}, END}, RULE_CHOSEN, 0, "{}"},
    {"another path", {{"^fax-", "", 0, 0}, END}, RULE_NONE, 0, "{}"},
    {"its groups", {{"fax-(?<num>[0-9]+)-(?<caller>[0-9]+)", "", 0, 0}, END}, RULE_CHOSEN, 0,
        "{'caller':'030','num':'4711'}"},
    {"a group that took no part", {{"fax-(?<num>x)?", "", 0, 0}, END}, RULE_CHOSEN, 0,
        "{'num':''}"},
    {"the first of two", {ANY, {"(?<num>[0-9]+)", "", 0, 0}, END}, RULE_CHOSEN, 0, "{}"},
    {"the second of two", {{"^out/(?<a>.)", "", 0, 0}, {"(?<num>[0-9]+)", "", 0, 0}, END},
        RULE_CHOSEN, 1, "{'num':'4711'}"},
    {"the third of three", {{"^out/", "", 0, 0}, {NULL, "image/png", 0, 0}, ANY, END}, RULE_CHOSEN,
        2, "{}"},
    {"none of two", {{"^out/", "", 0, 0}, {NULL, "image/png", 0, 0}, END}, RULE_NONE, 0, "{}"},

    {"its type", {{NULL, "image/tiff", 0, 0}, END}, RULE_CHOSEN, 0, "{}"},
    {"any image", {{NULL, "image/*", 0, 0}, END}, RULE_CHOSEN, 0, "{}"},
    {"in other letters", {{NULL, "IMAGE/TIFF", 0, 0}, END}, RULE_CHOSEN, 0, "{}"},
    {"one of two types", {{NULL, "image/[pt]*", 0, 0}, END}, RULE_CHOSEN, 0, "{}"},
    {"a part of its type", {{NULL, "image", 0, 0}, END}, RULE_NONE, 0, "{}"},
    {"any text", {{NULL, "text/*", 0, 0}, END}, RULE_NONE, 0, "{}"},

    {"just large enough", {{NULL, "", 2000, 0}, END}, RULE_CHOSEN, 0, "{}"},
    {"just too small", {{NULL, "", 2001, 0}, END}, RULE_NONE, 0, "{}"},
    {"just small enough", {{NULL, "", 0, 2000}, END}, RULE_CHOSEN, 0, "{}"},
    {"just too large", {{NULL, "", 0, 1999}, END}, RULE_NONE, 0, "{}"},
    {"of just this size", {{NULL, "", 2000, 2000}, END}, RULE_CHOSEN, 0, "{}"},

    {"all at once", {{"(?<num>[0-9]+)", "image/*", 1, 5000}, END}, RULE_CHOSEN, 0,
        "{'num':'4711'}"},
    {"its path, but another type", {{"(?<num>[0-9]+)", "text/*", 1, 5000}, END}, RULE_NONE, 0,
        "{}"},
    {"its path, but another size", {{"(?<num>[0-9]+)", "image/*", 1, 5}, END}, RULE_NONE, 0, "{}"},
};

/** Rules to be chosen from; the list ends with NULL. */
struct choosing {
    struct rule rules[4];
    struct rule *list[5];
};

static void make_rules(const struct taste *tastes, struct choosing *choosing)
{
    *choosing = (struct choosing){0};
    for (size_t i = 0; tastes[i].content_type; i++) {
        struct rule *rule = &choosing->rules[i];
        rule->path = compile_pattern(tastes[i].path);
        rule->content_type = strdup(tastes[i].content_type);
        rule->min_size = tastes[i].min_size;
        rule->max_size = tastes[i].max_size;
        choosing->list[i] = rule;
    }
}

static void release_rules(struct choosing *choosing)
{
    for (size_t i = 0; i < COUNT(choosing->rules); i++)
        rule_release(&choosing->rules[i]);
}

static const struct {
    const char *name;
    struct taste rules[4];
    int chosen, but_for_case; /* -1: none */
} but_for_case[] = {
    {"none fits", {{"^out/", "", 0, 0}, END}, -1, -1},
    {"one fits", {{"^in/FAX-", "", 0, 0}, END}, -1, 0},
    {"one that fits as it is", {{"^in/fax-", "", 0, 0}, END}, -1, -1},
    {"the first of those", {{"^out/", "", 0, 0}, {"FAX-", "", 0, 0}, {"TIF", "", 0, 0}, END}, -1,
        1},
    {"ahead of the chosen one", {{"^in/FAX-", "", 0, 0}, ANY, END}, 1, 0},
    {"behind it", {ANY, {"^in/FAX-", "", 0, 0}, END}, 0, -1},
    {"of another type", {{"^in/FAX-", "text/*", 0, 0}, END}, -1, -1},
};

static void knows_which_rule_fits_but_for_case(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(but_for_case); i++) {
        struct choosing choosing;
        make_rules(but_for_case[i].rules, &choosing);
        const int chosen = but_for_case[i].chosen, expected = but_for_case[i].but_for_case;
        const struct rule *found =
            rule_but_for_case(choosing.list, chosen < 0 ? NULL : choosing.list[chosen], &usual);
        if (found != (expected < 0 ? NULL : choosing.list[expected]))
            fail_msg("%s", but_for_case[i].name);
        release_rules(&choosing);
    }
}

static void takes_the_first_rule_that_fits(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(choices); i++) {
        struct choosing choosing;
        const struct rule *rule = NULL;
        struct json *values = json_object(), *wanted = parse(choices[i].values);
        struct str why = STR_INIT(1000);
        make_rules(choices[i].rules, &choosing);
        enum rule_choice choice = rule_choose(choosing.list, &usual, values, &rule, &why);
        const struct rule *right =
            choices[i].choice == RULE_CHOSEN ? &choosing.rules[choices[i].chosen] : NULL;
        if (choice != choices[i].choice || rule != right)
            fail_msg("%s: %d, rule %d", choices[i].name, choice,
                rule ? (int)(rule - choosing.rules) : -1);
        if (!is_same(values, wanted))
            fail_msg("%s: %s", choices[i].name, json_print(values));
        assert_string_equal(str_text(&why), "");
        json_free(values);
        json_free(wanted);
        str_release(&why);
        release_rules(&choosing);
    }
}

/* nor after one whose groups find no memory */
static void asks_no_rule_when_memory_is_short(void **state)
{
    (void)state;
    static const struct taste tastes[] = {{"(?<num>[0-9]+)", "", 0, 0}, ANY, END};
    struct choosing choosing;
    const struct rule *rule = NULL;
    struct json *values = json_object();
    struct str why = STR_INIT(1000);
    make_rules(tastes, &choosing);
    allocations_left = 0;
    assert_int_equal(rule_choose(choosing.list, &usual, values, &rule, &why), RULE_NO_MEMORY);
    allocations_left = NEVER;
    assert_int_equal(rule_choose(choosing.list, &usual, values, &rule, &why), RULE_CHOSEN);
    assert_ptr_equal(rule, &choosing.rules[0]);
    json_free(values);
    str_release(&why);
    release_rules(&choosing);
}

/* the file may have been that rule's: no later one may have it */
static void asks_no_rule_after_one_that_cannot_be_tried(void **state)
{
    (void)state;
    static const struct taste tastes[] = {{"^out", "", 0, 0}, {"^(a+)+$", "", 0, 0}, ANY, END};
    const struct template_facts facts = {.folder = "scans",
        .path = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
        .content_type = "image/tiff"};
    struct choosing choosing;
    const struct rule *rule = NULL;
    struct json *values = json_object();
    struct str why = STR_INIT(1000);
    make_rules(tastes, &choosing);
    assert_int_equal(rule_choose(choosing.list, &facts, values, &rule, &why), RULE_ERROR);
    assert_non_null(strstr(str_text(&why), "the pattern takes too long on this path"));
    assert_null(json_first(values));
    json_free(values);
    str_release(&why);
    release_rules(&choosing);
}

/* ---- one text ---- */

#define VALUES                                                                                     \
    "{'meta.num':'4711','row.city':'K\xC3\xB6ln','meta.blank':'  a  "                              \
    "','meta.lines':'a\\r\\nb\\tc',"                                                               \
    "'meta.space':' \\n ','meta.html':'<a & b>','lead.name':'Bluth','contact.email':''}"

#define TEN_U "\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC"
#define TEN_HILLS                                                                                  \
    "\xF0\x9F\x8F\x94\xF0\x9F\x8F\x94\xF0\x9F\x8F\x94\xF0\x9F\x8F\x94\xF0\x9F\x8F\x94"             \
    "\xF0\x9F\x8F\x94\xF0\x9F\x8F\x94\xF0\x9F\x8F\x94\xF0\x9F\x8F\x94\xF0\x9F\x8F\x94"

static const struct {
    const char *template;
    size_t most;
    const char *text; /* NULL: it is too long */
} texts[] = {
    {"lead_{stem}", 100, "lead_fax-4711-030"},
    {"{row.city}, {lead.name}", 100, "K\xC3\xB6ln, Bluth"},
    {"", 100, ""},
    {"{contact.email}", 100, ""},
    {"{meta.missing}", 100, ""},
    /* one line, without spaces around it */
    {"{meta.lines}", 100, "a  b c"},
    {"{meta.blank}", 100, "a"},
    {"  {meta.blank}x ", 100, "a  x"},
    {"{meta.space}", 100, ""},
    {"   ", 100, ""},
    {"{meta.html}", 100, "<a & b>"},
    /* characters are counted, not bytes */
    {"1234567890", 10, "1234567890"},
    {"12345678901", 10, NULL},
    {"{size}{size}{size}", 12, "200020002000"},
    {"{size}{size}{size}", 11, NULL},
    {TEN_U, 10, TEN_U},
    {TEN_U "x", 10, NULL},
    {TEN_HILLS, 10, TEN_HILLS},
    {TEN_HILLS "x", 10, NULL},
    {TEN_HILLS TEN_HILLS, 10, NULL},
};

static void expands_a_text_to_one_line(void **state)
{
    (void)state;
    struct json *values = parse(VALUES);
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct template *template = compile(texts[i].template);
        struct str why = STR_INIT(1000);
        char *text = NULL;
        int result = rule_expand(template, &usual, values, "table.key", texts[i].most, &text, &why);
        if (result != (texts[i].text ? 0 : -EINVAL) ||
            (texts[i].text ? strcmp(text, texts[i].text) != 0 : text != NULL))
            fail_msg("%s: %d, \"%s\"", texts[i].template, result, text);
        if (!texts[i].text && !strstr(str_text(&why), "table.key would have more than the "))
            fail_msg("%s: %s", texts[i].template, str_text(&why));
        assert_int_equal(why.length > 0, !texts[i].text);
        free(text);
        str_release(&why);
        template_free(template);
    }
    json_free(values);
}

static void says_that_a_text_is_too_long(void **state)
{
    (void)state;
    struct template *template = compile("12345");
    struct str why = STR_INIT(1000);
    char *text = NULL;
    assert_int_equal(rule_expand(template, &usual, NULL, "group.by", 4, &text, &why), -EINVAL);
    assert_string_equal(str_text(&why),
        "group.by would have more than the 4 characters that can be looked up; what to do: use "
        "a shorter one");
    str_release(&why);
    template_free(template);
}

/* ---- all texts of an activity ---- */

/** A field as the configuration makes it: a text, or texts with a blank line between them. */
struct field {
    const char *name;
    enum rule_field_kind kind;
    const char *texts[4];
    enum template_manner manner;
    size_t most;
    bool required;
    int64_t number;
};

static void make_field(const struct field *from, struct rule_field *field)
{
    size_t count = 0;
    *field = (struct rule_field){.name = from->name,
        .kind = from->kind,
        .manner = from->manner,
        .most = from->most,
        .required = from->required,
        .number = from->number};
    if (from->kind == RULE_FIELD_NUMBER || from->kind == RULE_FIELD_BOOL)
        return;
    field->templates = calloc(COUNT(from->texts) + 1, sizeof(*field->templates));
    assert_non_null(field->templates);
    for (; count < COUNT(from->texts) && from->texts[count]; count++)
        field->templates[count] = compile(from->texts[count]);
}

static struct rule make_rule(const struct field *fields, size_t count)
{
    struct rule rule = {.name = strdup("fax"), .content_type = strdup("")};
    rule.fields.all = calloc(count + 1, sizeof(*rule.fields.all));
    assert_non_null(rule.fields.all);
    for (; rule.fields.count < count; rule.fields.count++)
        make_field(&fields[rule.fields.count], &rule.fields.all[rule.fields.count]);
    return rule;
}

#define TEXT(name, text)                                                                           \
    {                                                                                              \
        name, RULE_FIELD_TEXT, {text}, TEMPLATE_LINE, 100, false, 0                                \
    }
#define NEEDED(name, text)                                                                         \
    {                                                                                              \
        name, RULE_FIELD_TEXT, {text}, TEMPLATE_LINE, 100, true, 0                                 \
    }
#define WHOLE(name, text)                                                                          \
    {                                                                                              \
        name, RULE_FIELD_WHOLE, {text}, TEMPLATE_LINE, 100, false, 0                               \
    }
#define LIST(name, need, ...)                                                                      \
    {                                                                                              \
        name, RULE_FIELD_LIST, {__VA_ARGS__}, TEMPLATE_LINE, 10, need, 0                           \
    }

static const struct {
    const char *name;
    struct field fields[3];
    size_t count;
    const char *object; /* NULL: it cannot be filled */
    const char *why;
} fills[] = {
    {"nothing", {{0}}, 0, "{}", ""},
    {"a text", {TEXT("subject", "Fax {meta.num}")}, 1, "{'subject':'Fax 4711'}", ""},
    {"in order", {TEXT("subject", "b"), TEXT("sender", "a")}, 2, "{'subject':'b','sender':'a'}",
        ""},
    {"a text in one line", {TEXT("subject", " {meta.lines} ")}, 1, "{'subject':'a  b c'}", ""},
    {"a text that comes out empty", {TEXT("subject", "{meta.x}"), TEXT("sender", "a")}, 2,
        "{'sender':'a'}", ""},
    {"a text of blanks", {TEXT("subject", "{meta.space}")}, 1, "{}", ""},
    {"a text of any shape",
        {{"body_text", RULE_FIELD_TEXT, {" {meta.lines}{meta.html}\n"}, TEMPLATE_PLAIN, 100, false,
            0}},
        1, "{'body_text':' a\\r\\nb\\tc<a & b>\\n'}", ""},
    {"HTML",
        {{"body_html", RULE_FIELD_TEXT, {"<p>{meta.html}</p>\n"}, TEMPLATE_HTML, 100, false, 0}}, 1,
        "{'body_html':'<p>&lt;a &amp; b&gt;</p>\\n'}", ""},
    {"a number", {{"followup_sequence_delay", RULE_FIELD_NUMBER, {NULL}, 0, 0, false, 86400}}, 1,
        "{'followup_sequence_delay':86400}", ""},
    {"yes", {{"pinned", RULE_FIELD_BOOL, {NULL}, 0, 0, false, 1}}, 1, "{'pinned':true}", ""},
    {"no", {{"pinned", RULE_FIELD_BOOL, {NULL}, 0, 0, false, 0}}, 1, "{'pinned':false}", ""},

    {"a whole number", {WHOLE("value", "{meta.num}")}, 1, "{'value':4711}", ""},
    {"a negative number", {WHOLE("value", " -5 ")}, 1, "{'value':-5}", ""},
    {"a number that comes out empty", {WHOLE("value", "{meta.x}")}, 1, "{}", ""},
    {"no whole number", {WHOLE("value", "12.50")}, 1, NULL,
        "\"value\" of rule \"fax\" must be a whole number, but is \"12.50\" for this file; what "
        "to do: check which variables its template uses"},
    {"a number beyond all bounds", {WHOLE("value", "99999999999999999999")}, 1, NULL,
        "\"value\" of rule \"fax\" must be a whole number, but is \"99999999999999999999\" for "
        "this file; what to do: check which variables its template uses"},

    {"a list", {LIST("to", true, "a@b.c", "{meta.num}")}, 1, "{'to':['a@b.c','4711']}", ""},
    {"a list of one", {LIST("to", true, "a@b.c")}, 1, "{'to':['a@b.c']}", ""},
    {"a list with a gap", {LIST("to", true, "{contact.email}", "a@b.c", "{meta.space}")}, 1,
        "{'to':['a@b.c']}", ""},
    {"a list of gaps", {LIST("cc", false, "{contact.email}", "{meta.x}"), TEXT("subject", "a")}, 2,
        "{'subject':'a'}", ""},
    {"an empty list", {LIST("cc", false, NULL)}, 1, "{}", ""},
    {"several in one", {LIST("to", true, "a@b.c; d@e.f,;g@h.i ;", "j@k.l")}, 1,
        "{'to':['a@b.c','d@e.f','g@h.i','j@k.l']}", ""},
    {"with names",
        {{"to", RULE_FIELD_LIST, {"Miller, Ann <a@b.c>, \"Lee; B, \\\"C\\\"\" <l@e.f>;\"x; y@z"},
            TEMPLATE_LINE, 40, true, 0}},
        1,
        "{'to':['Miller, Ann <a@b.c>','\\\"Lee; B, \\\\\\\"C\\\\\\\"\\\" <l@e.f>',"
        "'\\\"x; y@z']}",
        ""},
    {"no address at all", {LIST("to", true, "a, b;c")}, 1, "{'to':['a, b','c']}", ""},
    {"nothing but separators", {LIST("cc", false, " ; , ;")}, 1, "{'cc':[',']}", ""},
    {"one of several is long", {LIST("to", true, "a@b.c;abcdef@b.cd")}, 1, NULL,
        "to of rule \"fax\" would have more than the 10 characters that Close takes; what to do: "
        "use a shorter "
        "one"},
    {"a text of no list", {TEXT("sender", "a@b.c; d@e.f")}, 1, "{'sender':'a@b.c; d@e.f'}", ""},

    {"a text that Close wants", {NEEDED("sender", "{meta.num}")}, 1, "{'sender':'4711'}", ""},
    {"a text that Close wants, empty", {TEXT("subject", "a"), NEEDED("sender", "{meta.x}")}, 2,
        NULL,
        "\"sender\" of rule \"fax\" is empty for this file, but Close requires it; what to do: "
        "check which "
        "variables its template uses"},
    {"a text that Close wants, of blanks", {NEEDED("sender", "{meta.space}")}, 1, NULL,
        "\"sender\" of rule \"fax\" is empty for this file, but Close requires it; what to do: "
        "check which "
        "variables its template uses"},
    {"a list that Close wants, of gaps", {LIST("to", true, "{contact.email}")}, 1, NULL,
        "\"to\" of rule \"fax\" is empty for this file, but Close requires it; what to do: check "
        "that there is a contact, and that it has an email address in Close"},
    {"an empty list that Close wants", {LIST("to", true, NULL)}, 1, NULL,
        "\"to\" of rule \"fax\" is empty for this file, but Close requires it; what to do: check "
        "which "
        "variables "
        "its template uses"},
    {"a long text", {{"subject", RULE_FIELD_TEXT, {"{stem}"}, TEMPLATE_LINE, 11, false, 0}}, 1,
        NULL,
        "subject of rule \"fax\" would have more than the 11 characters that Close takes; what to "
        "do: use a "
        "shorter one"},
    {"a long text of a list", {LIST("to", false, "a@b.c", "{stem}@b.c"), TEXT("subject", "a")}, 2,
        NULL,
        "to of rule \"fax\" would have more than the 10 characters that Close takes; what to do: "
        "use a shorter "
        "one"},
    {"long by its entities",
        {{"body_html", RULE_FIELD_TEXT, {"{meta.html}"}, TEMPLATE_HTML, 14, false, 0}}, 1, NULL,
        "body_html of rule \"fax\" would have more than the 14 characters that Close takes; what "
        "to do: use a "
        "shorter one"},
    {"just not too long by its entities",
        {{"body_html", RULE_FIELD_TEXT, {"{meta.html}"}, TEMPLATE_HTML, 17, false, 0}}, 1,
        "{'body_html':'&lt;a &amp; b&gt;'}", ""},
};

static void fills_the_fields_of_an_activity(void **state)
{
    (void)state;
    struct json *values = parse(VALUES);
    for (size_t i = 0; i < COUNT(fills); i++) {
        struct rule rule = make_rule(fills[i].fields, fills[i].count);
        struct json *object = NULL, *wanted = fills[i].object ? parse(fills[i].object) : NULL;
        struct str why = STR_INIT(1000);
        int result = rule_fill(&rule, &rule.fields, &usual, values, &object, &why);
        char *printed = json_print(object), *right = json_print(wanted);
        if (result != (wanted ? 0 : -EINVAL) || (printed != NULL) != (right != NULL) ||
            (printed && strcmp(printed, right) != 0))
            fail_msg("%s: %d, %s (%s)", fills[i].name, result, printed, str_text(&why));
        assert_string_equal(str_text(&why), fills[i].why);
        free(printed);
        free(right);
        json_free(object);
        json_free(wanted);
        str_release(&why);
        rule_release(&rule);
    }
    json_free(values);
}

/* a field that is left out for want of memory would be another activity; it waits instead */
static void expect_all_or_nothing(int *left)
{
    int all_calls = 0;
    struct json *values = parse(VALUES);
    for (size_t i = 0; i < COUNT(fills); i++) {
        if (!fills[i].object)
            continue;
        struct rule rule = make_rule(fills[i].fields, fills[i].count);
        struct json *object = NULL, *wanted = parse(fills[i].object);
        struct str why = STR_INIT(1000);
        int result;
        int calls = 0;
        do {
            *left = calls++;
            result = rule_fill(&rule, &rule.fields, &usual, values, &object, &why);
            *left = NEVER;
            if (result < 0 && (result != -ENOMEM || object))
                fail_msg("%s: %d with %d allocations", fills[i].name, result, calls);
        } while (result < 0);
        all_calls += calls;
        if (!is_same(object, wanted))
            fail_msg("%s: with %d allocations", fills[i].name, calls);
        json_free(object);
        json_free(wanted);
        str_release(&why);
        rule_release(&rule);
    }
    assert_true(all_calls > (int)COUNT(fills));
    json_free(values);
}

static void fills_nothing_when_memory_is_short(void **state)
{
    (void)state;
    expect_all_or_nothing(&allocations_left); /* of JSON */
    expect_all_or_nothing(&calls_left);       /* of texts */
}

/* ---- what it uses ---- */

/* a rule with all that can hold a template, and one text in one of them */
static struct rule rule_with(const char *text, size_t place)
{
    static const struct field fields[] = {TEXT("subject", "a"), LIST("to", true, "a", "b"),
        {"pinned", RULE_FIELD_BOOL, {NULL}, 0, 0, false, 1}};
    struct rule rule = make_rule(fields, COUNT(fields));
    struct template **const places[] = {&rule.lead_id, &rule.contact_id, &rule.find,
        &rule.table_key, &rule.group, &rule.fields.all[0].templates[0],
        &rule.fields.all[1].templates[1]};
    if (place >= COUNT(places))
        return rule;
    template_free(*places[place]);
    *places[place] = compile(text);
    return rule;
}

#define PLACES 7

static void knows_what_it_uses_wherever_it_stands(void **state)
{
    (void)state;
    for (size_t place = 0; place <= PLACES; place++) {
        struct rule rule = rule_with("x {meta.customer} y", place);
        if (rule_uses(&rule, "meta.") != (place < PLACES) || rule_uses(&rule, "row.") ||
            rule_uses(&rule, "meta.x"))
            fail_msg("place %zu", place);
        rule_release(&rule);
    }
}

static void names_the_columns_it_needs(void **state)
{
    (void)state;
    for (size_t place = 0; place <= PLACES; place++) {
        struct rule rule = rule_with("{row.city} {row.zip} {row.city} {meta.x}", place);
        struct json *columns = rule_columns(&rule);
        char *printed = json_print(columns);
        if (strcmp(printed, place < PLACES ? "[\"city\",\"zip\"]" : "[]") != 0)
            fail_msg("place %zu: %s", place, printed);
        free(printed);
        json_free(columns);
        rule_release(&rule);
    }
}

/* a table that lacks a column would else pass */
static void names_no_columns_when_memory_is_short(void **state)
{
    (void)state;
    struct rule rule = rule_with("{row.city} {row.zip}", 5);
    template_free(rule.group);
    rule.group = compile("{row.key}");
    struct json *columns = NULL;
    int calls = 0;
    for (; !columns; calls++) {
        allocations_left = calls;
        columns = rule_columns(&rule);
        allocations_left = NEVER;
    }
    assert_true(calls > 3);
    char *printed = json_print(columns);
    assert_string_equal(printed, "[\"key\",\"city\",\"zip\"]");
    free(printed);
    json_free(columns);
    rule_release(&rule);
}

static void releases_what_it_owns(void **state)
{
    (void)state;
    struct rule rule = rule_with("{meta.num}", PLACES);
    for (size_t i = 0; i < 5; i++) {
        struct template **const places[] = {
            &rule.lead_id, &rule.contact_id, &rule.find, &rule.table_key, &rule.group};
        *places[i] = compile("x");
    }
    rule.path = compile_pattern("x");
    rule.custom_field = strdup("cf_1");
    rule.table = strdup("/c.csv");
    rule_release(&rule); /* LeakSanitizer watches */
    assert_null(rule.name);
    assert_int_equal(rule.fields.count, 0);
    rule_release(&rule); /* harmless */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_the_first_rule_that_fits),
        cmocka_unit_test(knows_which_rule_fits_but_for_case),
        cmocka_unit_test_setup_teardown(
            asks_no_rule_when_memory_is_short, begin_to_fail, end_to_fail),
        cmocka_unit_test(asks_no_rule_after_one_that_cannot_be_tried),
        cmocka_unit_test(expands_a_text_to_one_line),
        cmocka_unit_test(says_that_a_text_is_too_long),
        cmocka_unit_test(fills_the_fields_of_an_activity),
        cmocka_unit_test_setup_teardown(
            fills_nothing_when_memory_is_short, begin_to_fail, end_to_fail),
        cmocka_unit_test(knows_what_it_uses_wherever_it_stands),
        cmocka_unit_test(names_the_columns_it_needs),
        cmocka_unit_test_setup_teardown(
            names_no_columns_when_memory_is_short, begin_to_fail, end_to_fail),
        cmocka_unit_test(releases_what_it_owns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
