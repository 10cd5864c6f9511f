/** Tables for spreadsheets: RFC 4180, in UTF-8 with a byte order mark. */
#ifndef CLOSEDROP_CLI_CSV_H
#define CLOSEDROP_CLI_CSV_H

#include <stddef.h>

struct str;

/** What a file begins with, so that a spreadsheet takes it for UTF-8. */
#define CSV_MARK "\xEF\xBB\xBF"

#define CSV_LINE_END "\r\n"

/** What separates the cells in the user's locale: ";" where a comma is the decimal point. */
char csv_separator(void);

/**
 * Append a row. Every cell is in quotes; NULL is an empty one. A cell that a spreadsheet would take
 * for a formula begins with an apostrophe, so that a file's name cannot calculate or run anything.
 */
void csv_add_row(struct str *out, char separator, const char *const *cells, size_t count);

#endif
