/** Handles messages from the work thread: what to settle, what to scan, which folders to watch. */
#define LOG_MODULE "watch"

#include "inbox.h"
#include "folder_set.h"
#include "hints.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MEMORY_PAUSE_S 1

static void become_candidate(struct watched *folder, const struct sighting *sighting)
{
    struct candidates *candidates = folder->watch->candidates;
    struct candidate *candidate = candidates_find(candidates, folder->index, sighting->path);
    bool is_new = !candidate || candidate->is_gone;
    if (!candidate)
        candidate = candidates_add(candidates, folder->index, sighting->path);
    if (!candidate) {
        folder_note_error(folder, -ENOMEM); /* or there are too many; a later scan finds it */
        return;
    }
    if (is_new) {
        candidate->state = sighting->state;
        candidate->first_ctime_ns = sighting->state.ctime_ns;
        candidate->judged = sighting->judged;
    }
    if (is_new && sighting->moved_in && !candidate->document.size)
        hint_arrived(folder, candidate);
    else
        hint_touch(folder, candidate, sighting->moved_in ? HINT_MOVED_IN : HINT_WRITTEN);
}

static void take_unknown(struct watch *watch, const struct message *message)
{
    struct watched *folder = &watch->folders[message->folder];
    watch->batches_out -= watch->batches_out > 0;
    folder->outgoing.asked -= (int64_t)message->asked;
    if (folder->outgoing.asked < 0) /* it was asked before everything restarted */
        folder->outgoing.asked = 0;
    for (size_t i = 0; i < message->count; i++)
        become_candidate(folder, &message->sightings[i]);
}

static void take_resettle(struct watch *watch, const struct message *message)
{
    if (message->count)
        hint_take(&watch->folders[message->folder], message->sightings[0].path, HINT_WRITTEN);
}

/** Answer a question about the file; without memory, nobody answers. */
static void take_ask(struct watch *watch, const struct message *message)
{
    const char *path = message->count ? message->sightings[0].path : "";
    const struct candidate *candidate = candidates_find(watch->candidates, message->folder, path);
    struct message *answer = message_new(MESSAGE_PROGRESS, watch->config, message->folder, 1);
    if (!answer)
        return;
    answer->question = message->question;
    if (candidate && !candidate->is_gone) {
        int64_t now = clock_steady_ms();
        answer->count = 1;
        answer->sightings[0].error_message =
            candidate->unreadable ? strdup(candidate->unreadable) : NULL;
        answer->progress = (struct settle_progress){.is_settling = true,
            .is_written = candidate->is_written,
            .wait = candidate->wait,
            .wants = candidate->wants,
            .unchanged_ms = now - candidate->quiet.changed,
            .next_ms = candidate->due_ms == INT64_MAX ? INT64_MAX : candidate->due_ms - now};
    }
    (void)mailbox_post(watch->outbox, answer, false);
}

static void take_scan(struct watch *watch, const struct message *message)
{
    struct watched *folder = &watch->folders[message->folder];
    folder->schedule.asked = message->scan;
    folder_request_scan(folder);
}

/** The work thread ignores all other folders from now on: if memory is short, wait for it. */
static void enter_when_possible(struct watch *watch, struct config *config)
{
    while (folder_set_enter(watch, config) < 0 && !mailbox_is_closed(watch->inbox)) {
        log_error(
            "out of memory for the new configuration; nothing is watched until there is enough");
        sleep(MEMORY_PAUSE_S);
    }
}

static void take_message(struct watch *watch, const struct message *message)
{
    if (message->kind == MESSAGE_CONFIG) {
        enter_when_possible(watch, message->config);
    } else if (message->config != watch->config) {
        return; /* an answer to folders that are no longer watched */
    } else if (message->kind == MESSAGE_UNKNOWN) {
        take_unknown(watch, message);
    } else if (message->kind == MESSAGE_RESETTLE) {
        take_resettle(watch, message);
    } else if (message->kind == MESSAGE_ASK) {
        take_ask(watch, message);
    } else if (message->kind == MESSAGE_SCAN) {
        take_scan(watch, message);
    } else if (message->kind == MESSAGE_PING) {
        watch->folders[message->folder].is_pinged = true; /* answered after this turn */
    }
}

void inbox_take(struct watch *watch)
{
    struct message *message;
    while ((message = mailbox_take(watch->inbox)) != NULL) {
        take_message(watch, message);
        message_free(message);
    }
}
