#include "xhtml.h"

#include "closedrop/base/str.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#define DEPTH_MOST 64
#define SPACES " \t\r\n"

/** The elements that are open, from the outside in. */
struct reader {
    const char *at;
    struct {
        const char *name;
        size_t length;
    } open[DEPTH_MOST];
    size_t depth;
};

static const struct {
    const char *text;
    char character;
} entities[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};

#define ENTITIES (sizeof(entities) / sizeof(*entities))

/** The length of the entity here, 0 where there is none. */
static size_t entity_length(const char *at)
{
    for (size_t i = 0; i < ENTITIES; i++)
        if (str_starts_with(at, entities[i].text))
            return strlen(entities[i].text);
    bool hex = str_starts_with(at, "&#x");
    if (!hex && !str_starts_with(at, "&#"))
        return str_starts_with(at, "&nbsp;") ? strlen("&nbsp;") : 0;
    size_t begin = hex ? 3 : 2;
    size_t digits = strspn(at + begin, hex ? "0123456789abcdefABCDEF" : "0123456789");
    return digits && at[begin + digits] == ';' ? begin + digits + 1 : 0;
}

static size_t name_length(const char *at)
{
    size_t length = 0;
    while (isalnum((unsigned char)at[length]))
        length++;
    return isalpha((unsigned char)at[0]) ? length : 0;
}

/** Text up to the next tag. */
static const char *read_text(struct reader *reader)
{
    while (*reader->at && *reader->at != '<') {
        size_t length = *reader->at == '&' ? entity_length(reader->at) : 1;
        if (!length)
            return "an & that begins no entity";
        reader->at += length;
    }
    return NULL;
}

static const char *read_close(struct reader *reader)
{
    size_t length = name_length(reader->at);
    size_t top = reader->depth - 1;
    if (!reader->depth || length != reader->open[top].length ||
        strncmp(reader->at, reader->open[top].name, length) != 0)
        return "an end tag that nothing waits for";
    reader->at += length;
    reader->at += strspn(reader->at, SPACES);
    reader->depth--;
    return *reader->at++ == '>' ? NULL : "an end tag that does not end";
}

/** name="value" */
static const char *read_attribute(struct reader *reader)
{
    size_t length = strcspn(reader->at, "=<>\"'/" SPACES);
    reader->at += length;
    if (!length || *reader->at != '=' || !strchr("\"'", reader->at[1]) || !reader->at[1])
        return "an attribute without a quoted value";
    char quote = reader->at[1];
    const char *end = strchr(reader->at + 2, quote);
    if (!end || memchr(reader->at, '<', (size_t)(end - reader->at)))
        return "an attribute that does not end";
    reader->at = end + 1;
    return NULL;
}

static const char *read_open(struct reader *reader)
{
    size_t length = name_length(reader->at);
    if (!length)
        return "a < that begins no tag";
    if (reader->depth == DEPTH_MOST)
        return "too many elements in each other";
    reader->open[reader->depth].name = reader->at;
    reader->open[reader->depth++].length = length;
    reader->at += length;
    for (;;) {
        reader->at += strspn(reader->at, SPACES);
        if (str_starts_with(reader->at, "/>")) {
            reader->depth--;
            reader->at += 2;
            return NULL;
        }
        if (*reader->at == '>') {
            reader->at++;
            return NULL;
        }
        const char *fault = read_attribute(reader);
        if (fault)
            return fault;
    }
}

static const char *read_tag(struct reader *reader)
{
    bool closes = reader->at[1] == '/';
    reader->at += closes ? 2 : 1;
    return closes ? read_close(reader) : read_open(reader);
}

const char *xhtml_fault(const char *text)
{
    struct reader reader = {.at = text};
    if (!str_starts_with(text, "<body>"))
        return "it is not wrapped in <body>";
    do {
        const char *fault = *reader.at == '<' ? read_tag(&reader) : read_text(&reader);
        if (fault)
            return fault;
    } while (reader.depth && *reader.at);
    if (reader.depth)
        return "an element that is not closed";
    return *reader.at ? "something behind </body>" : NULL;
}

/* ---- to and from plain text ---- */

static void add_entity(struct str *out, const char *at, size_t length)
{
    for (size_t i = 0; i < ENTITIES; i++)
        if (strncmp(at, entities[i].text, length) == 0) {
            str_add_char(out, entities[i].character);
            return;
        }
    str_add_char(out, ' '); // a character by its number: not worth the trouble here
}

void xhtml_add_plain(struct str *out, const char *xhtml)
{
    for (const char *at = xhtml; *at;) {
        size_t entity = *at == '&' ? entity_length(at) : 0;
        if (*at == '<') {
            at += strcspn(at, ">");
            at += *at == '>';
        } else if (entity) {
            add_entity(out, at, entity);
            at += entity;
        } else {
            str_add_char(out, *at++);
        }
    }
}

void xhtml_add_body(struct str *out, const char *plain)
{
    str_add(out, "<body><p>");
    for (; *plain; plain++) {
        size_t i = 0;
        while (i < ENTITIES && entities[i].character != *plain)
            i++;
        if (*plain == '\n')
            str_add(out, "</p><p>");
        else if (i < ENTITIES)
            str_add(out, entities[i].text);
        else
            str_add_char(out, *plain);
    }
    str_add(out, "</p></body>");
}
