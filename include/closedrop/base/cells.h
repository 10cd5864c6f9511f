/**
 * Text in the cells of a terminal, of which wide characters (Chinese, Japanese, Korean, emoji) take
 * two and combining marks none. Whatever would disturb the line is escaped as by utf8_escape(). The
 * only door to libunistring's widths. Pure.
 */
#ifndef CLOSEDROP_BASE_CELLS_H
#define CLOSEDROP_BASE_CELLS_H

#include <stddef.h>

struct str;

/** No limit: for what is not printed on a terminal. */
#define CELLS_ANY ((size_t)-1)

/** How many cells a text takes. */
size_t cells_count(const char *text);

/** Append a text; if it takes more than `most` cells, "…" replaces what is too much in its middle,
 * because names often differ at their ends only. */
void cells_add(struct str *out, const char *text, size_t most);

/** The same, and then spaces up to `width` cells. */
void cells_add_column(struct str *out, const char *text, size_t width, size_t most);

/**
 * Append a text, broken between words so that no line takes more than `columns` cells; a word
 * that does is cut. It continues a line of which `used` cells are taken, after a space if there are
 * any; further lines begin with `indent` spaces. Returns the cells that the last line takes.
 */
size_t cells_add_words(
    struct str *out, const char *text, size_t used, size_t indent, size_t columns);

#endif
