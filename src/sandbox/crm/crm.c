/**
 * What concerns several parts of Close's memory at once: merging and deleting leads, checking and
 * creating activities.
 */
#include "crm/crm.h"

#include "crm/custom_fields.h"
#include "crm/leads.h"
#include "util/stamp.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int crm_init(struct crm *crm, bool sees_stores)
{
    *crm = (struct crm){.lock = PTHREAD_MUTEX_INITIALIZER, .sees_stores = sees_stores};
    crm->leads = leads_new();
    return crm->leads ? 0 : -ENOMEM;
}

void crm_release(struct crm *crm)
{
    crm_reset(crm);
    history_release(&crm->history);
    logins_release(&crm->logins);
    leads_free(crm->leads);
}

void crm_lock(struct crm *crm)
{
    pthread_mutex_lock(&crm->lock);
}

void crm_unlock(struct crm *crm)
{
    pthread_mutex_unlock(&crm->lock);
}

void crm_stored(struct crm *crm, const struct ledger_object *object)
{
    crm_lock(crm);
    uploads_stored(&crm->uploads, object);
    crm_unlock(crm);
}

void crm_reset(struct crm *crm)
{
    history_forget_activities(&crm->history);
    activities_release(&crm->activities);
    uploads_release(&crm->uploads);
    cursors_release(&crm->cursors);
}

/* ---- leads and contacts that change ---- */

int crm_set_custom(
    struct crm *crm, const struct object *object, const struct json *body, int64_t lag_ms)
{
    struct state *state = state_copy(object->now);
    struct json *custom = state ? custom_fields_change(state->custom, body) : NULL;
    if (!custom) {
        state_drop(state);
        return -ENOMEM;
    }
    json_free(state->custom);
    state->custom = custom;
    state->updated_us = stamp_now();
    return leads_put(crm->leads, object->kind, object->id, state, lag_ms);
}

/* ---- leads that go ---- */

/** Another state for the contact: it moves to `lead_id`, or goes where that is NULL. */
static int move_contact(
    struct crm *crm, const struct object *contact, const char *lead_id, int64_t lag_ms)
{
    struct state *state = NULL;
    if (lead_id) {
        state = state_copy(contact->now);
        char *text = state ? strdup(lead_id) : NULL;
        if (!text) {
            state_drop(state);
            return -ENOMEM;
        }
        free(state->lead_id);
        state->lead_id = text;
        state->updated_us = stamp_now();
    }
    return leads_put(crm->leads, OBJECT_CONTACT, contact->id, state, lag_ms);
}

static int move_contacts(
    struct crm *crm, const struct object *lead, const char *lead_id, int64_t lag_ms)
{
    int result = 0;
    for (size_t i = 0; result == 0 && i < lead->contacts.count; i++)
        if (object_is_of(lead->contacts.items[i], lead, SIGHT_NOW))
            result = move_contact(crm, lead->contacts.items[i], lead_id, lag_ms);
    return result;
}

int crm_merge(struct crm *crm, const char *source, const char *destination, int64_t lag_ms)
{
    int result =
        move_contacts(crm, leads_find(crm->leads, OBJECT_LEAD, source), destination, lag_ms);
    if (result == 0)
        result = activities_move(&crm->activities, source, destination);
    if (result == 0)
        result = leads_put(crm->leads, OBJECT_LEAD, source, NULL, lag_ms);
    return result < 0 ? result : history_merged(&crm->history, source, destination);
}

int crm_delete_lead(struct crm *crm, const char *id, int64_t lag_ms)
{
    int result = move_contacts(crm, leads_find(crm->leads, OBJECT_LEAD, id), NULL, lag_ms);
    if (result == 0)
        result = leads_put(crm->leads, OBJECT_LEAD, id, NULL, lag_ms);
    activities_hide(&crm->activities, id);
    return result < 0 ? result : history_deleted(&crm->history, id);
}

/* ---- activities ---- */

static int check_people(const struct crm *crm, const struct json *body, struct json *wrong)
{
    const char *lead_id = json_get_text(body, "lead_id");
    const char *contact_id = json_get_text(body, "contact_id");
    if (!lead_id) /* a lead file's is in its path */
        return 0;
    const struct object *lead = leads_find(crm->leads, OBJECT_LEAD, lead_id);
    if (!lead)
        return json_add_text(wrong, "lead", "Object does not exist.");
    if (!contact_id)
        return 0;
    const struct object *contact = leads_find(crm->leads, OBJECT_CONTACT, contact_id);
    if (!contact)
        return json_add_text(wrong, "contact", "Object does not exist.");
    if (!object_is_of(contact, lead, SIGHT_NOW))
        return json_add_text(wrong, "contact", "Contact does not belong to the lead.");
    return 0;
}

/** What is wrong with a file that an activity brings, or NULL. */
static const char *refuse_file(const struct crm *crm, const struct json *file, int64_t file_ttl_ms)
{
    const char *url = json_get_text(file, "url");
    if (!is_file_url(url))
        return "Invalid URL.";
    const struct upload *upload = uploads_find(&crm->uploads, url);
    if (!upload)
        return "File does not exist.";
    if (crm->sees_stores && !upload->stored)
        return "File has not been uploaded.";
    if (clock_steady_ms() - upload->at_ms >= file_ttl_ms)
        return "File has expired.";
    if (upload->stored && json_get_int(file, "size", upload->size) != upload->size)
        return "Size does not match the uploaded file.";
    return NULL;
}

static int complain_file(enum activity_kind kind, struct json *wrong, size_t index, const char *why)
{
    if (kind == ACTIVITY_LEAD_FILE)
        return json_add_text(wrong, "url", why);
    return schema_complain_element(wrong, "attachments", index, why);
}

/** What all files of a body weigh, as far as that is known. */
static int64_t total_size(const struct crm *crm, enum activity_kind kind, const struct json *body)
{
    int64_t total = 0;
    const struct json *file = activity_first_file(kind, body);
    for (; file; file = activity_next_file(kind, file)) {
        const char *url = json_get_text(file, "url");
        const struct upload *upload = url ? uploads_find(&crm->uploads, url) : NULL;
        total += upload && upload->stored ? upload->size : 0;
    }
    return total;
}

int crm_check(struct crm *crm, enum activity_kind kind, const struct json *body,
    int64_t file_ttl_ms, struct json *wrong)
{
    int result = check_people(crm, body, wrong);
    size_t index = 0;
    for (const struct json *file = activity_first_file(kind, body); file;
         file = activity_next_file(kind, file), index++) {
        const char *why = refuse_file(crm, file, file_ttl_ms);
        if (why)
            result |= complain_file(kind, wrong, index, why);
    }
    int64_t most = activity_kinds[kind].most_bytes;
    if (most && result == 0 && !json_first(wrong) && total_size(crm, kind, body) > most)
        result = json_add_text(wrong, "attachments", "The attachments are larger than 25 MB.");
    return result < 0 ? -ENOMEM : 0;
}

int crm_create(struct crm *crm, enum activity_kind kind, const char *lead_id,
    const struct json *body, const struct activity **ret_activity)
{
    struct activity_plan plan = {kind, lead_id, body, &crm->uploads};
    int result = activities_add(&crm->activities, &plan, ret_activity);
    return result < 0 ? result : history_created(&crm->history, *ret_activity);
}
