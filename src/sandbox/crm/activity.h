/**
 * Every email, note, lead file and template that was made, in order.
 *
 * Not safe by itself: crm.h guards it. Nothing is taken out before all is: what a deleted lead had
 * is only hidden, because the ledger still lists it.
 */
#ifndef CLOSEDROP_SANDBOX_CRM_ACTIVITY_H
#define CLOSEDROP_SANDBOX_CRM_ACTIVITY_H

#include "crm/activity_kinds.h"
#include "crm/uploads.h"
#include "util/lookup.h"
#include "util/rows.h"

#include <stdbool.h>
#include <stdint.h>

/** A file that an activity brought, or that is a lead file. */
struct attachment {
    const struct json *posted; /* its filename, content_type ... */
    char *id;                  /* in the list of its lead's files */
    char *url;                 /* where it lies from now on */
    char token[FILE_URL_TOKEN];
    int64_t size;                                        /* negative: not known */
    char sha256[DIGEST_SHA256_HEX], md5[DIGEST_MD5_HEX]; /* "": not known */
};

struct activity {
    enum activity_kind kind;
    char *id, *lead_id;
    char *contact_id; /* or NULL */
    char *thread_id;
    int64_t at_us;      /* when it was made */
    int64_t created_us; /* when it says that it was */
    uint64_t number;
    struct json *posted;
    struct attachment *attachments;
    size_t attachment_count;
    bool gone; /* its lead was deleted */
};

struct activities {
    struct rows all;
    struct lookup by_id;
    int64_t counts[ACTIVITY_KINDS];
};

struct activity_plan {
    enum activity_kind kind;
    const char *lead_id;
    const struct json *body;
    const struct uploads *uploads;
};

/**
 * Make one of a body that was checked, whose uploads exist; the body is copied.
 * Returns 0 or -ENOMEM.
 */
int activities_add(struct activities *activities, const struct activity_plan *plan,
    const struct activity **ret_activity);

/** One of that kind that is not hidden, or NULL. */
const struct activity *activities_find(
    const struct activities *activities, enum activity_kind kind, const char *id);

/**
 * Change a template by a body that was checked, whose uploads exist: a member that it has replaces
 * that of before, and so do all attachments together. Returns 0 or -ENOMEM, and then it is as it
 * was.
 */
int activities_change(struct activities *activities, const char *id, const struct json *body,
    const struct uploads *uploads);

/** Everything of one lead becomes another's. Returns 0 or -ENOMEM. */
int activities_move(struct activities *activities, const char *from_lead, const char *to_lead);

/** Hide what a lead had. */
void activities_hide(struct activities *activities, const char *lead_id);

/** How many were made of each kind, by their names: {"email": 1, ...}. */
struct json *activities_count(const struct activities *activities);

/** Forget all of them. */
void activities_release(struct activities *activities);

#endif
