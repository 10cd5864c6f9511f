/**
 * Names are bytes. Here they become text, at the edge where they leave the program: JSON and what
 * goes to Close (utf8_clean), and whatever a person reads on one line (utf8_escape).
 *
 * Valid means RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
 */
#ifndef CLOSEDROP_BASE_UTF8_H
#define CLOSEDROP_BASE_UTF8_H

#include <stddef.h>

struct str;

/** The length (1 to 4) of the valid character at `bytes`, 0 where there is none. */
size_t utf8_length(const unsigned char *bytes, size_t left);

/** Add `bytes` to `out`, every byte that is not part of valid UTF-8 as U+FFFD. */
void utf8_clean(struct str *out, const char *bytes, size_t length);

/**
 * Add `bytes` to `out` for a terminal or a log: control characters, bytes that are no UTF-8, and
 * characters that would break or reorder the line (C1, U+2028/9, bidi controls) as \xNN.
 */
void utf8_escape(struct str *out, const char *bytes, size_t length);

/**
 * Leave out what nobody sees at both ends of `*text`: all of Unicode's blanks and line ends, and
 * what takes no room at all (zero-width characters, byte order marks, marks of direction).
 */
void utf8_trim(const char **text, size_t *length);

/** utf8_clean() of a text into new memory; NULL when memory is short. */
char *utf8_clean_copy(const char *text);

/** utf8_escape() of a text into new memory; NULL when memory is short. */
char *utf8_escape_copy(const char *text);

#endif
