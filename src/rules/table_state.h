/** What is known of a table and its file. Part of table.c. */
#ifndef CLOSEDROP_RULES_TABLE_STATE_H
#define CLOSEDROP_RULES_TABLE_STATE_H

#include "table_parse.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

/** A table larger than this cannot be used. A million rows of a key and a lead's ID fill it. */
#define TABLE_FILE_MAX (64 << 20)

/** How long to wait for the table (table.h, struct table_ask). */
struct table_patience {
    int64_t settle_ms, incomplete_ms, waited_ms;
    bool takes_young;
};

struct table {
    struct table *next;
    char *file;
    char *encoding;             /* NULL: UTF-8 */
    char *column;               /* that holds the keys */
    int64_t away_ms, missed_ms; /* since when it is missing, and when it was last searched for in
                                   vain; steady clock; 0: exists */
    bool is_cut;                /* it looks truncated */
    bool is_remembered;         /* the members below are valid while the file has this `stat` */
    struct stat stat;
    struct contents contents;
    char *reason;          /* why it cannot be used, or NULL */
    struct far_table *far; /* another process reads it (table_far.h); NULL: this one */
};

#endif
