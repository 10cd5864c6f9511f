/**
 * File names are bytes. These functions turn them into text where they leave the program: for JSON
 * and for Close (utf8_clean), and for people who read them on one line (utf8_escape).
 *
 * Valid means RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
 */
#ifndef CLOSEDROP_BASE_UTF8_H
#define CLOSEDROP_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

struct str;

/** The length (1 to 4) of the valid character at `bytes`; 0 if there is none. */
size_t utf8_length(const unsigned char *bytes, size_t left);

/** Whether a byte continues a character, rather than beginning one. */
static inline bool utf8_continues(char byte)
{
    return ((unsigned char)byte & 0xC0) == 0x80;
}

/** The number of characters in `length` bytes of valid UTF-8. */
size_t utf8_count(const char *text, size_t length);

/**
 * How many bytes of `text` to keep so that they are `most` at most and end with a whole character.
 * Bytes that are not UTF-8 are cut anywhere.
 */
size_t utf8_cut(const char *text, size_t most);

/** Append `bytes`, with U+FFFD for every byte that is not part of valid UTF-8. */
void utf8_clean(struct str *out, const char *bytes, size_t length);

/**
 * Append `bytes` for a terminal or a log, with \xNN for control characters, bytes that are not
 * UTF-8, and characters that would break or reorder the line (C1, U+2028/9, bidi controls).
 */
void utf8_escape(struct str *out, const char *bytes, size_t length);

/**
 * Trim everything invisible from both ends of `*text`: Unicode's white space and line breaks, and
 * characters without width (zero-width characters, byte order marks, directional marks).
 */
void utf8_trim(const char **text, size_t *length);

/** utf8_clean() into new memory, which the caller frees; NULL if out of memory. */
char *utf8_clean_copy(const char *text);

/** utf8_escape() into new memory, which the caller frees; NULL if out of memory. */
char *utf8_escape_copy(const char *text);

#endif
