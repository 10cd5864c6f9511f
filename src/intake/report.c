/** Messages to the work thread: a file seen, a file settled, a file gone, how a folder is. */
#include "report.h"
#include "replaced.h"
#include "waits.h"

#include "closedrop/base/cleanup.h"

#include <errno.h>
#include <string.h>

static void send_message(struct watch *watch, struct message **message)
{
    if (!*message)
        return;
    watch_set_waiting(watch, true);
    mailbox_post(watch->outbox, TAKE_PTR(*message), true);
    watch_set_waiting(watch, false);
}

/** One more sighting in a message that grows; NULL when memory is short. */
static struct sighting *add_sighting(struct watch *watch, struct watched *folder,
    enum message_kind kind, struct message **message, const char *path)
{
    if (*message && (*message)->count == BATCH) {
        if (kind == MESSAGE_SEEN)
            watch->batches_out++;
        send_message(watch, message);
    }
    if (!*message)
        *message = message_new(kind, watch->config, folder->index, BATCH);
    char *copy = *message ? strdup(path) : NULL;
    if (!copy)
        return NULL;
    struct sighting *sighting = &(*message)->sightings[(*message)->count++];
    *sighting = (struct sighting){.path = copy};
    return sighting;
}

void report_seen(struct watch *watch, struct watched *folder, const char *path,
    const struct file_state *state, bool moved_in)
{
    struct sighting *sighting = add_sighting(watch, folder, MESSAGE_SEEN, &folder->seen, path);
    if (!sighting) {
        folder_note_error(folder, -ENOMEM);
        return;
    }
    sighting->state = *state;
    sighting->moved_in = moved_in;
    folder->asked++;
}

void report_left(struct watch *watch, struct watched *folder, const char *path)
{
    /* if memory is short nothing is lost: the file is checked before it is sent */
    (void)add_sighting(watch, folder, MESSAGE_LEFT, &folder->left, path);
}

void report_spent(struct watch *watch, const struct candidate *marker)
{
    struct watched *folder = &watch->folders[marker->folder];
    struct sighting *sighting =
        add_sighting(watch, folder, MESSAGE_SPENT, &folder->spent, marker->path);
    if (sighting)
        sighting->state = marker->state;
    else
        folder_note_error(folder, -ENOMEM);
}

void report_empty(
    struct watch *watch, struct watched *folder, const char *path, const struct file_state *state)
{
    /* where memory is short it stays until the next scan */
    struct sighting *sighting = add_sighting(watch, folder, MESSAGE_EMPTY, &folder->empty, path);
    if (sighting)
        sighting->state = *state;
}

void report_settled(
    struct watch *watch, const struct candidate *candidate, const struct settle_step *refusal)
{
    struct watched *folder = &watch->folders[candidate->folder];
    CLEANUP(free_text) char *message = refusal ? strdup(refusal->message) : NULL;
    struct sighting *sighting = refusal && !message ? NULL
                                                    : add_sighting(watch, folder, MESSAGE_SETTLED,
                                                          &folder->settled, candidate->path);
    if (!sighting) {
        folder_note_error(folder, -ENOMEM);
        return;
    }
    sighting->state = candidate->state;
    sighting->error_code = refusal ? refusal->code : NULL;
    sighting->error_message = TAKE_PTR(message);
    sighting->note = replaced_text(candidate);
}

static void tell_health(struct watch *watch, struct watched *folder)
{
    folder->health.polls = folder->polls;
    if (folder_health_equal(&folder->health, &folder->told))
        return;
    struct message *message = message_new(MESSAGE_HEALTH, watch->config, folder->index, 0);
    if (!message) {
        folder_note_error(folder, -ENOMEM);
        return;
    }
    message->health = folder->health;
    folder_health_explain(&message->health);
    folder->told = folder->health;
    send_message(watch, &message);
}

/** Settled files first: a folder that says it has none left has said all of them. What has left its
 * place last: under its new name it is known by then. */
void report_send(struct watch *watch)
{
    waits_count(watch);
    for (size_t i = 0; i < watch->config->folder_count; i++) {
        struct watched *folder = &watch->folders[i];
        send_message(watch, &folder->settled);
        if (folder->seen)
            watch->batches_out++;
        send_message(watch, &folder->seen);
        send_message(watch, &folder->left);
        send_message(watch, &folder->spent);
        send_message(watch, &folder->empty);
        tell_health(watch, folder);
    }
}
