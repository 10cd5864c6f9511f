/**
 * Converts text from other programs to UTF-8. The only door to iconv.
 */
#ifndef CLOSEDROP_BASE_ENCODING_H
#define CLOSEDROP_BASE_ENCODING_H

#include <stdbool.h>
#include <stddef.h>

/** Whether `name` is an encoding that `iconv -l` lists. */
bool encoding_is_known(const char *name);

/** The encoding that `name` was probably meant for: "windows-1252" for "cp 1252" or "ANSI". */
const char *encoding_like(const char *name);

/**
 * Convert `text` to UTF-8. It has `length` bytes and room for one more, comes from malloc(), and
 * may be replaced; it stays the caller's. A byte order mark, which is removed, says whether it is
 * UTF-8 or UTF-16; without one it is in `encoding`, or in UTF-8 if that is NULL. On success a NUL
 * follows the text, and there is none in it.
 * Returns 0, -ENOMEM, -EILSEQ if some of it is not valid in its encoding, or -ENODATA if it ends in
 * the middle of a character. In the last two cases `text` is what comes before that place.
 */
int encoding_to_utf8(const char *encoding, char **text, size_t *length);

/** Whether a line ends with this byte. */
bool encoding_is_line_end(char c);

/** The length of the first line, including its LF, CRLF or CR. */
size_t encoding_line_length(const char *text, size_t length);

/** The number of the line in which the next byte after `text` would be; the first line is 1. */
size_t encoding_line_at(const char *text, size_t length);

#endif
