/**
 * Text that other programs wrote, made UTF-8. The only door to iconv.
 */
#ifndef CLOSEDROP_BASE_ENCODING_H
#define CLOSEDROP_BASE_ENCODING_H

#include <stdbool.h>
#include <stddef.h>

/** Whether `name` is an encoding, as `iconv -l` lists them. */
bool encoding_is_known(const char *name);

/** The name that `name` was most likely meant for, e.g. "windows-1252" for "cp 1252" or "ANSI". */
const char *encoding_like(const char *name);

/**
 * Make UTF-8 of `text`, which is `length` bytes with room for one more, and the caller's own on the
 * heap. A byte order mark says that it is UTF-8 or UTF-16, and is left out; else it is in
 * `encoding`, NULL for UTF-8. A NUL follows the text, and none is in it.
 * Returns 0; -ENOMEM; -EILSEQ where something in it is no such text, or -ENODATA where it ends in
 * the middle of a character: `text` is what stands in front of that then.
 */
int encoding_to_utf8(const char *encoding, char **text, size_t *length);

/** The first line of a text with its end: LF, CRLF or CR. */
size_t encoding_line_length(const char *text, size_t length);

/** The number of the line that follows these bytes, or in which they end. */
size_t encoding_line_at(const char *text, size_t length);

#endif
