/**
 * The fields of a job, in one table: how each is kept, freed, checked against damage and read back.
 * A new one is a line here, and a migration in store_sql.h. Pure.
 *
 * The order is that of the checksum, and so cannot change: a new field goes to the end.
 */
#ifndef CLOSEDROP_QUEUE_JOB_FIELDS_H
#define CLOSEDROP_QUEUE_JOB_FIELDS_H

#include "closedrop/queue/job.h"

#include <stddef.h>

enum job_field_kind {
    COLUMN_NUMBER,  /* int64_t */
    COLUMN_TIME,    /* the same: ms of the wall clock; 0: none */
    COLUMN_INT,     /* int */
    COLUMN_FLAG,    /* bool */
    COLUMN_LEVEL,   /* enum, kept as a number: what is none of `count` is `fallback` */
    COLUMN_NAME,    /* enum, kept as one of `names` */
    COLUMN_TEXT,    /* char *, owned; NULL: none */
    COLUMN_NONNULL, /* the same, but none is kept as "" */
    COLUMN_PATH,    /* char *, owned: bytes of no known encoding */
    COLUMN_HANDLE   /* of the identity, with its length */
};

/** For `since`: it may change at any time, and for many jobs at once. */
#define COLUMN_NOT_SUMMED 0

struct job_field {
    const char *column; /* in the store */
    enum job_field_kind kind;
    size_t offset; /* in struct job */
    int since;     /* the format of the queue that brought it; those of 3 are always summed, later
                      ones where any of their format is set: rows of before stay good */
    const char *const *names;
    int count;
    int fallback;
};

/** All but the id, which is the row's own. The last has no column. */
extern const struct job_field job_fields[];

/** The field that is kept in this column, which must be one. */
const struct job_field *job_field_of(const char *column);

/** A number, flag, level or name as a number; for others whether it is set. */
int64_t job_field_number(const struct job *job, const struct job_field *field);

/** Set one of those. */
void job_field_set_number(struct job *job, const struct job_field *field, int64_t value);

/** A name, text or path as text, NULL where there is none, or where it is a number. */
const char *job_field_text(const struct job *job, const struct job_field *field);

/** Where the job keeps a text or path; NULL for others. */
char **job_field_owned(struct job *job, const struct job_field *field);

#endif
