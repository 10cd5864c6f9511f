/** Which character separates the values of a table. Part of table_parse.c. Pure. */
#ifndef CLOSEDROP_RULES_DELIMITER_H
#define CLOSEDROP_RULES_DELIMITER_H

#include <stddef.h>

/** Rows with more bytes are errors; no more is searched for a first row. */
#define ROW_MAX 65536

/**
 * Read Excel's own first line, `sep=;`. Returns the length of that line, with its end; 0 if the
 * text starts with another, and `ret_delimiter` is not written.
 */
size_t delimiter_line(const char *text, char *ret_delimiter);

/**
 * Choose the delimiter with which the first row names most of the columns that a table must have:
 * `key`, and lead_id or contact_id. Returns 0 or -ENOMEM.
 */
int delimiter_choose(const char *text, size_t length, const char *key, char *ret_delimiter);

#endif
