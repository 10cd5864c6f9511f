/** A small reader of XHTML that only says where a text stops being well-formed, or what is not
 * allowed in it. */
#include "closedrop/base/xhtml.h"

#include "closedrop/base/array.h"
#include "closedrop/base/str.h"
#include "closedrop/base/utf8.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define DEPTH_MAX 64
#define SPACES " \t\r\n"
/** How much of the text a message repeats, in bytes. */
#define SHOWN_MAX 24

/** What rich texts may contain (Close API documentation, "Rich Text Fields"), and <br/>, which
 * Close itself makes of a new line. */
static const char *const elements[] = {"body", "b", "strong", "i", "em", "u", "s", "code", "h1",
    "h2", "h3", "h4", "h5", "h6", "p", "ul", "li", "hr", "br", "a", "img", "span", NULL};
static const char *const attributes[] = {
    "href", "src", "alt", "style", "data-type", "data-id", "data-label", "class", NULL};
/** What never holds anything, and so is forgotten to be closed. */
static const char *const empty_elements[] = {"br", "hr", "img", NULL};

/** An element that is open, or an attribute: where it stands, and its name there. */
struct name {
    const char *at;
    const char *text;
    size_t length;
};

/** The elements that are open, from the outside in. */
struct reader {
    const char *text, *at;
    enum xhtml_kind kind;
    struct name open[DEPTH_MAX];
    size_t depth;
    struct str *why;
};

static const struct {
    const char *text;
    char character;
} entities[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};

/** The length of the entity here, 0 where there is none. */
static size_t entity_length(const char *at)
{
    for (size_t i = 0; i < COUNT(entities); i++)
        if (str_starts_with(at, entities[i].text))
            return strlen(entities[i].text);
    bool hex = str_starts_with(at, "&#x");
    if (!hex && !str_starts_with(at, "&#"))
        return str_starts_with(at, "&nbsp;") ? strlen("&nbsp;") : 0;
    size_t begin = hex ? 3 : 2;
    size_t digits = strspn(at + begin, hex ? "0123456789abcdefABCDEF" : "0123456789");
    return digits && at[begin + digits] == ';' ? begin + digits + 1 : 0;
}

/* ---- words ---- */

static bool is_one_of(const char *const *names, const struct name *name)
{
    for (; *names; names++)
        if (strlen(*names) == name->length && memcmp(*names, name->text, strlen(*names)) == 0)
            return true;
    return false;
}

static void add_list(struct str *out, const char *const *names)
{
    for (const char *const *at = names; *at; at++)
        str_printf(out, "%s%s", at == names ? "" : at[1] ? ", " : " and ", *at);
}

/** The length of what is shown of a text: so many bytes at most, whole characters, one line. */
static size_t shown_length(const char *text)
{
    size_t length = utf8_cut(text, SHOWN_MAX), line = strcspn(text, "\r\n");
    return line < length ? line : length;
}

/** Add where in the text that is, in lines and characters from 1; returns -EINVAL. */
static int add_position(const struct reader *reader, const char *at)
{
    size_t line = 1, character = 1;
    for (const char *before = reader->text; before < at; before++) {
        character = *before == '\n' ? 1 : character + !utf8_continues(*before);
        line += *before == '\n';
    }
    str_add(reader->why, " (");
    if (strchr(reader->text, '\n'))
        str_printf(reader->why, "line %zu, ", line);
    str_printf(reader->why, "character %zu", character);
    size_t length = shown_length(at);
    str_add(reader->why, length ? ": \"" : "");
    utf8_escape(reader->why, at, length);
    str_add(reader->why, length ? "\")" : ")");
    return -EINVAL;
}

static int complain(const struct reader *reader, const char *at, const char *words)
{
    str_add(reader->why, words);
    return add_position(reader, at);
}

static void add_name(struct str *out, const char *name, size_t length)
{
    size_t most = shown_length(name);
    utf8_escape(out, name, length < most ? length : most);
}

static int complain_unclosed(const struct reader *reader)
{
    const struct name *name = &reader->open[reader->depth - 1];
    bool is_empty = is_one_of(empty_elements, name);
    str_add_char(reader->why, '<');
    add_name(reader->why, name->text, name->length);
    str_add(reader->why, is_empty ? "> is not closed; add <" : "> is not closed; add </");
    add_name(reader->why, name->text, name->length);
    str_add(reader->why, is_empty ? "/>" : "> where it ends");
    return add_position(reader, name->at);
}

static int complain_unknown(const struct reader *reader, const struct name *name, const char *what,
    const char *const *known)
{
    str_printf(reader->why, "Close does not accept the %s ", what);
    add_name(reader->why, name->text, name->length);
    str_add(reader->why, " in a note; it accepts ");
    add_list(reader->why, known);
    return add_position(reader, name->at);
}

static int complain_entity(const struct reader *reader, const char *at)
{
    size_t length = strcspn(at + 1, "&; <" SPACES) + 1;
    if (at[length] != ';')
        return complain(reader, at, "a bare &; write &amp;");
    add_name(reader->why, at, length);
    str_add(reader->why,
        "; is not an XHTML entity; write the character itself or its number, such as &#169;");
    return add_position(reader, at);
}

/* ---- reading ---- */

/** The name at `text`, of the thing that begins at `at`; its length is 0 where there is none. */
static struct name read_name(const char *at, const char *text)
{
    struct name name = {.at = at, .text = text};
    while (isalnum((unsigned char)text[name.length]))
        name.length++;
    if (!isalpha((unsigned char)*text))
        name.length = 0;
    return name;
}

static bool is_same(const struct name *a, const struct name *b)
{
    return a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
}

/** Text up to one of `ends`, or to the end of all. */
static int read_text(struct reader *reader, const char *ends)
{
    while (*reader->at && !strchr(ends, *reader->at)) {
        size_t length = *reader->at == '&' ? entity_length(reader->at) : 1;
        if (!length)
            return complain_entity(reader, reader->at);
        reader->at += length;
    }
    return 0;
}

static bool is_open(const struct reader *reader, const struct name *name)
{
    for (size_t i = 0; i < reader->depth; i++)
        if (is_same(&reader->open[i], name))
            return true;
    return false;
}

static int read_close(struct reader *reader)
{
    const struct name name = read_name(reader->at, reader->at + 2);
    if (!is_open(reader, &name))
        return complain(reader, name.at, "an end tag without a start tag; remove it");
    if (!is_same(&reader->open[reader->depth - 1], &name))
        return complain_unclosed(reader);
    reader->at = name.text + name.length;
    reader->at += strspn(reader->at, SPACES);
    if (*reader->at != '>')
        return complain(reader, name.at, "an unterminated end tag; write > after its name");
    reader->at++;
    reader->depth--;
    return 0;
}

/** name="value" */
static int read_attribute(struct reader *reader)
{
    struct name name = {.at = reader->at, .text = reader->at};
    name.length = strcspn(reader->at, "=<>\"'/" SPACES);
    const char *value = name.text + name.length;
    if (!name.length || value[0] != '=' || (value[1] != '"' && value[1] != '\''))
        return complain(reader, name.at,
            "an attribute without a quoted value; write it as in href=\"https://...\"");
    if (reader->kind == XHTML_NOTE && !is_one_of(attributes, &name))
        return complain_unknown(reader, &name, "attribute", attributes);
    const char ends[] = {value[1], '<', '\0'};
    reader->at = value + 2;
    if (reader->kind == XHTML_EMAIL) /* an & in an address is understood everywhere */
        reader->at += strcspn(reader->at, ends);
    else if (read_text(reader, ends) < 0)
        return -EINVAL;
    if (*reader->at != value[1])
        return complain(reader, name.at, "an unterminated attribute; close its quotes");
    reader->at++;
    return 0;
}

static int read_attributes(struct reader *reader)
{
    for (;;) {
        reader->at += strspn(reader->at, SPACES);
        if (str_starts_with(reader->at, "/>")) {
            reader->depth--;
            reader->at += 2;
            return 0;
        }
        if (*reader->at == '>') {
            reader->at++;
            return 0;
        }
        if (read_attribute(reader) < 0)
            return -EINVAL;
    }
}

static int read_open(struct reader *reader)
{
    const struct name name = read_name(reader->at, reader->at + 1);
    bool is_body = name.length == 4 && memcmp(name.text, "body", 4) == 0;
    if (!name.length)
        return complain(reader, name.at, "a < that does not start an element; write &lt;");
    if (reader->kind == XHTML_NOTE && !is_one_of(elements, &name))
        return complain_unknown(reader, &name, "element", elements);
    if (reader->kind == XHTML_NOTE && is_body && reader->at != reader->text)
        return complain(reader, name.at, "a <body> that does not enclose everything; remove it");
    if (reader->depth == DEPTH_MAX)
        return complain(reader, name.at, "elements are nested too deeply");
    reader->open[reader->depth++] = name;
    reader->at = name.text + name.length;
    return read_attributes(reader);
}

/** A comment, or the document type. */
static int skip_declaration(struct reader *reader)
{
    const char *end = str_starts_with(reader->at, "<!--") ? "-->" : ">";
    const char *found = strstr(reader->at, end);
    if (!found)
        return complain(reader, reader->at, "an unterminated comment; write -->");
    reader->at = found + strlen(end);
    return 0;
}

static int read_tag(struct reader *reader)
{
    if (reader->at[1] == '/')
        return read_close(reader);
    if (reader->at[1] == '!' && reader->kind == XHTML_EMAIL)
        return skip_declaration(reader);
    return read_open(reader);
}

int xhtml_check(const char *text, enum xhtml_kind kind, struct str *why)
{
    struct reader reader = {.text = text, .at = text, .kind = kind, .why = why};
    bool has_body = kind == XHTML_NOTE && str_starts_with(text, "<body");
    while (*reader.at) {
        int result = *reader.at == '<' ? read_tag(&reader) : read_text(&reader, "<");
        if (result < 0)
            return result;
        if (has_body && !reader.depth && reader.at[strspn(reader.at, SPACES)])
            return complain(&reader, reader.at, "there is text after </body>");
        if (has_body && !reader.depth)
            return 0;
    }
    return reader.depth ? complain_unclosed(&reader) : 0;
}

/* ---- to and from plain text ---- */

static void add_entity(struct str *out, const char *at, size_t length)
{
    for (size_t i = 0; i < COUNT(entities); i++)
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
        while (i < COUNT(entities) && entities[i].character != *plain)
            i++;
        if (*plain == '\n')
            str_add(out, "</p><p>");
        else if (i < COUNT(entities))
            str_add(out, entities[i].text);
        else
            str_add_char(out, *plain);
    }
    str_add(out, "</p></body>");
}
