/** Adds leads and contacts from JSON: all are checked before the first is added. */
#include "admin/seed.h"

#include "crm/crm.h"
#include "crm/leads.h"
#include "crm/schema.h"
#include "util/lookup.h"
#include "util/pick.h"
#include "util/stamp.h"
#include "util/token.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- what it may look like ---- */

#define ID                                                                                         \
    {                                                                                              \
        .key = "id", .need = SCHEMA_NULLABLE, .type = SCHEMA_TEXT, .min = 1                        \
    }
#define TEXT(name)                                                                                 \
    {                                                                                              \
        .key = (name), .need = SCHEMA_NULLABLE, .type = SCHEMA_TEXT                                \
    }
#define TEXTS(name)                                                                                \
    {                                                                                              \
        .key = (name), .need = SCHEMA_NULLABLE, .type = SCHEMA_TEXTS                               \
    }

static const struct schema_field contact_fields[] = {
    ID, TEXT("name"), TEXTS("emails"), TEXTS("phones")};

static const struct schema contact_schema = SCHEMA(contact_fields);

static const struct schema_field lead_fields[] = {
    ID,
    TEXT("name"),
    {.key = "custom", .need = SCHEMA_NULLABLE, .type = SCHEMA_OBJECT},
    {.key = "contacts", .need = SCHEMA_NULLABLE, .type = SCHEMA_LIST, .items = &contact_schema},
};

static const struct schema lead_schema = SCHEMA(lead_fields);

static const struct schema_field seed_fields[] = {
    {.key = "leads", .need = SCHEMA_REQUIRED, .type = SCHEMA_LIST, .items = &lead_schema},
};

static const struct schema seed_schema = SCHEMA(seed_fields);

static const struct schema_field change_fields[] = {
    {.key = "id", .need = SCHEMA_REQUIRED, .type = SCHEMA_TEXT},
    {.key = "name", .need = SCHEMA_OPTIONAL, .type = SCHEMA_TEXT},
    {.key = "emails", .need = SCHEMA_OPTIONAL, .type = SCHEMA_TEXTS},
    {.key = "phones", .need = SCHEMA_OPTIONAL, .type = SCHEMA_TEXTS},
    {.key = "lead_id", .need = SCHEMA_OPTIONAL, .type = SCHEMA_TEXT},
};

static const struct schema change_schema = SCHEMA(change_fields);

static int check(const struct schema *schema, const struct json *body, struct str *why)
{
    CLEANUP(json_freep) struct json *wrong = json_object();
    if (!json_is_object(body)) {
        str_add(why, "wanted a JSON object");
        return -EINVAL;
    }
    int result = schema_check(schema, body, wrong);
    if (result < 0 || !json_first(wrong))
        return result;
    CLEANUP(free_text) char *text = json_print(wrong);
    str_add(why, text ? text : "out of memory");
    return -EINVAL;
}

/* ---- ids must be new ---- */

/** The ids of a seed that were met so far. */
struct met {
    const struct leads *leads;
    struct lookup ids[OBJECT_KINDS];
};

static int check_id(struct met *met, enum object_kind kind, const struct json *row, struct str *why)
{
    const char *id = json_get_text(row, "id");
    if (!id)
        return 0;
    if (!leads_find(met->leads, kind, id) && !lookup_get(&met->ids[kind], id))
        return lookup_put(&met->ids[kind], id, met);
    str_printf(why, "the id \"%s\" is there already", id);
    return -EINVAL;
}

static int check_ids(struct met *met, const struct json *leads, struct str *why)
{
    int result = 0;
    for (const struct json *lead = json_first(leads); result == 0 && lead; lead = json_next(lead)) {
        result = check_id(met, OBJECT_LEAD, lead, why);
        const struct json *contact = json_first(json_get(lead, "contacts"));
        for (; result == 0 && contact; contact = json_next(contact))
            result = check_id(met, OBJECT_CONTACT, contact, why);
    }
    return result;
}

static int check_seed(const struct crm *crm, const struct json *seed, struct str *why)
{
    struct met met = {.leads = crm->leads};
    int result = check(&seed_schema, seed, why);
    if (result == 0)
        result = check_ids(&met, json_get(seed, "leads"), why);
    for (size_t i = 0; i < OBJECT_KINDS; i++)
        lookup_release(&met.ids[i]);
    return result;
}

/* ---- states from JSON ---- */

/** A phone as Close keeps it: digits, and the plus before them. */
static int append_phone(struct json *phones, const char *phone)
{
    struct str plain = STR_INIT(1024);
    for (const char *at = phone; *at; at++)
        if (strchr("0123456789", *at) || (*at == '+' && !plain.length))
            str_add_char(&plain, *at);
    int result = str_error(&plain) ? -1 : json_append_text(phones, str_text(&plain));
    str_release(&plain);
    return result;
}

/** The list `key` of a row, empty where there is none. */
static struct json *read_list(
    const struct json *row, const char *key, int (*append)(struct json *list, const char *text))
{
    struct json *list = json_array();
    int result = list ? 0 : -1;
    const struct json *one = json_first(json_get(row, key));
    for (; one; one = json_next(one))
        result |= append(list, json_text(one));
    return pick_whole(list, result);
}

static char *read_name(const struct json *row)
{
    const char *name = json_get_text(row, "name");
    return strdup(name ? name : "");
}

static struct state *new_state(const struct json *row)
{
    struct state *state = state_new();
    if (!state)
        return NULL;
    state->created_us = state->updated_us = stamp_now();
    state->name = read_name(row);
    return state;
}

static struct state *lead_state(const struct json *row)
{
    struct state *state = new_state(row);
    const struct json *custom = json_get(row, "custom");
    if (!state)
        return NULL;
    state->custom = json_is_object(custom) ? json_copy(custom) : json_object();
    if (state->name && state->custom)
        return state;
    state_drop(state);
    return NULL;
}

static struct state *contact_state(const struct json *row, const char *lead_id)
{
    struct state *state = new_state(row);
    if (!state)
        return NULL;
    state->lead_id = strdup(lead_id);
    state->emails = read_list(row, "emails", json_append_text);
    state->phones = read_list(row, "phones", append_phone);
    if (state->name && state->lead_id && state->emails && state->phones)
        return state;
    state_drop(state);
    return NULL;
}

/* ---- putting them there ---- */

/** One seed going in. */
struct planting {
    struct leads *leads;
    int64_t lag_ms;
};

/** Put an object there, and its id and name into `ids`. The id belongs to the caller. */
static char *plant(const struct planting *planting, enum object_kind kind, const struct json *row,
    struct state *state, struct json *ids)
{
    static const char *const prefixes[OBJECT_KINDS] = {"lead_", "cont_"};
    const char *given = json_get_text(row, "id");
    char *id = given ? strdup(given) : token_id(prefixes[kind]);
    int result = id && state ? 0 : -ENOMEM;
    if (result == 0) {
        result = json_add_text(ids, "id", id) | json_add_text(ids, "name", state->name);
        result |= leads_put(planting->leads, kind, id, state, planting->lag_ms);
    } else {
        state_drop(state);
    }
    if (result == 0)
        return id;
    free(id);
    return NULL;
}

static int plant_contact(
    const struct planting *planting, const struct json *row, const char *lead_id, struct json *list)
{
    struct json *ids = json_object();
    CLEANUP(free_text)
    char *id = plant(planting, OBJECT_CONTACT, row, contact_state(row, lead_id), ids);
    int result = json_append(list, ids);
    return id ? result : -ENOMEM;
}

static int plant_lead(const struct planting *planting, const struct json *row, struct json *list)
{
    struct json *ids = json_object(), *contacts = json_array();
    CLEANUP(free_text) char *id = plant(planting, OBJECT_LEAD, row, lead_state(row), ids);
    int result = id ? 0 : -ENOMEM;
    const struct json *contact = json_first(json_get(row, "contacts"));
    for (; result == 0 && contact; contact = json_next(contact))
        result = plant_contact(planting, contact, id, contacts);
    result |= json_add(ids, "contacts", contacts);
    result |= json_append(list, ids);
    return result < 0 ? -ENOMEM : 0;
}

int seed_add(struct crm *crm, const struct json *seed, int64_t lag_ms, struct json **ret_ids,
    struct str *why)
{
    struct planting planting = {crm->leads, lag_ms};
    int result = check_seed(crm, seed, why);
    if (result < 0)
        return result;
    struct json *ids = json_object(), *leads = json_array();
    const struct json *lead = json_first(json_get(seed, "leads"));
    for (; result == 0 && lead; lead = json_next(lead))
        result = plant_lead(&planting, lead, leads);
    result |= json_add(ids, "leads", leads);
    if (result < 0) {
        json_free(ids);
        return -ENOMEM;
    }
    *ret_ids = ids;
    return 0;
}

/* ---- changing a contact ---- */

static int set_text(char **member, const char *text)
{
    char *copy = text ? strdup(text) : NULL;
    if (!copy)
        return text ? -ENOMEM : 0;
    free(*member);
    *member = copy;
    return 0;
}

static int set_list(struct json **member, const struct json *change, const char *key,
    int (*append)(struct json *list, const char *text))
{
    struct json *list = json_get(change, key) ? read_list(change, key, append) : NULL;
    if (!list)
        return json_get(change, key) ? -ENOMEM : 0;
    json_free(*member);
    *member = list;
    return 0;
}

static int change_state(struct state *state, const struct json *change)
{
    state->updated_us = stamp_now();
    return set_text(&state->name, json_get_text(change, "name")) |
           set_text(&state->lead_id, json_get_text(change, "lead_id")) |
           set_list(&state->emails, change, "emails", json_append_text) |
           set_list(&state->phones, change, "phones", append_phone);
}

int seed_change_contact(struct crm *crm, const struct json *change, int64_t lag_ms, struct str *why)
{
    int result = check(&change_schema, change, why);
    if (result < 0)
        return result;
    const char *id = json_get_text(change, "id"), *lead_id = json_get_text(change, "lead_id");
    const struct object *contact = leads_find(crm->leads, OBJECT_CONTACT, id);
    if (!contact || (lead_id && !leads_find(crm->leads, OBJECT_LEAD, lead_id))) {
        str_printf(
            why, "there is no %s \"%s\"", contact ? "lead" : "contact", contact ? lead_id : id);
        return -EINVAL;
    }
    struct state *state = state_copy(contact->now);
    if (!state || change_state(state, change) != 0) {
        state_drop(state);
        return -ENOMEM;
    }
    return leads_put(crm->leads, OBJECT_CONTACT, id, state, lag_ms);
}
