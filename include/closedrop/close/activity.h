/**
 * Activities as Close accepts them: the fields that a rule can set, and the JSON that is posted
 * (Close API documentation, "Emails", "Notes", "Leads"). Knows only fields of Close's schema; each
 * kind of activity has its own form of attachment. Pure.
 */
#ifndef CLOSEDROP_CLOSE_ACTIVITY_H
#define CLOSEDROP_CLOSE_ACTIVITY_H

#include "closedrop/close/activity_kind.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json;

enum activity_field_kind {
    FIELD_LINE,   /* one line of text */
    FIELD_LINES,  /* a list of lines */
    FIELD_TEXT,   /* any text */
    FIELD_HTML,   /* variables in it must be escaped */
    FIELD_STATUS, /* one of activity_statuses */
    FIELD_NUMBER,
    FIELD_BOOL
};

/** A field that a rule can set. */
struct activity_field {
    const char *key;  /* in the configuration */
    const char *name; /* in Close */
    enum activity_field_kind kind;
    size_t most; /* maximum characters of a text */
    int least;   /* minimum of a number */
};

/** The fields of a kind of activity, and their number in `ret_count`. */
const struct activity_field *activity_fields(enum activity_kind activity, size_t *ret_count);

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

/** Whether Close requires this field in an email with this status (changelog 2025-12-17): an email
 * that is sent needs a recipient, a scheduled one a date. */
bool activity_requires(enum activity_status status, const char *name);

/** Whether an email with this status is really sent. */
bool activity_is_sent(enum activity_status status);

/** Maximum number of attachments of an email. */
#define ATTACHMENTS_MAX 1000

/** One uploaded file. */
struct attachment {
    const char *url;      /* the download URL of files/upload/ */
    const char *filename; /* any bytes; made valid UTF-8 */
    const char *content_type;
    int64_t size;
};

/**
 * The body of the POST that creates an activity, from `fields` (see rule_fill()), target and
 * attachments. A lead file has one attachment and nothing else. The caller frees it; NULL if out of
 * memory.
 */
struct json *activity_body(enum activity_kind activity, const char *lead_id, const char *contact_id,
    const struct json *fields, const struct attachment *attachments, size_t count);

/** The path to post it to and read it from, below the URL of the API. The caller frees it. */
char *activity_path(enum activity_kind activity, const char *lead_id);

#endif
