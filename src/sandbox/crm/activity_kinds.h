/**
 * What carries a file to a lead, or is a template that has one, by tables: what their bodies may
 * have, and what else Close wants of them. Pure.
 */
#ifndef CLOSEDROP_SANDBOX_CRM_ACTIVITY_KINDS_H
#define CLOSEDROP_SANDBOX_CRM_ACTIVITY_KINDS_H

#include "crm/schema.h"

struct json;

enum activity_kind {
    ACTIVITY_EMAIL,
    ACTIVITY_NOTE,
    ACTIVITY_LEAD_FILE,
    ACTIVITY_OPPORTUNITY,
    ACTIVITY_WHATSAPP,
    ACTIVITY_SMS,
    ACTIVITY_EMAIL_TEMPLATE,
    ACTIVITY_SMS_TEMPLATE,
    ACTIVITY_TASK,
    ACTIVITY_KINDS
};

struct activity_traits {
    const char *name;        /* in the ledger and the counts */
    const char *prefix;      /* of its ids */
    const char *object_type; /* in URLs, events and the list of a lead's files */
    const char *type;        /* how Close calls one: in "_type", and where it is not there */
    int created;             /* the status of a success */
    struct schema schema;
    int (*check)(const struct json *body, struct json *wrong); /* beyond single fields, or NULL */
    const char *filters;   /* of its list, in addition to dates; NULL: it has none of its own */
    int64_t most_bytes;    /* of all attachments; 0: no limit */
    bool keeps_tokens;     /* the URLs of its attachments have the tokens of the uploads */
    struct schema changes; /* what the body of a PUT may have; empty: there is none */
};

extern const struct activity_traits activity_kinds[ACTIVITY_KINDS];

/** Add what is wrong with a body to `wrong`. Returns 0 or -ENOMEM. */
int activity_kind_check(enum activity_kind kind, const struct json *body, struct json *wrong);

/** The same with a body that changes one. */
int activity_kind_check_change(
    enum activity_kind kind, const struct json *body, struct json *wrong);

/** Walk the files that a good body brings: its attachments, or itself. */
const struct json *activity_first_file(enum activity_kind kind, const struct json *body);
const struct json *activity_next_file(enum activity_kind kind, const struct json *file);

#endif
