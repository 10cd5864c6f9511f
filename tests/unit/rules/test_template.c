/* Templates: what they become, in each manner, and what is refused, with which words. */
#include "failing_calls.h"

#include "closedrop/base/array.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/rules/pattern.h"
#include "closedrop/rules/template.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

/* ---- the n-th call fails (tests/CMakeLists.txt wraps them) ---- */

FAILING_CALL(void *, calloc, NULL, (size_t count, size_t size), (count, size))
FAILING_CALL(void *, realloc, NULL, (void *bytes, size_t size), (bytes, size))
FAILING_CALL(char *, strdup, NULL, (const char *text), (text))
FAILING_CALL(int, json_append_text, -ENOMEM, (struct json * array, const char *text), (array, text))
FAILING_CALL(struct tm *, localtime_r, NULL, (const time_t *moment, struct tm *ret_local),
    (moment, ret_local))

/* ---- what is known ---- */

static struct pattern *pattern; /* with the groups lead and num */

static struct template_scope everything(void)
{
    return (struct template_scope){.pattern = pattern,
        .row = true,
        .meta = true,
        .target = true,
        .people = true,
        .sha256 = true};
}

/** 22 November 2026, 10:00 UTC and 23:30 UTC; the tests live two hours east of there. */
#define MTIME_NS 1795341600123456789
#define QUEUED_MS 1795390200000

#define HASH "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

static const struct template_facts usual = {
    .folder = "scans",
    .path = "in/2026/Invoice.final.pdf",
    .content_type = "application/pdf",
    .owner = "anna",
    .sha256 = HASH,
    .size = 48213,
    .mtime_ns = MTIME_NS,
    .queued_ms = QUEUED_MS,
};

#define VALUES                                                                                     \
    "{\"lead\":\"lead_Ab1\",\"row.city\":\"K\xC3\xB6ln\",\"row.a:b c\":\"odd\","                   \
    "\"owner.email\":\"anna@example.com\",\"meta.customer\":\"4711\",\"meta.a.b\":\"deep\","       \
    "\"meta.brace\":\"{name}\","                                                                   \
    "\"lead.id\":\"lead_1\",\"lead.name\":\"Smith & Sons\",\"contact.id\":\"cont_1\","             \
    "\"contact.name\":\"Jo \\\"J\\\" "                                                             \
    "<x>\",\"contact.email\":\"jo@example.com\",\"meta.list\":[1]}"

static struct template *compile(const char *text, const struct template_scope *scope)
{
    struct str why = STR_INIT(4000);
    struct template *compiled = NULL;
    int result = template_new(text, scope, &compiled, &why);
    if (result != 0 || why.length != 0)
        fail_msg("%s: %d, %s", text, result, str_text(&why));
    str_release(&why);
    /* cppcheck-suppress CastIntegerToAddressAtReturn ; it takes "template" for C++ */
    return compiled;
}

/** The text with everything known, to be freed. */
static char *expand(
    const char *text, const struct template_facts *facts, enum template_manner manner)
{
    const struct template_scope scope = everything();
    struct template *template = compile(text, &scope);
    struct json *values = json_parse(VALUES, strlen(VALUES));
    struct str out = STR_INIT(100000);
    assert_non_null(values);
    assert_int_equal(template_expand(template, facts, values, manner, &out), 0);
    json_free(values);
    template_free(template);
    return str_take(&out);
}

static void expect(const char *text, const struct template_facts *facts,
    enum template_manner manner, const char *expected)
{
    char *out = expand(text, facts, manner);
    if (strcmp(out, expected) != 0)
        fail_msg("%s: \"%s\", not \"%s\"", text, out, expected);
    free(out);
}

/* ---- expanding ---- */

static void expands_what_it_names(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected;
    } rows[] = {
        {"", ""},
        {"plain", "plain"},
        {"{name}", "Invoice.final.pdf"},
        {"Scan: {stem}", "Scan: Invoice.final"},
        {"{ext}|{dir}|{folder}", "pdf|in/2026|scans"},
        {"{size} bytes of {content_type}", "48213 bytes of application/pdf"},
        {"{owner} <{owner.email}>{owner.user_id}", "anna <anna@example.com>"},
        {"{sha256}", HASH},
        {"{date:%Y-%m-%d}", "2026-11-23"},
        {"{date:%H:%M}", "01:30"},
        {"{mtime:%d.%m.%y %H:%M:%S}", "22.11.26 12:00:00"},
        {"{date:%Y-%m-%dT18:00:00%z}", "2026-11-23T18:00:00+02:00"},
        {"{date:%%z%z%%}", "%z+02:00%"},
        {"{date:100%% of %B}", "100% of November"},
        {"{mtime:%a, %d %b}{mtime:%Z%z}", "Sun, 22 NovTST+02:00"},
        {"{lead}", "lead_Ab1"},
        {"{num}", ""}, /* a group that nobody gave a value */
        {"{row.city}, {row.a:b c}{row.none}", "K\xC3\xB6ln, odd"},
        {"{meta.customer}{meta.a.b}{meta.none}{meta.list}", "4711deep"},
        {"{lead.id} {lead.name}", "lead_1 Smith & Sons"},
        {"{contact.id} {contact.name} {contact.email}", "cont_1 Jo \"J\" <x> jo@example.com"},
        {"{{name}", "{name}"},
        {"{{{name}}}", "{Invoice.final.pdf}}"},
        {"a{{", "a{"},
        {"{{{{", "{{"},
        {"}a}}b", "}a}}b"},
        {"{meta.brace}", "{name}"}, /* one pass */
        {"{ext}{ext}{ext}{ext}{ext}{ext}{ext}{ext}{ext}", "pdfpdfpdfpdfpdfpdfpdfpdfpdf"},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        expect(rows[i].text, &usual, TEMPLATE_PLAIN, rows[i].expected);
}

#define TEN "\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define LONG HUNDRED TEN TEN "abcdefghijk" /* 251 bytes */

static void takes_a_path_apart(void **state)
{
    (void)state;
    static const struct {
        const char *path, *expected; /* NAME|STEM|EXT|DIR */
    } rows[] = {
        {"a.pdf", "a.pdf|a|pdf|"},
        {"in/a.pdf", "a.pdf|a|pdf|in"},
        {"a.b/c/file", "file|file||a.b/c"},
        {"archive.tar.gz", "archive.tar.gz|archive.tar|gz|"},
        {"x/.hidden", ".hidden|.hidden||x"},
        {"x/.hidden.pdf", ".hidden.pdf|.hidden|pdf|x"},
        {"dot.", "dot.|dot||"},
        {"..", "..|.||"},
        {"", "|||"},
        {"x/", "|||x"},
        {"{name}.pdf", "{name}.pdf|{name}|pdf|"},
        {LONG ".pdf", LONG ".pdf|" LONG "|pdf|"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct template_facts facts = usual;
        facts.path = rows[i].path;
        expect("{name}|{stem}|{ext}|{dir}", &facts, TEMPLATE_PLAIN, rows[i].expected);
    }
}

static void stands_in_for_a_hash_that_is_not_known_yet(void **state)
{
    (void)state;
    struct template_facts facts = usual;
    facts.sha256 = NULL;
    expect("{sha256}", &facts, TEMPLATE_PLAIN,
        "0000000000000000000000000000000000000000000000000000000000000000");
}

static void tells_any_moment(void **state)
{
    (void)state;
    static const struct {
        int64_t mtime_ns, queued_ms;
        const char *expected;
    } rows[] = {
        {0, 0, "1970-01-01 02:00:00, 1970-01-01 02:00:00"},
        {-1, -1, "1970-01-01 01:59:59, 1970-01-01 01:59:59"},
        {-1000000000, -1000, "1970-01-01 01:59:59, 1970-01-01 01:59:59"},
        {999999999, 999, "1970-01-01 02:00:00, 1970-01-01 02:00:00"},
        {INT64_MAX, 253402300800000, "2262-04-12 01:47:16, 10000-01-01 02:00:00"},
        {INT64_MIN, -62135596800000, "2262-04-12 01:47:16, 1-01-01 02:00:00"},
        {-2147483648000000000, 0, "1901-12-13 22:45:52, 1970-01-01 02:00:00"},
        {-2147483648000000001, 0, "2486-07-02 22:20:25, 1970-01-01 02:00:00"},
        {0, -62198755200000, "1970-01-01 02:00:00, -1-01-01 02:00:00"},
        {0, INT64_MAX, "1970-01-01 02:00:00, 292278994-08-17 09:12:55"},
        {0, INT64_MIN, "1970-01-01 02:00:00, -292275055-05-16 18:47:04"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct template_facts facts = usual;
        facts.mtime_ns = rows[i].mtime_ns;
        facts.queued_ms = rows[i].queued_ms;
        expect("{mtime:%Y-%m-%d %H:%M:%S}, {date:%Y-%m-%d %H:%M:%S}", &facts, TEMPLATE_PLAIN,
            rows[i].expected);
    }
}

/** The longest format that passes the check, at the moment that makes it longest. */
static void has_room_for_any_moment(void **state)
{
    (void)state;
    static const char *const formats[] = {"%C", "%Y", "%G", "%c", "%A", "%s", "%F", "%-m", "%D%B"};
    for (size_t i = 0; i < COUNT(formats); i++) {
        const struct template_scope scope = {0};
        struct template_facts facts = usual;
        struct str text = STR_INIT(2000), why = STR_INIT(2000), out = STR_INIT(2000);
        struct template *longest = NULL, *template = NULL;
        str_printf(&text, "{date:%s}", formats[i]);
        while (template_new(str_text(&text), &scope, &template, &why) == 0) {
            template_free(longest);
            longest = template;
            text.length--;
            str_printf(&text, "%s}", formats[i]);
        }
        facts.queued_ms = INT64_MIN;
        assert_int_equal(template_expand(longest, &facts, NULL, TEMPLATE_PLAIN, &out), 0);
        assert_true(out.length > 100);
        template_free(longest);
        str_release(&text);
        str_release(&why);
        str_release(&out);
    }
}

/* ---- manners ---- */

static void puts_values_in_as_they_are_wanted(void **state)
{
    (void)state;
    static const struct {
        const char *name, *plain, *line, *html;
    } rows[] = {
        {"a.pdf", "a.pdf", "a.pdf", "a.pdf"},
        {"a\nb\r\nc\td", "a\nb\r\nc\td", "a b  c d", "a\nb\r\nc\td"},
        {"\x01\x1F\x7F\x1B[2J", "\x01\x1F\x7F\x1B[2J", "    [2J", "  \x7F [2J"},
        {"a\xC2\x80-\xC2\x9F-\xC2\xA0.", "a\xC2\x80-\xC2\x9F-\xC2\xA0.", "a - - .",
            "a\xC2\x80-\xC2\x9F-\xC2\xA0."},
        {"\xC3\x80\xC3\x9F", "\xC3\x80\xC3\x9F", "\xC3\x80\xC3\x9F", "\xC3\x80\xC3\x9F"},
        {"\xE2\x80\xA7\xE2\x80\xA8\xE2\x80\xA9\xE2\x80\xAA",
            "\xE2\x80\xA7\xE2\x80\xA8\xE2\x80\xA9\xE2\x80\xAA", "\xE2\x80\xA7  \xEF\xBF\xBD",
            "\xE2\x80\xA7\xE2\x80\xA8\xE2\x80\xA9\xE2\x80\xAA"},
        {"\xE2\x81\xA8\xE3\x80\xA8", "\xE2\x81\xA8\xE3\x80\xA8", "\xEF\xBF\xBD\xE3\x80\xA8",
            "\xE2\x81\xA8\xE3\x80\xA8"},
        {"\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80"},
        {"<b>\"R&D\"<b>'s.pdf", "<b>\"R&D\"<b>'s.pdf", "<b>\"R&D\"<b>'s.pdf",
            "&lt;b&gt;&quot;R&amp;D&quot;&lt;b&gt;&#39;s.pdf"},
        {"&amp;", "&amp;", "&amp;", "&amp;amp;"},
        {"\xFFx\xC3", "\xFFx\xC3", "\xEF\xBF\xBDx\xEF\xBF\xBD", "\xFFx\xC3"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct template_facts facts = usual;
        facts.path = rows[i].name;
        expect("{name}", &facts, TEMPLATE_PLAIN, rows[i].plain);
        expect("{name}", &facts, TEMPLATE_LINE, rows[i].line);
        expect("{name}", &facts, TEMPLATE_HTML, rows[i].html);
    }
}

static void leaves_its_own_text_alone(void **state)
{
    (void)state;
    static const char own[] = "<b>\n&\t\"'\xC2\x85";
    expect(own, &usual, TEMPLATE_LINE, own);
    expect(own, &usual, TEMPLATE_HTML, own);
    expect("{dir}<br>{lead.name}{{<", &usual, TEMPLATE_HTML, "in/2026<br>Smith &amp; Sons{<");
}

static void stays_below_the_ceiling(void **state)
{
    (void)state;
    const struct template_scope scope = {0};
    struct template *template = compile("{name}{name}", &scope);
    struct str out = STR_INIT(20);
    assert_int_equal(template_expand(template, &usual, NULL, TEMPLATE_PLAIN, &out), -E2BIG);
    assert_true(out.length <= 20);
    str_release(&out);
    template_free(template);
}

/* ---- what is refused ---- */

#define ALWAYS                                                                                     \
    " {name} {stem} {ext} {dir} {folder} {size} {content_type} {mtime:FORMAT} {date:FORMAT}"       \
    " {owner}"

static const struct {
    const char *text;
    bool has_pattern, has_everything;
    const char *why;
} wrong[] = {
    {"{nam}", false, false,
        "{nam} is not a variable; known here are" ALWAYS "; write {{ for a brace"},
    {"{nam}", true, false, "known here are" ALWAYS " {lead} {num}; write {{ for a brace"},
    {"{nam}", false, true,
        ALWAYS " {owner.email} {owner.user_id} {sha256} {row.COLUMN} {meta.KEY} {lead.id} "
               "{lead.name} {contact.id} "
               "{contact.name} {contact.email}; write"},
    {"{NAME}", false, true, "{NAME} is not a variable"},
    {"{ name }", false, true, "{ name } is not a variable"},
    {"{}", false, true, "{} is not a variable"},
    {"{lead}", false, true, "{lead} is not a variable"}, /* without the group */
    {"{lead.}", false, true, "{lead.} is not a variable"},
    {"{lead.x}", false, true, "{lead.x} is not a variable"},
    {"{row}", false, true, "{row} is not a variable"},
    {"{rowdy.x}", false, true, "{rowdy.x} is not a variable"},
    {"{lead:%d}", true, false, "{lead:%d} is not a variable"},
    {"{foo:bar}", false, true, "{foo:bar} is not a variable"},
    {":{:}", false, true, "{:} is not a variable"},
    {"p { color: red }", false, true, "{ color: red } is not a variable"},
    {"{a\x1B[2J}", false, true, "{a\\x1B[2J} is not a variable"},
    {"{" TEN TEN TEN "}", false, true, "{" TEN TEN TEN "} is not a variable"},
    {"{" HUNDRED "}", false, true, "{" TEN TEN TEN "...} is not a variable"},
    {"{x" HUNDRED "}", false, true, "\xC3\xA4...} is not a variable"},
    {"{sha256}", false, false, "{sha256}: it is only known once the file is uploaded"},
    {"{row.city}", false, false, "{row.city}: it is only known once a row of the rule's"},
    {"{owner.email}", true, false, "{owner.email}: it is only known if people.file names"},
    {"{owner.x}", false, true, "{owner.x} is not a variable"},
    {"{owner:x}", false, true, "{owner:x}: it takes no format"},
    {"{meta.x}", false, false, "{meta.x}: it is only known in folders with sidecar"},
    {"{lead.name}", false, false, "{lead.name}: it is only known once the lead"},
    {"{contact.email}", true, false, "{contact.email}: it is only known once the lead"},
    {"{row.}", false, true, "{row.}: a name must follow the dot"},
    {"{meta.}", false, true, "{meta.}: a name must follow the dot"},
    {"{name:x}", false, true, "{name:x}: it takes no format"},
    {"{lead.id:x}", false, true, "{lead.id:x}: it takes no format"},
    {"{date}", false, true, "{date}: it needs a strftime(3) format"},
    {"{mtime}", false, true, "{mtime}: it needs a strftime(3) format"},
    {"{date:}", false, true, "{date:}: it needs a strftime(3) format"},
    {"{date:YYYY-MM-DD}", false, true, "{date:YYYY-MM-DD}: it needs a strftime(3) format"},
    {"{date:%Q}", false, true, "{date:%Q}: it needs a strftime(3) format"},
    {"{date:%}", false, true, "{date:%}: it needs a strftime(3) format"},
    {"{date:%Y%}", false, true, "it needs a strftime(3) format"},
    {"{date:%Y %% %!}", false, true, "it needs a strftime(3) format"},
    {"{date:%E%}", false, true, "it needs a strftime(3) format"},
    {"{date:%201Y}", false, true, "it needs a strftime(3) format"},
    {"{date:%1000000000Y}", false, true, "it needs a strftime(3) format"},
    {"{date:%99999999999999999999Y}", false, true, "it needs a strftime(3) format"},
    {"{date:%Y" HUNDRED "}", false, true, "it needs a strftime(3) format"},
    {"{", false, true, "{}: unterminated brace"},
    {"a {name", false, true, "{name}: unterminated brace; write {{ for a brace itself"},
    {"{na{me}", false, true, "{na}: unterminated brace"},
    {"{name}{", false, true, "{}: unterminated brace"},
    {"{{{", false, true, "{}: unterminated brace"},
    {"a\xFF", false, true, "this is not UTF-8"},
    {"a\xC3", false, true, "this is not UTF-8"},
    {"{meta.\xED\xA0\x80}", false, true, "this is not UTF-8"},
};

static void says_what_is_wrong(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct template_scope scope = {.pattern = wrong[i].has_pattern ? pattern : NULL};
        if (wrong[i].has_everything) {
            scope = everything();
            scope.pattern = NULL;
        }
        struct str why = STR_INIT(4000);
        struct template *template = NULL;
        assert_int_equal(template_new(wrong[i].text, &scope, &template, &why), -EINVAL);
        assert_null(template);
        if (!strstr(str_text(&why), wrong[i].why))
            fail_msg("%s: \"%s\"", wrong[i].text, str_text(&why));
        str_release(&why);
    }
}

static void takes_just_as_long_a_date_as_it_says(void **state)
{
    (void)state;
    const struct template_scope scope = {0};
    struct str why = STR_INIT(4000);
    struct template *template = compile("{date:%200Y}", &scope);
    template_free(template);
    assert_int_equal(template_new("{date:%201Y}", &scope, &template, &why), -EINVAL);
    str_release(&why);
}

/* ---- what it uses ---- */

static void knows_what_a_group_would_hide(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool is_variable;
    } rows[] = {
        {"name", true},
        {"stem", true},
        {"ext", true},
        {"dir", true},
        {"folder", true},
        {"size", true},
        {"sha256", true},
        {"content_type", true},
        {"mtime", true},
        {"date", true},
        {"lead", false},
        {"row", false},
        {"row.x", false},
        {"meta.x", false},
        {"lead.id", false},
        {"Name", false},
        {"names", false},
        {"nam", false},
        {"", false},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        if (variable_is_of_every_file(rows[i].name) != rows[i].is_variable)
            fail_msg("%s", rows[i].name);
}

static void knows_what_it_uses(void **state)
{
    (void)state;
    static const struct {
        const char *text, *prefix;
        bool uses;
    } rows[] = {
        {"", "meta.", false},
        {"meta.", "meta.", false},
        {"{{meta.x}", "meta.", false},
        {"{meta.x}", "meta.", true},
        {"{row.x}", "meta.", false},
        {"a {name} {meta.x}", "meta.", true},
        {"{contact.email}", "contact.", true},
        {"{date:lead.%Y}", "lead.", false},
        {"{lead}", "lead.", false},
        {"{lead}", "lead", true},
        {"{sha256}", "sha256", true},
    };
    const struct template_scope scope = everything();
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct template *template = compile(rows[i].text, &scope);
        if (template_uses(template, rows[i].prefix) != rows[i].uses)
            fail_msg("%s, %s", rows[i].text, rows[i].prefix);
        template_free(template);
    }
}

static void names_each_column_once(void **state)
{
    (void)state;
    const struct template_scope scope = everything();
    struct template *first = compile("{row.city}{name}{row.a:b c}row.z{row.city}", &scope);
    struct template *second = compile("{row.zip}{row.city}{meta.x}", &scope);
    struct json *columns = json_array();
    assert_int_equal(template_add_columns(first, columns), 0);
    assert_int_equal(template_add_columns(second, columns), 0);
    char *text = json_print(columns);
    assert_string_equal(text, "[\"city\",\"a:b c\",\"zip\"]");
    free(text);
    json_free(columns);
    template_free(first);
    template_free(second);
}

/* ---- failures ---- */

static void survives_every_failure_to_compile(void **state)
{
    (void)state;
    const struct template_scope scope = {0};
    static const char text[] = "a{name}b{name}c{name}d{name}e{name}f";
    int result = -ENOMEM;
    for (int n = 0; result; n++) {
        struct str why = STR_INIT(1000);
        struct template *template = NULL;
        calls_left = n;
        result = template_new(text, &scope, &template, &why);
        calls_left = NEVER;
        assert_true(result == -ENOMEM || (result == 0 && n >= 4));
        assert_true(result == 0 || !template);
        template_free(template);
        str_release(&why);
    }
    template_free(NULL);
}

static void survives_every_failure_to_name_columns(void **state)
{
    (void)state;
    const struct template_scope scope = everything();
    struct template *template = compile("{row.a}{row.b}", &scope);
    int result = -ENOMEM;
    for (int n = 0; result; n++) {
        struct json *columns = json_array();
        calls_left = n;
        result = template_add_columns(template, columns);
        calls_left = NEVER;
        assert_true(result == -ENOMEM || (result == 0 && n >= 4));
        json_free(columns);
    }
    template_free(template);
}

static void tells_nothing_where_there_is_no_such_time(void **state)
{
    (void)state;
    const struct template_scope scope = {0};
    struct template *template = compile("a{mtime:%Y}b", &scope);
    struct str out = STR_INIT(100);
    str_add(&out, ">");
    calls_left = 0;
    assert_int_equal(template_expand(template, &usual, NULL, TEMPLATE_PLAIN, &out), 0);
    calls_left = NEVER;
    assert_string_equal(str_text(&out), ">ab");
    template_free(template);
    struct str why = STR_INIT(1000);
    calls_left = 3; /* the template, its copy, its pieces */
    assert_int_equal(template_new("a{mtime:%Y}b", &scope, &template, &why), -EINVAL);
    calls_left = NEVER;
    str_release(&out);
    str_release(&why);
}

static int set_up(void **state)
{
    (void)state;
    struct str why = STR_INIT(1000);
    setenv("TZ", "TST-2", 1);
    tzset();
    int result = pattern_new("(?<lead>a)(?<num>b)?", &pattern, &why);
    str_release(&why);
    return result;
}

static int tear_down(void **state)
{
    (void)state;
    pattern_free(pattern);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expands_what_it_names),
        cmocka_unit_test(takes_a_path_apart),
        cmocka_unit_test(stands_in_for_a_hash_that_is_not_known_yet),
        cmocka_unit_test(tells_any_moment),
        cmocka_unit_test(has_room_for_any_moment),
        cmocka_unit_test(puts_values_in_as_they_are_wanted),
        cmocka_unit_test(leaves_its_own_text_alone),
        cmocka_unit_test(stays_below_the_ceiling),
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(takes_just_as_long_a_date_as_it_says),
        cmocka_unit_test(knows_what_a_group_would_hide),
        cmocka_unit_test(knows_what_it_uses),
        cmocka_unit_test(names_each_column_once),
        cmocka_unit_test(survives_every_failure_to_compile),
        cmocka_unit_test(survives_every_failure_to_name_columns),
        cmocka_unit_test(tells_nothing_where_there_is_no_such_time),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
