/**
 * Reports to the work thread: files that were seen, have settled or left, and the health of
 * folders.
 */
#include "report.h"
#include "replaced.h"
#include "waits.h"

#include "closedrop/base/cleanup.h"

#include <errno.h>
#include <string.h>

static void send_message(struct watch *watch, struct message *message)
{
    watch_set_waiting(watch, true);
    mailbox_post(watch->outbox, message, true);
    watch_set_waiting(watch, false);
}

static void send_collected(struct watched *folder, enum message_kind kind)
{
    struct message *message = TAKE_PTR(folder->outgoing.collected[kind]);
    if (!message)
        return;
    folder->watch->batches_out += kind == MESSAGE_SEEN;
    send_message(folder->watch, message);
}

/** Add a sighting to the message of this kind, and send that first if it is full. NULL if memory is
 * short. */
static struct sighting *add_sighting(
    struct watched *folder, enum message_kind kind, const char *path)
{
    struct message **message = &folder->outgoing.collected[kind];
    if (*message && (*message)->count == BATCH)
        send_collected(folder, kind);
    if (!*message)
        *message = message_new(kind, folder->watch->config, folder->index, BATCH);
    char *copy = *message ? strdup(path) : NULL;
    if (!copy)
        return NULL;
    struct sighting *sighting = &(*message)->sightings[(*message)->count++];
    *sighting = (struct sighting){.path = copy};
    return sighting;
}

void report_seen(
    struct watched *folder, const char *path, const struct file_state *state, bool moved_in)
{
    struct sighting *sighting = add_sighting(folder, MESSAGE_SEEN, path);
    if (!sighting) {
        folder_note_error(folder, -ENOMEM);
        return;
    }
    sighting->state = *state;
    sighting->moved_in = moved_in;
    folder->outgoing.asked++;
}

void report_left(struct watched *folder, const char *path)
{
    /* if memory is short nothing is lost: the file is checked before it is sent */
    (void)add_sighting(folder, MESSAGE_LEFT, path);
}

void report_spent(struct watched *folder, const struct candidate *marker)
{
    struct sighting *sighting = add_sighting(folder, MESSAGE_SPENT, marker->path);
    if (sighting)
        sighting->state = marker->state;
    else
        folder_note_error(folder, -ENOMEM);
}

void report_empty(struct watched *folder, const char *path, const struct file_state *state)
{
    /* if memory is short it stays until the next scan */
    struct sighting *sighting = add_sighting(folder, MESSAGE_EMPTY, path);
    if (sighting)
        sighting->state = *state;
}

void report_settled(
    struct watched *folder, const struct candidate *candidate, const struct settle_step *refusal)
{
    CLEANUP(free_text) char *message = refusal ? strdup(refusal->message) : NULL;
    struct sighting *sighting =
        refusal && !message ? NULL : add_sighting(folder, MESSAGE_SETTLED, candidate->path);
    if (!sighting) {
        folder_note_error(folder, -ENOMEM);
        return;
    }
    sighting->state = candidate->state;
    sighting->error_code = refusal ? refusal->code : NULL;
    sighting->error_message = TAKE_PTR(message);
    sighting->note = replaced_text(candidate);
}

static void send_health(struct watched *folder)
{
    folder->health.polls = folder->coverage.polls;
    if (folder_health_equal(&folder->health, &folder->reported))
        return;
    struct message *message = message_new(MESSAGE_HEALTH, folder->watch->config, folder->index, 0);
    if (!message) {
        folder_note_error(folder, -ENOMEM);
        return;
    }
    message->health = folder->health;
    folder_health_explain(&message->health);
    folder->reported = folder->health;
    send_message(folder->watch, message);
}

/** A turn has ended, so no call in it hangs. */
static void answer_ping(struct watched *folder)
{
    struct message *pong = folder->is_pinged
                               ? message_new(MESSAGE_PONG, folder->watch->config, folder->index, 0)
                               : NULL;
    if (!pong)
        return; /* if memory is short, after the next turn */
    folder->is_pinged = false;
    send_message(folder->watch, pong);
}

/** Settled files are first: a folder that reports that none are left has reported all of them.
 * Those that left are last: their new names are known by then. */
void report_send(struct watch *watch)
{
    waits_count(watch);
    for (size_t i = 0; i < watch->config->folder_count; i++) {
        for (int kind = 0; kind < MESSAGES_COLLECTED; kind++)
            send_collected(&watch->folders[i], (enum message_kind)kind);
        send_health(&watch->folders[i]);
        answer_ping(&watch->folders[i]);
    }
}
