/** A sidecar's members as variables, each as the text that a template takes. */
#include "closedrop/rules/sidecar.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/encoding.h"
#include "closedrop/base/json.h"
#include "closedrop/base/remedy.h"
#include "closedrop/base/str.h"
#include "closedrop/base/utf8.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/** A name repeats those of all objects around it: without a bound 64 KB could become 100 MB. */
#define MEMBER_NAME_MAX 255

/** Each member is found by its name: without a bound 64 KB could take a second. */
#define MEMBERS_MAX 1000

/** From here on a double has no room for every whole number. */
#define WHOLE_MAX 9007199254740992.0 /* 2^53 */

/** As JSON writes it, with no more digits than it takes. */
static int add_number(struct str *out, double number)
{
    if (fabs(number) >= WHOLE_MAX)
        return -EINVAL;
    if (number == trunc(number)) {
        str_printf(out, "%lld", (long long)number);
        return str_error(out);
    }
    str_printf(out, "%.15g", number);
    if (strtod(str_text(out), NULL) != number) {
        str_clear(out);
        str_printf(out, "%.17g", number);
    }
    return str_error(out);
}

/** true, false; null is nothing. */
static int add_word(struct str *out, const struct json *value)
{
    CLEANUP(free_text) char *word = json_print(value);
    if (!word)
        return -ENOMEM;
    if (strcmp(word, "null") != 0)
        str_add(out, word);
    return str_error(out);
}

static int add_value(const struct json *object, const struct json *member, const char *name,
    struct json *values, struct str *why)
{
    if (json_text(member))
        return json_add_text(values, name, json_text(member));
    CLEANUP(str_release) struct str text = STR_INIT(64);
    double number = json_get_double(object, json_key(member), NAN);
    int result = isnan(number) ? add_word(&text, member) : add_number(&text, number);
    if (result == -EINVAL) {
        str_add(why, "the sidecar's number ");
        utf8_escape(why, name, strlen(name));
        str_add(why, " is too large to be represented exactly" REMEDY "write it in quotes");
    }
    return result ? result : json_add_text(values, name, str_text(&text));
}

static int add_members(
    const struct json *object, const char *prefix, struct json *values, struct str *why);

static int add_member(const struct json *object, const struct json *member, const char *prefix,
    struct json *values, struct str *why)
{
    const char *key = json_key(member);
    bool is_again = json_get(object, key) != member; /* the first of a name counts */
    if (is_again || json_is_array(member))
        return 0;
    CLEANUP(str_release) struct str name = STR_INIT(MEMBER_NAME_MAX);
    str_add(&name, prefix);
    utf8_clean(&name, key, strlen(key));
    if (json_is_object(member))
        str_add_char(&name, '.');
    if (str_error(&name) == -E2BIG) {
        str_printf(why, "the sidecar contains a name longer than %d bytes", MEMBER_NAME_MAX);
        return -EINVAL;
    }
    if (str_error(&name))
        return str_error(&name);
    if (json_is_object(member))
        return add_members(member, str_text(&name), values, why);
    return add_value(object, member, str_text(&name), values, why);
}

static int add_members(
    const struct json *object, const char *prefix, struct json *values, struct str *why)
{
    int result = 0;
    int count = 0;
    for (const struct json *it = json_first(object); it && !result; it = json_next(it))
        result = ++count > MEMBERS_MAX ? -E2BIG : add_member(object, it, prefix, values, why);
    if (result != -E2BIG)
        return result;
    str_printf(why, "the sidecar contains more than %d values in one object", MEMBERS_MAX);
    return -EINVAL;
}

static int refuse(struct str *why, const char *words)
{
    str_printf(
        why, "the sidecar is %s" REMEDY "write an object such as {\"customer\": \"4711\"}", words);
    return -EINVAL;
}

static int refuse_encoding(struct str *why, const char *text, size_t length)
{
    str_printf(why,
        "line %zu: this is not UTF-8" REMEDY "have the program that writes it write UTF-8",
        encoding_line_at(text, length));
    return -EINVAL;
}

static int read_document(const char *text, size_t length, struct json *values, struct str *why)
{
    if (!length)
        return refuse(why, "empty");
    CLEANUP(json_freep) struct json *document = json_parse(text, length);
    if (!document)
        return refuse(
            why, json_is_cut(text, length) ? "incomplete: part of it is missing" : "not JSON");
    if (!json_is_object(document))
        return refuse(why,
            json_is_array(document) ? "a list, not an object" : "a single value, not an object");
    return add_members(document, "meta.", values, why);
}

int sidecar_read(const char *text, size_t length, struct json *values, struct str *why)
{
    if (length > SIDECAR_MAX) {
        str_printf(why, "the sidecar is larger than %d KB", SIDECAR_MAX / 1024);
        return -EINVAL;
    }
    CLEANUP(free_text) char *utf8 = malloc(length + 1);
    if (!utf8)
        return -ENOMEM;
    memcpy(utf8, text, length);
    int foreign = encoding_to_utf8(NULL, &utf8, &length);
    if (foreign == -EILSEQ)
        return refuse_encoding(why, utf8, length);
    return foreign == -ENOMEM ? foreign : read_document(utf8, length, values, why);
}
