/**
 * Activities as Close accepts them: the fields that a rule can set, and the JSON that is posted
 * (Close API documentation, "Emails", "Notes", "Leads", "Opportunities", "WhatsApp Messages",
 * "SMS", "Email Templates", "SMS Templates", "Tasks", "Custom Fields"). Knows only fields of
 * Close's schema; each kind of activity has its own form of attachment. Pure.
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
    FIELD_WHOLE,  /* a text that gives a whole number */
    FIELD_NUMBER,
    FIELD_BOOL
};

/** A field that a rule can set. */
struct activity_field {
    const char *key;  /* in the configuration */
    const char *name; /* in Close */
    enum activity_field_kind kind;
    size_t most;                /* maximum characters of a text; of a number its maximum, 0: none */
    int least;                  /* minimum of a number */
    const char *const *choices; /* of a text, NULL-terminated; NULL: any */
};

/** The fields of a kind of activity, and their number in `ret_count`. */
const struct activity_field *activity_fields(enum activity_kind kind, size_t *ret_count);

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

/**
 * An example of the setting where Close requires this field of a kind of activity, or it would be
 * of no use without it; NULL where it may be left out. `status` counts only for kinds that have one
 * (changelog 2025-12-17: an email that is sent needs a recipient, a scheduled one a date).
 */
const char *activity_need(enum activity_kind kind, enum activity_status status, const char *name);

/** Whether an email or text message with this status is really sent. */
bool activity_is_sent(enum activity_status status);

/** Maximum number of characters of a long text. */
#define ACTIVITY_TEXT_MAX 1048576

/** Maximum number of attachments of any activity. */
#define ATTACHMENTS_MAX 1000

/** What Close takes of a kind of activity as a whole. */
struct activity_traits {
    size_t most_files;         /* attachments */
    int64_t most_bytes;        /* of all together; 0: no limit is known */
    bool tells_size;           /* of each file */
    bool has_no_files;         /* it carries none, and may be created next to one that does */
    bool replaces;             /* done twice, it is the same: it can simply be repeated */
    bool needs_contact;        /* a lead alone will not do */
    bool is_marked;            /* the token of its first file marks it (record_has_token()) */
    bool cannot_be_recognized; /* nothing of ours is in it when it is read back */
    bool has_custom;           /* custom fields of the organization can be set */
    bool is_template;          /* of the organization: belongs to no lead, and gets a file */
    const char *prefix;        /* of the IDs of templates; NULL: it is none */
    const char *called;        /* in messages: "an email" */
    const char *const *types;  /* the content types it takes, NULL-terminated; NULL: any */
};

/** Those of one kind. */
const struct activity_traits *activity_traits(enum activity_kind kind);

/** What it is called in messages, without an article: "email", "text message". */
const char *activity_noun(enum activity_kind kind);

/** One uploaded file. */
struct attachment {
    const char *url;      /* the download URL of files/upload/ */
    const char *filename; /* any bytes; made valid UTF-8 */
    const char *content_type;
    int64_t size;
    const char *token; /* of its upload (ticket.h); "": unknown */
};

/** An activity that is to be created. */
struct activity {
    enum activity_kind kind;
    const char *lead_id;    /* of a template, its own ID: its file is replaced; "": it is created */
    const char *contact_id; /* none: NULL */
    bool on_contact;        /* custom fields are set there, not on the lead */
    const struct json *fields; /* see rule_fill(); NULL: none */
    const struct attachment *attachments;
    size_t count; /* 1 for a lead file */
};

/** The request that creates it. Owns both. */
struct activity_post {
    char *path; /* below the URL of the API, with its query */
    struct json *body;
    bool is_put; /* PUT rather than POST */
};

/**
 * Put it together. Where Close may not keep the tokens of the uploads, the first of them is a mark
 * of the activity (record_has_token()). Returns 0 or -ENOMEM; release it then.
 */
int activity_post(const struct activity *activity, struct activity_post *ret_post);
void activity_post_release(struct activity_post *post);

/** What its POST is called in messages: "activity/email/". */
const char *activity_endpoint(enum activity_kind kind);

/** What to ask for in order to list the activities of a kind on a lead: the path below the URL of
 * the API, and the fields that say whether one is ours. The caller frees the path; NULL: no memory.
 */
char *activity_list_path(enum activity_kind kind, const char *lead_id);
const char *activity_list_fields(enum activity_kind kind);

#endif
