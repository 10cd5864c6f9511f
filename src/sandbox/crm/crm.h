/**
 * Close's memory, all behind one lock: leads and contacts, temporary files, activities, and what
 * happened to them. Here is what concerns several of these at once.
 *
 * Every call of the API acts while it holds the lock, from its checks to its answer, so nothing
 * changes under it.
 */
#ifndef CLOSEDROP_SANDBOX_CRM_CRM_H
#define CLOSEDROP_SANDBOX_CRM_CRM_H

#include "crm/activity.h"
#include "crm/cursor.h"
#include "crm/history.h"
#include "crm/logins.h"
#include "crm/uploads.h"

#include <pthread.h>
#include <stdbool.h>

struct json;
struct ledger_object;
struct leads;
struct object;

struct crm {
    pthread_mutex_t lock;
    struct leads *leads;
    struct uploads uploads;
    struct activities activities;
    struct history history;
    struct cursors cursors;
    struct logins logins;
    bool sees_stores; /* files go to our own bucket */
};

/** Returns 0 or -ENOMEM. */
int crm_init(struct crm *crm, bool sees_stores);
void crm_release(struct crm *crm);

/** Wait for the lock, which is not recursive; give it back. */
void crm_lock(struct crm *crm);
void crm_unlock(struct crm *crm);

/** For the bucket, which holds no lock: a file was stored. */
void crm_stored(struct crm *crm, const struct ledger_object *object);

/* ---- with the lock held ---- */

/** Everything of `source`, which must be there, becomes `destination`'s, and `source` goes. */
int crm_merge(struct crm *crm, const char *source, const char *destination, int64_t lag_ms);

/** Change the custom fields of a lead or contact, by a body that custom_fields_check() found good.
 * Returns 0 or -ENOMEM. */
int crm_set_custom(
    struct crm *crm, const struct object *object, const struct json *body, int64_t lag_ms);

/** The lead goes, with its contacts and activities. */
int crm_delete_lead(struct crm *crm, const char *id, int64_t lag_ms);

/** Make one of a body that crm_check() found good. Returns 0 or -ENOMEM. */
int crm_create(struct crm *crm, enum activity_kind kind, const char *lead_id,
    const struct json *body, const struct activity **ret_activity);

/**
 * Add to `wrong` what speaks against a body that is good by itself: its lead, contact and files,
 * of which none may be older than `file_ttl_ms`. Returns 0 or -ENOMEM.
 */
int crm_check(struct crm *crm, enum activity_kind kind, const struct json *body,
    int64_t file_ttl_ms, struct json *wrong);

/** Forget activities and uploads; leads and contacts stay. */
void crm_reset(struct crm *crm);

#endif
