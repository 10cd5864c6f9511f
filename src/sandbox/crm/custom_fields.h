/**
 * The custom fields of the organization's leads and contacts: some of each type, and whatever a
 * lead was seeded with, which is text. Pure.
 */
#ifndef CLOSEDROP_SANDBOX_CRM_CUSTOM_FIELDS_H
#define CLOSEDROP_SANDBOX_CRM_CUSTOM_FIELDS_H

struct json;

/**
 * Add to `wrong` what speaks against a change of custom fields, as a body has it: "custom.ID", and
 * "custom.ID.add" for a field of several values. `held` is what there is, as {"ID": value}. Returns
 * 0 or -ENOMEM.
 */
int custom_fields_check(const struct json *body, const struct json *held, struct json *wrong);

/** What there is after that change, which was found good; NULL: no memory. */
struct json *custom_fields_change(const struct json *held, const struct json *body);

#endif
