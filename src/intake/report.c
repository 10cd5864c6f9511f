/* Messages to the work thread: a file seen, a file settled, a file gone, how a folder is. */
#include "report.h"
#include "closed.h"
#include "replaced.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/files/path.h"

#include <errno.h>
#include <stdio.h>
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
    /* where memory is short nothing is lost: it is looked for before it is sent */
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

/* ---- how each folder is ---- */

static void clear_counts(struct watched *folder)
{
    bool scanning = folder->scan || folder->subtree_count || folder->scan_wanted;
    folder->health.settling = folder->asked + scanning;
    memset(folder->health.waiting, 0, sizeof(folder->health.waiting));
    folder->first_waiter = folder->first_unreadable = NULL;
    folder->unreadable = 0;
}

/** The first by name: who looks at `status` again and again sees the same. */
static void note_waiter(struct watched *folder, const struct candidate *candidate)
{
    const struct candidate *first = folder->first_waiter;
    if (candidate->wants && (!first || strcmp(candidate->path, first->path) < 0))
        folder->first_waiter = candidate;
}

static void note_unreadable(struct watched *folder, const struct candidate *candidate)
{
    const struct candidate *first = folder->first_unreadable;
    folder->unreadable += candidate->unreadable != NULL;
    if (candidate->unreadable && (!first || strcmp(candidate->path, first->path) < 0))
        folder->first_unreadable = candidate;
}

static void name_unreadable(struct watched *folder)
{
    const struct candidate *first = folder->first_unreadable;
    folder_name_first(folder->health.unreadable, sizeof(folder->health.unreadable),
        first ? first->path : NULL, first ? first->unreadable : NULL, folder->unreadable);
}

/** Somebody may look for a file in vain, since its companion has another name than he thinks. */
static void name_waiter(struct watched *folder)
{
    char *words = folder->health.waits_for;
    const size_t room = sizeof(folder->health.waits_for);
    const struct candidate *first = folder->first_waiter;
    bool is_sidecar = first && first->wants == COMPANION_SIDECAR;
    CLEANUP(free_text)
    char *companion =
        first ? path_marker(is_sidecar ? SIDECAR_PATTERN : folder->folder->marker, first->path)
              : NULL;
    *words = '\0';
    if (!companion)
        return;
    if (first->wants == COMPANION_NEXT_MARKER)
        snprintf(words, room, "%.300s came after its marker %.255s, and waits for the next one",
            first->path, path_name(companion));
    else
        snprintf(words, room, "%.300s waits for its %s %.255s%s", first->path,
            is_sidecar ? "sidecar" : "marker", path_name(companion),
            first->wait == SETTLE_GROWTH ? ", which is empty or cut off" : "");
}

/** Waits that end by themselves, and soon, are work in progress; the others are just counted. */
static void count_waits(const struct watch *watch)
{
    int64_t soon = clock_steady_ms() + 60000;
    for (size_t i = 0; i < watch->config->folder_count; i++)
        clear_counts(&watch->folders[i]);
    for (size_t i = 0; i < candidates_count(watch->candidates); i++) {
        const struct candidate *candidate = candidates_at(watch->candidates, i);
        if (candidate->is_gone)
            continue;
        struct folder_health *health = &watch->folders[candidate->folder].health;
        health->settling += candidate->wait == SETTLE_QUIET || candidate->due_ms <= soon;
        health->waiting[candidate->wait] += !candidate->ends_batch;
        note_waiter(&watch->folders[candidate->folder], candidate);
        note_unreadable(&watch->folders[candidate->folder], candidate);
    }
    for (size_t i = 0; i < watch->config->folder_count; i++) {
        name_waiter(&watch->folders[i]);
        name_unreadable(&watch->folders[i]);
        closed_name(&watch->folders[i]);
    }
}

static bool is_same_health(const struct folder_health *a, const struct folder_health *b)
{
    return a->healthy == b->healthy && a->scanned == b->scanned &&
           a->scanned_for == b->scanned_for && a->rounds == b->rounds && a->polls == b->polls &&
           a->without_leases == b->without_leases && a->settling == b->settling &&
           memcmp(a->waiting, b->waiting, sizeof(a->waiting)) == 0 && a->device == b->device &&
           a->inode == b->inode && a->missed == b->missed &&
           a->has_unreachable == b->has_unreachable && strcmp(a->waits_for, b->waits_for) == 0 &&
           strcmp(a->unreadable, b->unreadable) == 0 && strcmp(a->closed, b->closed) == 0 &&
           strcmp(a->message, b->message) == 0;
}

/** Say what is wrong in a folder that is there. */
static void add_message(struct folder_health *health)
{
    if (*health->message)
        return;
    if (health->missed)
        snprintf(health->message, sizeof(health->message),
            "not all of it can be looked at: %s; looks again every poll_interval",
            strerror(-health->missed));
    else if (health->has_unreachable)
        snprintf(health->message, sizeof(health->message),
            "some of it cannot be reached: a path is too long, or more than 64 directories deep "
            "(the log says which); give shorter names, or move it up");
}

static void tell_health(struct watch *watch, struct watched *folder)
{
    folder->health.polls = folder->polls;
    if (is_same_health(&folder->health, &folder->told))
        return;
    struct message *message = message_new(MESSAGE_HEALTH, watch->config, folder->index, 0);
    if (!message) {
        folder_note_error(folder, -ENOMEM);
        return;
    }
    message->health = folder->health;
    add_message(&message->health);
    folder->told = folder->health;
    send_message(watch, &message);
}

/** Settled files first: a folder that says it has none left has said all of them. What has left its
 * place last: under its new name it is known by then. */
void report_send(struct watch *watch)
{
    count_waits(watch);
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
