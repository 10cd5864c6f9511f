/** Describes leads and contacts as Close does. */
#include "crm/lead_json.h"

#include "crm/account.h"
#include "util/pick.h"
#include "util/stamp.h"

#include "closedrop/base/array.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"

#include <string.h>

/** What both have. */
static int add_origin(struct json *json, const struct state *state)
{
    return json_add_text(json, "organization_id", ACCOUNT_ORGANIZATION) |
           json_add_text(json, "created_by", ACCOUNT_USER) |
           json_add_text(json, "updated_by", ACCOUNT_USER) |
           stamp_add(json, "date_created", state->created_us) |
           stamp_add(json, "date_updated", state->updated_us);
}

static int add_custom(struct json *json, const struct json *custom)
{
    int result = 0;
    for (const struct json *one = json_first(custom); one; one = json_next(one)) {
        struct str key = STR_INIT(4096);
        str_printf(&key, "custom.%s", json_key(one));
        result |= str_error(&key) ? -1 : json_add(json, str_text(&key), json_copy(one));
        str_release(&key);
    }
    return result;
}

/* ---- contacts ---- */

static struct json *describe_email(const char *email)
{
    struct json *row = json_object();
    int result = json_add_text(row, "email", email);
    result |= json_add_text(row, "type", "office");
    result |= json_add_bool(row, "is_unsubscribed", false);
    return pick_whole(row, result);
}

/** "+16505551234" as Close shows it, "+1 650-555-1234"; of other countries it stays as it is. */
static int add_formatted(struct json *row, const char *phone)
{
    if (!str_starts_with(phone, "+1") || strlen(phone) != strlen("+16505551234"))
        return json_add_text(row, "phone_formatted", phone);
    struct str text = STR_INIT(32);
    str_printf(&text, "+1 %.3s-%.3s-%s", phone + 2, phone + 5, phone + 8);
    int result = json_add_text(row, "phone_formatted", str_text(&text));
    str_release(&text);
    return result;
}

static struct json *describe_phone(const char *phone)
{
    struct json *row = json_object();
    int result = json_add_text(row, "phone", phone);
    result |= add_formatted(row, phone);
    result |= json_add_text(row, "type", "office");
    result |= json_add_text(row, "country", str_starts_with(phone, "+1") ? "US" : NULL);
    return pick_whole(row, result);
}

static struct json *describe_each(const struct json *texts, struct json *(*describe)(const char *))
{
    struct json *list = json_array();
    int result = list ? 0 : -1;
    for (const struct json *one = json_first(texts); one; one = json_next(one))
        result |= json_append(list, describe(json_text(one)));
    return pick_whole(list, result);
}

static struct json *describe_contact(const struct object *contact, const struct state *state)
{
    struct json *json = json_object();
    int result = json_add_text(json, "id", contact->id);
    result |= json_add_text(json, "lead_id", state->lead_id);
    result |= json_add_text(json, "name", state->name);
    result |= json_add_text(json, "display_name", state->name);
    result |= json_add_text(json, "title", "");
    result |= json_add(json, "emails", describe_each(state->emails, describe_email));
    result |= json_add(json, "phones", describe_each(state->phones, describe_phone));
    result |= json_add(json, "urls", json_array());
    result |= add_custom(json, state->custom);
    result |= add_origin(json, state);
    return pick_whole(json, result);
}

/* ---- leads ---- */

static int add_contacts(struct json *json, const struct object *lead, enum sight sight)
{
    struct json *ids = json_array(), *list = json_array();
    int result = 0;
    for (size_t i = 0; i < lead->contacts.count; i++) {
        const struct object *contact = lead->contacts.items[i];
        if (!object_is_of(contact, lead, sight))
            continue;
        result |= json_append_text(ids, contact->id);
        result |= json_append(list, lead_json_new(contact, sight));
    }
    result |= json_add(json, "contact_ids", ids);
    return result | json_add(json, "contacts", list);
}

static int add_empty_lists(struct json *json)
{
    static const char *const keys[] = {"addresses", "opportunities", "tasks"};
    int result = 0;
    for (size_t i = 0; i < COUNT(keys); i++)
        result |= json_add(json, keys[i], json_array());
    return result;
}

static int add_links(struct json *json, const char *id)
{
    struct str url = STR_INIT(4096);
    str_printf(&url, "https://app.close.com/lead/%s/", id);
    int result = json_add_text(json, "html_url", str_text(&url));
    str_release(&url);
    return result | json_add_null(json, "url");
}

static struct json *describe_lead(
    const struct object *lead, const struct state *state, enum sight sight)
{
    struct json *json = json_object();
    int result = json_add_text(json, "id", lead->id);
    result |= json_add_text(json, "name", state->name);
    result |= json_add_text(json, "display_name", state->name);
    result |= json_add_text(json, "description", "");
    result |= add_links(json, lead->id);
    result |= json_add_text(json, "status_id", "stat_SandboxPotentialLeadStatus");
    result |= json_add_text(json, "status_label", "Potential");
    result |= add_contacts(json, lead, sight);
    result |= add_empty_lists(json);
    result |= add_custom(json, state->custom);
    result |= add_origin(json, state);
    return pick_whole(json, result);
}

struct json *lead_json_new(const struct object *object, enum sight sight)
{
    const struct state *state = object_state(object, sight);
    return object->kind == OBJECT_LEAD ? describe_lead(object, state, sight)
                                       : describe_contact(object, state);
}
