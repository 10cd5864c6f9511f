/** The delimiter of a table: said by its first line, told by its columns, or guessed. */
#include "delimiter.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/encoding.h"
#include "closedrop/base/text.h"
#include "closedrop/base/utf8.h"

#include <csv.h>

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define BLANKS " \t\r\n"

static const char delimiters[] = {',', ';', '\t'};

/** The wanted columns that a first row names. */
struct heading {
    const char *key;
    bool has_key, has_target, is_over, is_short;
    size_t named;
};

static bool is_called(const char *name, const char *wanted)
{
    return name && text_compare(name, wanted) != TEXT_OTHER;
}

static void on_heading(void *bytes, size_t length, void *data)
{
    struct heading *heading = data;
    const char *text = bytes;
    utf8_trim(&text, &length);
    CLEANUP(free_text) char *name = strndup(text, length);
    heading->is_short |= !name;
    heading->named += length > 0;
    heading->has_key |= is_called(name, heading->key);
    heading->has_target |= is_called(name, "lead_id") || is_called(name, "contact_id");
}

static void on_heading_end(int end, void *data)
{
    (void)end;
    struct heading *heading = data;
    heading->is_over = heading->named > 0;
}

/** How many of the columns that must be there the first row has, where this is the delimiter; or
 * -ENOMEM. */
static int wanted_columns(const char *text, size_t length, const char *key, char delimiter)
{
    struct heading heading = {.key = key};
    struct csv_parser parser;
    csv_init(&parser, CSV_STRICT);
    csv_set_delim(&parser, (unsigned char)delimiter);
    for (size_t at = 0, step; at < length && at <= ROW_MAX && !heading.is_over; at += step) {
        step = encoding_line_length(text + at, length - at);
        if (csv_parse(&parser, text + at, step, on_heading, on_heading_end, &heading) != step)
            break;
    }
    /* of what else is wrong parse() tells */
    bool is_short = csv_error(&parser) == CSV_ENOMEM || heading.is_short;
    (void)csv_fini(&parser, on_heading, on_heading_end, &heading);
    csv_free(&parser);
    return is_short ? -ENOMEM : heading.has_key + heading.has_target;
}

/** The one that the first row which is not blank has most of, where the columns do not tell. */
static char guess_delimiter(const char *text, size_t length)
{
    size_t counts[COUNT(delimiters)] = {0}, most = 0, at = 0;
    bool quoted = false;
    while (at < length && strchr(BLANKS, text[at]))
        at++;
    for (; at < length && (quoted || !encoding_is_line_end(text[at])); at++) {
        quoted ^= text[at] == '"';
        for (size_t i = 0; i < COUNT(delimiters) && !quoted; i++)
            counts[i] += text[at] == delimiters[i];
    }
    for (size_t i = 1; i < COUNT(delimiters); i++)
        most = counts[i] > counts[most] ? i : most;
    return delimiters[most];
}

int delimiter_choose(const char *text, size_t length, const char *key, char *ret_delimiter)
{
    const char tried[] = {guess_delimiter(text, length), ',', ';', '\t'};
    int most = -1;
    for (size_t i = 0; i < COUNT(tried) && most < 2; i++) {
        int wanted = wanted_columns(text, length, key, tried[i]);
        if (wanted < 0)
            return wanted;
        if (wanted > most)
            *ret_delimiter = tried[i];
        most = wanted > most ? wanted : most;
    }
    return 0;
}

size_t delimiter_line(const char *text, char *ret_delimiter)
{
    bool quoted = *text == '"';
    const char *at = text + quoted;
    if (strncasecmp(at, "sep=", 4) != 0 || !(ispunct((unsigned char)at[4]) || at[4] == '\t') ||
        at[4] == '"')
        return 0;
    const char *end = at + 5 + (quoted && at[5] == '"');
    end += strspn(end, " ,;\t");
    if (*end && !encoding_is_line_end(*end))
        return 0;
    *ret_delimiter = at[4];
    return (size_t)(end - text) + encoding_line_length(end, strnlen(end, 2));
}
