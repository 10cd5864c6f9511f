/**
 * Leads and contacts as JSON brings them: seeds, and later changes to a contact.
 */
#ifndef CLOSEDROP_SANDBOX_ADMIN_SEED_H
#define CLOSEDROP_SANDBOX_ADMIN_SEED_H

#include <stdint.h>

struct crm;
struct json;
struct str;

/**
 * Add the leads of {"leads": [{"id", "name", "custom": {"cf_...": ...}, "contacts": [{"id",
 * "name", "emails": [...], "phones": [...]}]}]}, all or none; an id that is left out is made up.
 * With the CRM's lock held. Returns 0 and the ids as {"leads": [{"id", "name", "contacts": [{"id",
 * "name"}]}]}; -EINVAL with the reason in `why`; or -ENOMEM, and then some of it may be there.
 */
int seed_add(struct crm *crm, const struct json *seed, int64_t lag_ms, struct json **ret_ids,
    struct str *why);

/**
 * Give the contact "id" the members that `change` has of "name", "emails", "phones", "lead_id".
 * With the CRM's lock held. Returns 0, -EINVAL with the reason in `why`, or -ENOMEM.
 */
int seed_change_contact(
    struct crm *crm, const struct json *change, int64_t lag_ms, struct str *why);

#endif
