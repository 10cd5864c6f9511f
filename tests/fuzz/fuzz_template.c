/* Five bytes of settings, two moments, a template and the texts it may name, each up to a NUL. */
#include "fuzz.h"

#include "closedrop/base/array.h"
#include "closedrop/base/json.h"
#include "closedrop/rules/pattern.h"
#include "closedrop/rules/template.h"

#include <errno.h>

enum { HAS_PATTERN = 1, HAS_ROW = 2, HAS_META = 4, HAS_TARGET = 8, HAS_SHA256 = 16 };

struct given {
    struct template_scope scope;
    struct template_facts facts;
    enum template_manner manner;
    size_t ceiling;
    char *text, *path, *folder, *value;
    struct json *values;
};

/** With the groups lead and num; compiled once. */
static const struct pattern *some_pattern(void)
{
    static struct pattern *pattern;
    struct str why = STR_INIT(100);
    if (!pattern)
        assert(pattern_new("(?<lead>a)(?<num>b)", &pattern, &why) == 0);
    str_release(&why);
    return pattern;
}

static struct json *some_values(const char *value)
{
    static const char *const names[] = {
        "lead", "row.city", "meta.a", "lead.id", "lead.name", "contact.name", "contact.email"};
    struct json *values = json_object();
    for (size_t i = 0; i < COUNT(names); i++)
        assert(json_add_text(values, names[i], value) == 0);
    return values;
}

static struct given read_input(struct fuzz_input *input)
{
    struct given given = {0};
    uint8_t known = fuzz_byte(input);
    given.scope = (struct template_scope){
        .pattern = known & HAS_PATTERN ? some_pattern() : NULL,
        .row = known & HAS_ROW,
        .meta = known & HAS_META,
        .target = known & HAS_TARGET,
        .sha256 = known & HAS_SHA256,
    };
    given.manner = (enum template_manner)(fuzz_byte(input) % 3);
    given.ceiling = (size_t)fuzz_byte(input) << 8 | fuzz_byte(input);
    given.facts.size = fuzz_byte(input);
    given.facts.mtime_ns = fuzz_number(input);
    given.facts.queued_ms = fuzz_number(input);
    given.text = fuzz_text(input);
    given.path = fuzz_clean_text(input);
    given.folder = fuzz_clean_text(input);
    given.value = fuzz_clean_text(input);
    given.facts.path = given.path;
    given.facts.folder = given.folder;
    given.facts.content_type = "application/pdf";
    given.values = some_values(given.value);
    return given;
}

static void release(struct given *given)
{
    free(given->text);
    free(given->path);
    free(given->folder);
    free(given->value);
    json_free(given->values);
}

/** What a value may never bring in, by its manner, where the template's own text has none. */
static void check_manner(const struct given *given, const char *out)
{
    static const char html[] = "<>\"'";
    if (given->manner == TEMPLATE_HTML && !strpbrk(given->text, html))
        assert(!strpbrk(out, html));
    if (given->manner == TEMPLATE_LINE && fuzz_is_one_line(given->text))
        assert(fuzz_is_one_line(out));
}

static void check_expanding(const struct given *given, const struct template *template)
{
    struct str out = STR_INIT(given->ceiling), again = STR_INIT(given->ceiling);
    int result = template_expand(template, &given->facts, given->values, given->manner, &out);
    assert(result == 0 || result == -E2BIG);
    assert(out.length <= given->ceiling);
    assert(fuzz_is_utf8(str_text(&out)));
    check_manner(given, str_text(&out));
    assert(
        template_expand(template, &given->facts, given->values, given->manner, &again) == result);
    assert(strcmp(str_text(&out), str_text(&again)) == 0);
    str_release(&out);
    str_release(&again);
}

static void check_columns(const struct given *given, const struct template *template)
{
    struct json *columns = json_array();
    assert(template_add_columns(template, columns) == 0);
    assert(template_uses(template, "row.") == (json_first(columns) != NULL));
    assert(given->scope.row || !json_first(columns));
    assert(given->scope.meta || !template_uses(template, "meta."));
    assert(given->scope.target || !template_uses(template, "contact."));
    assert(given->scope.sha256 || !template_uses(template, "sha256"));
    for (const struct json *a = json_first(columns); a; a = json_next(a))
        for (const struct json *b = json_next(a); b; b = json_next(b))
            assert(strcmp(json_text(a), json_text(b)) != 0);
    json_free(columns);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {(const char *)data, size};
    struct given given = read_input(&input);
    struct str why = STR_INIT(10000);
    struct template *template = NULL;
    int result = template_new(given.text, &given.scope, &template, &why);
    assert(result == (template ? 0 : -EINVAL));
    assert((result == 0) == (why.length == 0));
    assert(!str_error(&why) && fuzz_is_one_line(str_text(&why)));
    if (template) {
        check_expanding(&given, template);
        check_columns(&given, template);
    }
    template_free(template);
    str_release(&why);
    release(&given);
    return 0;
}
