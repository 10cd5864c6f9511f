/** The file of a table: when it is read, and read again. Part of table.c. */
#ifndef CLOSEDROP_RULES_TABLE_FILE_H
#define CLOSEDROP_RULES_TABLE_FILE_H

#include "table_state.h"

#include <stdbool.h>

struct str;

/**
 * Read the file, if its contents are not up to date. Returns 0; -EINVAL with the reason added to
 * `why`; -EAGAIN or -EBUSY if it may still be being written; or -ENOMEM.
 */
int table_refresh(struct table *table, const struct table_patience *patience, struct str *why);

/** Discard the file's contents. */
void table_drop(struct table *table);

/** Whether a key that is not found may still come: the table is missing or looks truncated. */
bool table_may_grow(const struct table *table, const struct table_patience *patience);

/** Start an error message about a file, "FILE WORDS". Returns -EINVAL. */
int table_refuse(const char *file, struct str *why, const char *words);

#endif
