/**
 * An activity as Close takes it: which fields a rule may set, and the JSON that is posted
 * (close-api.md 1.4, 1.7, 2.1, 3). Only fields of Close's schema are known here, and each carrier
 * has its own shape of attachment. Pure.
 */
#ifndef CLOSEDROP_CLOSE_ACTIVITY_H
#define CLOSEDROP_CLOSE_ACTIVITY_H

#include "closedrop/queue/job.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json;

enum activity_field_kind {
    FIELD_LINE,   /* one line of text */
    FIELD_LINES,  /* a list of such */
    FIELD_TEXT,   /* text of any shape */
    FIELD_HTML,   /* what is put into it must be escaped */
    FIELD_STATUS, /* one of activity_statuses */
    FIELD_NUMBER,
    FIELD_BOOL
};

/** What a rule may set. */
struct activity_field {
    const char *key;  /* in the configuration */
    const char *name; /* in Close */
    enum activity_field_kind kind;
    size_t most; /* characters of a text */
    int least;   /* of a number */
};

/** The fields of a kind of activity; `ret_count` of them. */
const struct activity_field *activity_fields(enum activity activity, size_t *ret_count);

enum activity_status {
    STATUS_DRAFT,
    STATUS_INBOX,
    STATUS_OUTBOX,
    STATUS_SCHEDULED,
    STATUS_SENT,
    STATUS_ERROR,
    ACTIVITY_STATUSES
};

extern const char *const activity_statuses[ACTIVITY_STATUSES];

/** Whether Close wants this field of an email with this status (changelog 2025-12-17; an email that
 * leaves needs somebody to go to, one that is scheduled a date). */
bool activity_requires(enum activity_status status, const char *name);

/** Whether an email with this status really leaves. */
bool activity_is_sent(enum activity_status status);

/** How many attachments an email may have. */
#define ATTACHMENTS_MAX 1000

/** One uploaded file. */
struct attachment {
    const char *url;      /* the download URL of files/upload/ */
    const char *filename; /* bytes; made valid UTF-8 */
    const char *content_type;
    int64_t size;
};

/**
 * The body that creates an activity: `fields` as rule_fill() made them, target and attachments. A
 * lead file has one attachment and nothing else. The caller frees it; NULL when memory is short.
 */
struct json *activity_body(enum activity activity, const char *lead_id, const char *contact_id,
    const struct json *fields, const struct attachment *attachments, size_t count);

/** Where it is posted to and read from, below the API's URL; the caller frees it. */
char *activity_path(enum activity activity, const char *lead_id);

#endif
