/** A table's file: when it is read, and read again. A part of table.c. */
#ifndef CLOSEDROP_RULES_TABLE_FILE_H
#define CLOSEDROP_RULES_TABLE_FILE_H

#include "table_parse.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

struct str;

/** A file that changed less than this ago may still be written. */
#define FILE_YOUNG_MS 2000

/** How patient whoever asks is (table.h, struct table_ask). */
struct table_patience {
    int64_t settle_ms, incomplete_ms, waited_ms;
    bool takes_young;
};

struct table {
    struct table *next;
    char *file;
    char *encoding;             /* NULL: UTF-8 */
    char *column;               /* of the key */
    int64_t away_ms, missed_ms; /* steady clock: since when it is away, and was last missed; 0: it
                                   was there */
    bool is_cut;                /* it looks as if more were to come */
    bool is_remembered;         /* what follows holds as long as the file has this `stat` */
    struct stat stat;
    struct contents contents;
    char *reason; /* why it cannot be used; NULL: it can */
};

/**
 * Make the contents those of the file. Returns 0; -EINVAL with the reason added to `why`; -EAGAIN
 * or -EBUSY where it may still be written; or -ENOMEM.
 */
int table_refresh(struct table *table, const struct table_patience *patience, struct str *why);

/** Forget what is known of the file's contents. */
void table_drop(struct table *table);

/** Whether what is not there now may still come: the table is away, or looks cut off. */
bool table_may_grow(const struct table *table, const struct table_patience *patience);

/** Begin a complaint about a file, "FILE WORDS". Returns -EINVAL. */
int table_refuse(const char *file, struct str *why, const char *words);

#endif
