/** Measures, cuts and wraps text for a terminal, by libunistring. */
#include "closedrop/base/cells.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/str.h"
#include "closedrop/base/utf8.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistr.h>
#include <uniwidth.h>

#define ELLIPSIS "\xE2\x80\xA6"

/** The cells of the first character of an escaped text, and its bytes. */
static size_t first_cells(const char *text, size_t *ret_bytes)
{
    ucs4_t character;
    int bytes = u8_strmbtouc(&character, (const uint8_t *)text);
    int cells = bytes > 0 ? uc_width(character, "UTF-8") : 1;
    *ret_bytes = bytes > 0 ? (size_t)bytes : 1;
    return cells > 0 ? (size_t)cells : 0;
}

static size_t escaped_cells(const char *text)
{
    size_t cells = 0, bytes;
    for (; *text; text += bytes)
        cells += first_cells(text, &bytes);
    return cells;
}

size_t cells_count(const char *text)
{
    CLEANUP(free_text) char *escaped = utf8_escape_copy(text);
    return escaped ? escaped_cells(escaped) : 0;
}

/** How many bytes of an escaped text fit into `most` cells, with the marks on the last character.
 */
static size_t head_bytes(const char *text, size_t most)
{
    size_t length = 0, cells = 0, bytes;
    while (text[length] && (cells += first_cells(text + length, &bytes)) <= most)
        length += bytes;
    return length;
}

/** Where the end of an escaped text of `cells` cells begins that fits into `most`. */
static const char *tail_of(const char *text, size_t cells, size_t most)
{
    size_t bytes, first;
    while (*text && ((first = first_cells(text, &bytes)) == 0 || cells > most)) {
        text += bytes;
        cells -= first;
    }
    return text;
}

static void add_cut(struct str *out, const char *escaped, size_t cells, size_t most)
{
    size_t head = head_bytes(escaped, (most - 1) / 2);
    str_add_bytes(out, escaped, head);
    str_add(out, ELLIPSIS);
    str_add(out, tail_of(escaped, cells, most - 1 - (most - 1) / 2));
}

void cells_add(struct str *out, const char *text, size_t most)
{
    CLEANUP(free_text) char *escaped = utf8_escape_copy(text);
    size_t cells = escaped ? escaped_cells(escaped) : 0;
    if (cells <= most)
        str_add(out, escaped ? escaped : "?");
    else if (most > 0)
        add_cut(out, escaped, cells, most);
}

void cells_add_column(struct str *out, const char *text, size_t width, size_t most)
{
    size_t before = out->length;
    cells_add(out, text, most); /* a wide character that does not fit leaves a cell free */
    for (size_t cells = escaped_cells(str_text(out) + before); cells < width; cells++)
        str_add_char(out, ' ');
}

size_t cells_add_words(
    struct str *out, const char *text, size_t used, size_t indent, size_t columns)
{
    CLEANUP(free_text) char *escaped = utf8_escape_copy(text);
    const size_t most = columns == CELLS_ANY ? CELLS_ANY : columns - indent;
    bool has_text = used > 0;
    char *rest = escaped;
    for (char *word; (word = strsep(&rest, " ")) != NULL; has_text = true) {
        size_t cells = escaped_cells(word);
        cells = cells < most ? cells : most;
        bool fits = used + has_text + cells <= columns;
        if (has_text)
            fits ? str_add_char(out, ' ') : str_printf(out, "\n%*s", (int)indent, "");
        used = has_text && !fits ? indent : used + has_text;
        cells_add(out, word, most);
        used += cells;
    }
    return used;
}
