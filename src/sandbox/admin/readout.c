/** Writes out all activities, some at a time so that no request waits for the lock. */
#include "admin/readout.h"

#include "crm/crm.h"
#include "http/reply.h"
#include "util/pick.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"

#include <stdlib.h>

/** Some at a time, so that nobody waits for the lock: until there are this many bytes. */
#define PIECE_ENOUGH 65536

struct readout {
    struct crm *crm;
    size_t next;
    bool begun, ended;
};

static struct json *describe_file(const struct attachment *attachment)
{
    struct json *file = json_object();
    int result = json_add_text(file, "token", attachment->token);
    result |= json_add_text(file, "filename", json_get_text(attachment->posted, "filename"));
    result |= json_add_text(file, "sha256", *attachment->sha256 ? attachment->sha256 : NULL);
    result |= attachment->size < 0 ? json_add_null(file, "size")
                                   : json_add_int(file, "size", attachment->size);
    return pick_whole(file, result);
}

static struct json *describe_files(const struct activity *activity)
{
    struct json *files = json_array();
    int result = files ? 0 : -1;
    for (size_t i = 0; i < activity->attachment_count; i++)
        result |= json_append(files, describe_file(&activity->attachments[i]));
    return pick_whole(files, result);
}

static struct json *describe(const struct activity *activity)
{
    char at[CLOCK_TEXT];
    struct json *row = json_object();
    int result = json_add_text(row, "kind", activity_kinds[activity->kind].name);
    result |= json_add_text(row, "id", activity->id);
    result |= json_add_text(row, "lead_id", activity->lead_id);
    result |= json_add_text(row, "contact_id", activity->contact_id);
    result |= json_add_text(row, "at", clock_rfc3339(activity->at_us / 1000, at));
    result |= json_add(row, "attachments", describe_files(activity));
    result |= json_add(row, "body", json_copy(activity->posted));
    return pick_whole(row, result);
}

static void print(struct str *out, size_t index, const struct activity *activity)
{
    struct json *row = describe(activity);
    char *text = json_print(row);
    str_add(out, index ? ",\n" : "\n");
    str_add(out, text ? text : "null");
    free(text);
    json_free(row);
}

static bool more(void *context, struct str *out)
{
    struct readout *readout = context;
    if (readout->ended)
        return false;
    if (!readout->begun)
        str_add_char(out, '[');
    readout->begun = true;
    crm_lock(readout->crm);
    const struct rows *all = &readout->crm->activities.all;
    for (; out->length < PIECE_ENOUGH && readout->next < all->count; readout->next++)
        print(out, readout->next, all->items[readout->next]);
    readout->ended = readout->next >= all->count;
    crm_unlock(readout->crm);
    if (readout->ended)
        str_add(out, "\n]\n");
    return true;
}

void readout_activities(struct crm *crm, struct reply *reply)
{
    struct readout *readout = calloc(1, sizeof(*readout));
    if (!readout) {
        reply_error(reply, 500, "out of memory");
        return;
    }
    readout->crm = crm;
    reply_text(reply, 200, "application/json", "");
    reply->stream = (struct reply_stream){more, free, readout};
}
