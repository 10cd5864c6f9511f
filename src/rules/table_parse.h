/** How the text of a table becomes its contents. Part of table.c. Pure. */
#ifndef CLOSEDROP_RULES_TABLE_PARSE_H
#define CLOSEDROP_RULES_TABLE_PARSE_H

#include "table_contents.h"

/** Where a text comes from, and which column holds its keys. */
struct table_source {
    const char *file;     /* its name in error messages */
    const char *encoding; /* NULL: UTF-8 */
    const char *column;
};

/**
 * Parse the bytes of a file into the empty `contents`; `text` is converted in place. Returns 0,
 * -ENOMEM, or -EINVAL with the error added to `why`; release `contents` in any case. `ret_is_cut`:
 * the table looks truncated.
 */
int contents_parse(struct contents *contents, const struct table_source *source, char **text,
    size_t length, bool *ret_is_cut, struct str *why);

#endif
