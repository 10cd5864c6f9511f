#define LOG_MODULE "watch"

#include "closedrop/intake/watch.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/log.h"
#include "closedrop/base/str.h"
#include "closedrop/files/path.h"
#include "closedrop/files/safe_open.h"
#include "closedrop/intake/candidates.h"
#include "closedrop/intake/complete.h"
#include "closedrop/intake/events.h"
#include "closedrop/intake/filter.h"
#include "closedrop/intake/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define CANDIDATES_MOST 16384
#define BATCH 256          /* sightings in one letter */
#define BATCHES_OUT_MOST 8 /* letters that wait for an answer, while a scan goes on */
#define SCAN_SLICE 512     /* entries of a scan in one turn */
#define SETTLE_SLICE 256   /* candidates looked at in one turn */
#define EVENTS_SLICE 4096
#define SUBTREES_MOST 64 /* new directories that wait for their scan, before all is scanned */
#define RESTART_PAUSE_MS 1000

struct watch;

/** A folder while it is watched. */
struct watched {
    struct watch *watch;
    const struct folder *folder;
    size_t index;
    int root;        /* -1 while it is away */
    char *real_path; /* without symbolic links, as events name it */
    bool polls;
    struct scan *scan;
    bool scan_is_whole;
    char *subtrees[SUBTREES_MOST];
    size_t subtree_count;
    int64_t next_scan_ms;
    bool scan_wanted;    /* before next_scan_ms */
    struct letter *seen; /* sightings collected for the next letter */
    struct letter *settled;
    int64_t asked; /* sightings that are out to be answered */
    struct folder_health health;
    struct folder_health told;
};

struct watch {
    pthread_t thread;
    struct mailbox *inbox;
    struct mailbox *outbox;
    struct config *config;
    struct watched *folders;
    struct candidates *candidates;
    int events; /* descriptor, negative errno where there are none */
    int mounts; /* /proc/self/mountinfo, which poll(2) tells changes of; -1 where there is none */
    size_t batches_out;
    int64_t restart_ms; /* steady clock: events are begun anew, 0 for not */
    int64_t restarted_ms;
    atomic_bool rescan;
};

/* ---- letters out ---- */

static void send_letter(struct watch *watch, struct letter **letter)
{
    if (*letter)
        mailbox_post(watch->outbox, TAKE_PTR(*letter), true);
}

/** One more sighting in a letter that grows; NULL when memory is short. */
static struct sighting *add_sighting(struct watch *watch, struct watched *folder,
    enum letter_kind kind, struct letter **letter, const char *path)
{
    if (*letter && (*letter)->count == BATCH) {
        if (kind == LETTER_SEEN)
            watch->batches_out++;
        send_letter(watch, letter);
    }
    if (!*letter)
        *letter = letter_new(kind, watch->config, folder->index, BATCH);
    char *copy = *letter ? strdup(path) : NULL;
    if (!copy)
        return NULL;
    struct sighting *sighting = &(*letter)->sightings[(*letter)->count++];
    *sighting = (struct sighting){.path = copy};
    return sighting;
}

/** What cannot be remembered now is found by a scan later. */
static void scan_soon(struct watched *folder)
{
    folder->scan_wanted = true;
}

static void report_settled(
    struct watch *watch, const struct candidate *candidate, const struct settle_step *refusal)
{
    struct watched *folder = &watch->folders[candidate->folder];
    struct sighting *sighting =
        add_sighting(watch, folder, LETTER_SETTLED, &folder->settled, candidate->path);
    if (!sighting) {
        scan_soon(folder);
        return;
    }
    sighting->state = candidate->state;
    if (refusal) {
        sighting->error_code = refusal->code;
        sighting->error_message = strdup(refusal->message);
    }
}

/* ---- hints: something may be there ---- */

/** A marker or sidecar came: whoever waits for one in this folder looks again. */
static void wake_marker_waiters(struct watch *watch, const struct watched *folder)
{
    size_t count = candidates_count(watch->candidates), waiting = 0;
    struct candidate **waiters = calloc(count + 1, sizeof(struct candidate *));
    for (size_t i = 0; waiters && i < count; i++) {
        struct candidate *candidate = candidates_at(watch->candidates, i);
        if (candidate->folder == folder->index && candidate->wait == SETTLE_MARKER)
            waiters[waiting++] = candidate;
    }
    for (size_t i = 0; i < waiting; i++)
        candidates_delay(watch->candidates, waiters[i], clock_steady_ms());
    free(waiters);
}

/** A candidate was heard of again: quiet time begins anew, or ends where it came whole. */
static void touch(struct watch *watch, struct candidate *candidate, bool moved_in)
{
    int64_t now = clock_steady_ms();
    const struct folder *folder = watch->folders[candidate->folder].folder;
    candidate->moved_in = moved_in;
    candidate->changed_ms = now;
    candidates_delay(watch->candidates, candidate, moved_in ? now : now + folder->settle_ms);
}

/** Look at what has this name, and ask the queue about it. */
static void ask_about(struct watch *watch, struct watched *folder, const char *path, bool moved_in)
{
    struct file_state state;
    CLEANUP(close_fd) int look = safe_open_look(folder->root, path);
    if (look < 0 || file_state_read(look, &state) < 0 || !S_ISREG(state.mode))
        return;
    struct sighting *sighting = add_sighting(watch, folder, LETTER_SEEN, &folder->seen, path);
    if (!sighting) {
        scan_soon(folder);
        return;
    }
    sighting->state = state;
    sighting->moved_in = moved_in;
    folder->asked++;
}

static void hint(struct watch *watch, struct watched *folder, const char *path, bool moved_in)
{
    if (folder->root < 0)
        return;
    if (!filter_takes(folder->folder, path)) {
        if (*folder->folder->marker || folder->folder->sidecar)
            wake_marker_waiters(watch, folder);
        return;
    }
    struct candidate *candidate = candidates_find(watch->candidates, folder->index, path);
    if (candidate)
        touch(watch, candidate, moved_in);
    else
        ask_about(watch, folder, path, moved_in);
}

/* ---- folders ---- */

static void set_unhealthy(struct watched *folder, const char *format, const char *detail)
{
    folder->health.healthy = false;
    snprintf(folder->health.message, sizeof(folder->health.message), format, detail);
}

static void leave_folder(struct watched *folder)
{
    scan_free(folder->scan);
    folder->scan = NULL;
    while (folder->subtree_count)
        free(folder->subtrees[--folder->subtree_count]);
    if (folder->root >= 0)
        close(folder->root);
    folder->root = -1;
    free(folder->real_path);
    folder->real_path = NULL;
}

/** Network and FUSE file systems tell no, or not all, events of other machines (statfs(2)). */
static bool needs_polling(int root)
{
    static const unsigned long without_events[] = {0x6969 /* NFS */, 0xFF534D42 /* CIFS */,
        0xFE534D42 /* SMB2 */, 0x517B /* SMB */, 0x65735546 /* FUSE */, 0x01021997 /* 9P */,
        0x00C36400 /* Ceph */, 0x5346414F /* AFS */};
    struct statfs stat;
    if (fstatfs(root, &stat) < 0)
        return false;
    for (size_t i = 0; i < sizeof(without_events) / sizeof(*without_events); i++)
        if ((unsigned long)stat.f_type == without_events[i])
            return true;
    return false;
}

static char *real_path_of(int root)
{
    char link[32], path[PATH_MAX];
    snprintf(link, sizeof(link), "/proc/self/fd/%d", root);
    ssize_t length = readlink(link, path, sizeof(path) - 1);
    if (length < 0)
        return NULL;
    path[length] = '\0';
    return strdup(path);
}

static void decide_polling(const struct watch *watch, struct watched *folder)
{
    enum watch_mode mode = folder->folder->watch;
    folder->health.message[0] = '\0';
    folder->polls = mode == WATCH_POLL || watch->events < 0 ||
                    (mode == WATCH_AUTO && needs_polling(folder->root));
    if (watch->events < 0 && mode != WATCH_POLL)
        snprintf(folder->health.message, sizeof(folder->health.message),
            "no file events (%s; see fs.inotify.max_user_instances): looks every poll_interval",
            strerror(-watch->events));
}

/** Open the folder's root, or see that it is still the same. Returns whether it is there. */
static bool enter_folder(struct watch *watch, struct watched *folder)
{
    struct stat stat;
    int root = safe_open_root(folder->folder->path);
    CLEANUP(close_fd) int listable = root < 0 ? -1 : safe_open_directory(root, "");
    if (root < 0 || listable < 0 || fstat(root, &stat) < 0) {
        int error = root < 0 ? -root : listable < 0 ? -listable : errno;
        set_unhealthy(folder, "cannot be opened: %s", strerror(error));
        leave_folder(folder);
        if (root >= 0)
            close(root);
        return false;
    }
    bool same = folder->root >= 0 && folder->health.device == stat.st_dev &&
                folder->health.inode == stat.st_ino;
    if (same) {
        close(root);
        return true;
    }
    bool had_another = folder->root >= 0;
    leave_folder(folder);
    folder->root = root;
    folder->real_path = real_path_of(root);
    folder->health.healthy = folder->real_path != NULL;
    folder->health.device = stat.st_dev;
    folder->health.inode = stat.st_ino;
    decide_polling(watch, folder);
    if (had_another)
        watch->restart_ms = clock_steady_ms(); /* the watches are those of the old directory */
    return folder->health.healthy;
}

/* ---- scans ---- */

static void degrade(struct watched *folder, int error)
{
    folder->polls = true;
    snprintf(folder->health.message, sizeof(folder->health.message), "%s",
        error == -ENOSPC
            ? "the limit of watches is reached: looks every poll_interval; raise it with "
              "`sysctl fs.inotify.max_user_watches=1000000`"
            : strerror(-error));
    log_warn("%s: %s", folder->folder->name, folder->health.message);
}

static void watch_directory(void *context, const char *path)
{
    struct watched *folder = context;
    if (folder->polls)
        return;
    CLEANUP(free_text)
    char *full = *path ? path_join(folder->real_path, path) : strdup(folder->real_path);
    int result = full ? events_watch(full) : -ENOMEM;
    if (result < 0 && result != -ENOENT && result != -ENOTDIR && result != -ELOOP)
        degrade(folder, result);
}

static void see_entry(void *context, const char *path)
{
    struct watched *folder = context;
    struct watch *watch = folder->watch;
    if (!filter_takes(folder->folder, path))
        return;
    struct candidate *candidate = candidates_find(watch->candidates, folder->index, path);
    if (!candidate)
        ask_about(watch, folder, path, false);
    else if (candidate->wait == SETTLE_MARKER) /* all others look again by themselves */
        candidates_delay(watch->candidates, candidate, clock_steady_ms());
}

/**
 * Events of the directory above tell when the root itself goes or comes: we keep it open, and a
 * deleted directory that is open tells nothing of its own.
 */
static void watch_parent(const struct watched *folder)
{
    const char *path = folder->real_path ? folder->real_path : folder->folder->path;
    CLEANUP(free_text) char *parent = path_directory(path);
    if (!folder->polls && parent && *parent)
        (void)events_watch(parent);
}

/** Begin the scan that is due, if none goes on. */
static void begin_scan(struct watch *watch, struct watched *folder)
{
    const struct scan_calls calls = {watch_directory, see_entry, folder};
    int64_t now = clock_steady_ms();
    if (folder->scan)
        return;
    if (folder->scan_wanted || now >= folder->next_scan_ms) {
        folder->scan_wanted = false;
        folder->next_scan_ms = now + folder->folder->poll_ms;
        bool is_there = enter_folder(watch, folder);
        watch_parent(folder);
        if (!is_there)
            return;
        folder->scan_is_whole = true;
        folder->scan = scan_new(folder->folder, folder->root, "", &calls);
    } else if (folder->subtree_count) {
        CLEANUP(free_text) char *path = folder->subtrees[--folder->subtree_count];
        folder->scan_is_whole = false;
        folder->scan = scan_new(folder->folder, folder->root, path, &calls);
    }
}

static bool may_scan(const struct watch *watch)
{
    return watch->batches_out < BATCHES_OUT_MOST &&
           candidates_count(watch->candidates) < CANDIDATES_MOST - BATCHES_OUT_MOST * BATCH;
}

static void end_scan(struct watched *folder)
{
    scan_free(folder->scan);
    folder->scan = NULL;
    if (!folder->scan_is_whole)
        return;
    folder->health.scanned = true;
    folder->next_scan_ms =
        clock_steady_ms() + (folder->polls ? folder->folder->poll_ms : folder->folder->rescan_ms);
}

static void go_on_scanning(struct watch *watch, struct watched *folder)
{
    begin_scan(watch, folder);
    if (!folder->scan || !may_scan(watch))
        return;
    if (!scan_step(folder->scan, SCAN_SLICE))
        end_scan(folder);
}

static void scan_subtree(struct watched *folder, const char *path)
{
    if (!filter_enters(folder->folder, path) || !folder->folder->recursive)
        return;
    char *copy = folder->subtree_count < SUBTREES_MOST ? strdup(path) : NULL;
    if (copy)
        folder->subtrees[folder->subtree_count++] = copy;
    else
        scan_soon(folder);
}

/* ---- events ---- */

/** The folder an event's directory belongs to, and the event's path in it (freed by the caller). */
static struct watched *place_event(
    const struct watch *watch, const struct event *event, char **ret_path)
{
    for (size_t i = 0; i < watch->config->folder_count; i++) {
        struct watched *folder = &watch->folders[i];
        size_t length = folder->real_path ? strlen(folder->real_path) : 0;
        if (!length || strncmp(event->directory, folder->real_path, length) != 0 ||
            event->directory[length] != '/')
            continue;
        const char *below = event->directory + length + 1;
        *ret_path = str_format("%s%s", below, event->name);
        if (*ret_path && str_ends_with(*ret_path, "/")) /* the directory itself, without a name */
            (*ret_path)[strlen(*ret_path) - 1] = '\0';
        return *ret_path ? folder : NULL;
    }
    return NULL;
}

/** Whether `path` is what the event's directory and name make. */
static bool is_named(const struct event *event, const char *path)
{
    size_t length = strlen(event->directory);
    return path && strncmp(path, event->directory, length) == 0 &&
           strcmp(path + length, event->name) == 0;
}

/** An event beside a folder: if it is about the folder's own root, look at that again. */
static void take_event_of_parent(struct watch *watch, const struct event *event)
{
    for (size_t i = 0; i < watch->config->folder_count; i++) {
        struct watched *folder = &watch->folders[i];
        if (is_named(event, folder->real_path) || is_named(event, folder->folder->path))
            scan_soon(folder);
    }
}

/** Watches or events were lost: everything anew, but not more than once a second. */
static void restart_later(struct watch *watch)
{
    int64_t earliest = watch->restarted_ms + RESTART_PAUSE_MS;
    int64_t now = clock_steady_ms();
    if (!watch->restart_ms)
        watch->restart_ms = earliest > now ? earliest : now;
}

static void take_event(struct watch *watch, const struct event *event)
{
    CLEANUP(free_text) char *path = NULL;
    if (event->kind == EVENT_LOST) {
        restart_later(watch);
        return;
    }
    struct watched *folder = place_event(watch, event, &path);
    if (!folder) {
        take_event_of_parent(watch, event);
        return;
    }
    struct candidate *candidate;
    switch (event->kind) {
    case EVENT_DIRECTORY:
        scan_subtree(folder, path);
        break;
    case EVENT_LEFT:
        candidate = candidates_find(watch->candidates, folder->index, path);
        if (candidate)
            candidates_remove(watch->candidates, candidate);
        break;
    default:
        hint(watch, folder, path, event->kind == EVENT_MOVED_IN);
    }
}

static bool take_events(struct watch *watch)
{
    struct event event;
    for (int i = 0; i < EVENTS_SLICE; i++) {
        if (!events_next(&event))
            return false;
        take_event(watch, &event);
    }
    return true;
}

static void scan_all_soon(struct watch *watch)
{
    for (size_t i = 0; i < watch->config->folder_count; i++)
        scan_soon(&watch->folders[i]);
}

static void restart_if_due(struct watch *watch)
{
    bool asked = atomic_exchange(&watch->rescan, false);
    int64_t now = clock_steady_ms();
    bool due = watch->restart_ms && now >= watch->restart_ms;
    if (!due && !asked)
        return;
    if (due && watch->events >= 0) {
        log_debug("begins its watches anew");
        watch->events = events_restart();
    }
    if (due) {
        watch->restart_ms = 0;
        watch->restarted_ms = now;
    }
    for (size_t i = 0; i < watch->config->folder_count; i++) {
        struct watched *folder = &watch->folders[i];
        if (folder->root >= 0)
            decide_polling(watch, folder);
        scan_free(folder->scan);
        folder->scan = NULL;
        folder->asked = 0;
        scan_soon(folder);
    }
    watch->batches_out = 0;
}

/* ---- settling ---- */

static int64_t read_bytes(void *context, int64_t offset, void *buffer, size_t length)
{
    const int *fd = context;
    return pread(*fd, buffer, length, offset);
}

/** Open the candidate as a sender would, for a moment. */
static struct settle_look look_inside(struct watched *folder, int look, int64_t size)
{
    struct settle_look result = {.has_end = true, .lease = LEASE_IMPOSSIBLE};
    CLEANUP(close_fd) int fd = safe_reopen_file(look);
    if (fd < 0) {
        result.error = fd;
        return result;
    }
    result.lease = lease_take(fd);
    folder->health.without_leases = result.lease == LEASE_IMPOSSIBLE;
    if (result.lease != LEASE_REFUSED) {
        const struct bytes bytes = {size, read_bytes, &fd};
        result.has_end = complete_has_end(&bytes);
    }
    if (result.lease == LEASE_HELD && lease_is_called_back(fd))
        result.lease = LEASE_REFUSED; /* somebody came to write while we looked */
    return result;
}

/** Look at what lies beside a file by `pattern`; a descriptor or a negative errno. */
static int look_beside(const struct watched *folder, const char *pattern, const char *path)
{
    CLEANUP(free_text) char *beside = path_marker(pattern, path);
    return beside ? safe_open_look(folder->root, beside) : -ENOMEM;
}

static bool has_marker(const struct watched *folder, const char *path)
{
    if (!*folder->folder->marker)
        return true;
    CLEANUP(close_fd) int fd = look_beside(folder, folder->folder->marker, path);
    return fd >= 0;
}

/** Whether nobody writes the sidecar: by a lease, and by its quiet time. */
static bool is_sidecar_quiet(const struct watched *folder, int look)
{
    struct file_state state;
    CLEANUP(close_fd) int fd = safe_reopen_file(look);
    if (fd < 0 || file_state_read(fd, &state) < 0)
        return fd != -EWOULDBLOCK; /* what else is wrong with it is told when it is read */
    int64_t age_ms = clock_wall_ms() - state.ctime_ns / 1000000;
    bool is_young = age_ms >= 0 && age_ms < folder->folder->settle_ms;
    return lease_take(fd) != LEASE_REFUSED && !is_young;
}

static void look_for_companions(
    const struct watched *folder, const char *path, struct settle_facts *facts)
{
    facts->has_companions = has_marker(folder, path);
    if (!folder->folder->sidecar || !facts->has_companions)
        return;
    CLEANUP(close_fd) int look = look_beside(folder, SIDECAR_PATTERN, path);
    facts->has_companions = look >= 0;
    facts->companions_busy = look >= 0 && !is_sidecar_quiet(folder, look);
}

static struct settle_step decide(
    struct watched *folder, const struct candidate *candidate, int look)
{
    const struct file_state *state = &candidate->state;
    struct settle_facts facts = {
        .now = clock_steady_ms(),
        .changed = candidate->changed_ms,
        .moved_in = candidate->moved_in,
        .judged = candidate->judged,
        .size = state->identity.size,
        .links = state->links,
        .age_ms = clock_wall_ms() - state->ctime_ns / 1000000,
    };
    look_for_companions(folder, candidate->path, &facts);
    struct settle_step step = settle_before_open(folder->folder, &facts);
    if (step.kind != SETTLE_OPEN)
        return step;
    struct settle_look inside = look_inside(folder, look, facts.size);
    return settle_after_look(folder->folder, &facts, &inside);
}

/** Look at a candidate whose time has come. */
static void settle(struct watch *watch, struct candidate *candidate)
{
    struct watched *folder = &watch->folders[candidate->folder];
    struct file_state state;
    CLEANUP(close_fd) int look = safe_open_look(folder->root, candidate->path);
    if (folder->root < 0 || look < 0 || file_state_read(look, &state) < 0 || !S_ISREG(state.mode)) {
        candidates_remove(watch->candidates, candidate);
        return;
    }
    if (!file_state_equal(&state, &candidate->state)) {
        candidate->state = state;
        if (!candidate->moved_in) {
            touch(watch, candidate, false);
            return;
        }
    }
    struct settle_step step = decide(folder, candidate, look);
    if (step.kind == SETTLE_WAIT) {
        candidate->wait = step.wait;
        /* a writer has a file open that came by rename: from now on it must be quiet */
        candidate->moved_in = candidate->moved_in && step.wait != SETTLE_QUIET;
        candidates_delay(watch->candidates, candidate, step.until);
        return;
    }
    report_settled(watch, candidate, step.kind == SETTLE_REFUSE ? &step : NULL);
    candidates_remove(watch->candidates, candidate);
}

static void settle_due(struct watch *watch)
{
    int64_t now = clock_steady_ms();
    for (int i = 0; i < SETTLE_SLICE; i++) {
        struct candidate *candidate = candidates_first(watch->candidates);
        if (!candidate || candidate->due_ms > now)
            return;
        settle(watch, candidate);
    }
}

/* ---- letters in ---- */

static void become_candidate(
    struct watch *watch, struct watched *folder, const struct sighting *sighting)
{
    struct candidate *candidate = candidates_find(watch->candidates, folder->index, sighting->path);
    if (candidate) {
        touch(watch, candidate, sighting->moved_in);
        return;
    }
    candidate = candidates_add(watch->candidates, folder->index, sighting->path);
    if (!candidate) {
        scan_soon(folder);
        return;
    }
    candidate->state = sighting->state;
    candidate->judged = sighting->judged;
    touch(watch, candidate, sighting->moved_in);
}

static void take_unknown(struct watch *watch, const struct letter *letter)
{
    struct watched *folder = &watch->folders[letter->folder];
    watch->batches_out -= watch->batches_out > 0;
    folder->asked -= (int64_t)letter->asked;
    if (folder->asked < 0) /* it was asked before all began anew */
        folder->asked = 0;
    for (size_t i = 0; i < letter->count; i++)
        become_candidate(watch, folder, &letter->sightings[i]);
}

static void take_look(struct watch *watch, const struct letter *letter)
{
    if (letter->count)
        hint(watch, &watch->folders[letter->folder], letter->sightings[0].path, false);
}

static void leave_all(struct watch *watch)
{
    for (size_t i = 0; watch->config && i < watch->config->folder_count; i++) {
        leave_folder(&watch->folders[i]);
        letter_free(watch->folders[i].seen);
        letter_free(watch->folders[i].settled);
    }
    free(watch->folders);
    watch->folders = NULL;
    candidates_free(watch->candidates);
    watch->candidates = NULL;
    config_release(watch->config);
    watch->config = NULL;
}

/** Watch the folders of a (new) configuration, from nothing. */
static int enter_all(struct watch *watch, struct config *config)
{
    leave_all(watch);
    watch->folders = calloc(config->folder_count + 1, sizeof(*watch->folders));
    watch->candidates = candidates_new(CANDIDATES_MOST);
    if (!watch->folders || !watch->candidates)
        return -ENOMEM;
    watch->config = config_hold(config);
    watch->batches_out = 0;
    watch->restart_ms = watch->events >= 0 ? clock_steady_ms() : 0;
    for (size_t i = 0; i < config->folder_count; i++)
        watch->folders[i] =
            (struct watched){.watch = watch, .folder = &config->folders[i], .index = i, .root = -1};
    return 0;
}

static void take_letter(struct watch *watch, const struct letter *letter)
{
    if (letter->kind == LETTER_CONFIG) {
        if (enter_all(watch, letter->config) < 0)
            log_error("no memory for the new configuration; nothing is watched");
    } else if (letter->config != watch->config) {
        return; /* an answer to folders that are no longer watched */
    } else if (letter->kind == LETTER_UNKNOWN) {
        take_unknown(watch, letter);
    } else if (letter->kind == LETTER_LOOK) {
        take_look(watch, letter);
    }
}

static void take_letters(struct watch *watch)
{
    struct letter *letter;
    while ((letter = mailbox_take(watch->inbox)) != NULL) {
        take_letter(watch, letter);
        letter_free(letter);
    }
}

/* ---- health ---- */

static void clear_counts(struct watched *folder)
{
    bool scanning = folder->scan || folder->subtree_count || folder->scan_wanted;
    folder->health.settling = folder->asked + scanning;
    memset(folder->health.waiting, 0, sizeof(folder->health.waiting));
}

/** Waits that end by themselves, and soon, are work in progress; the others are just counted. */
static void count_waits(const struct watch *watch)
{
    int64_t soon = clock_steady_ms() + 60000;
    for (size_t i = 0; i < watch->config->folder_count; i++)
        clear_counts(&watch->folders[i]);
    for (size_t i = 0; i < candidates_count(watch->candidates); i++) {
        const struct candidate *candidate = candidates_at(watch->candidates, i);
        struct folder_health *health = &watch->folders[candidate->folder].health;
        health->settling += candidate->wait == SETTLE_QUIET || candidate->due_ms <= soon;
        health->waiting[candidate->wait]++;
    }
}

static bool is_same_health(const struct folder_health *a, const struct folder_health *b)
{
    return a->healthy == b->healthy && a->scanned == b->scanned && a->polls == b->polls &&
           a->without_leases == b->without_leases && a->settling == b->settling &&
           memcmp(a->waiting, b->waiting, sizeof(a->waiting)) == 0 && a->device == b->device &&
           a->inode == b->inode && strcmp(a->message, b->message) == 0;
}

static void tell_health(struct watch *watch, struct watched *folder)
{
    folder->health.polls = folder->polls;
    if (is_same_health(&folder->health, &folder->told))
        return;
    struct letter *letter = letter_new(LETTER_HEALTH, watch->config, folder->index, 0);
    if (!letter)
        return;
    letter->health = folder->health;
    folder->told = folder->health;
    send_letter(watch, &letter);
}

/** Settled files first: a folder that says it has none left has said all of them. */
static void send_letters(struct watch *watch)
{
    count_waits(watch);
    for (size_t i = 0; i < watch->config->folder_count; i++) {
        struct watched *folder = &watch->folders[i];
        send_letter(watch, &folder->settled);
        if (folder->seen)
            watch->batches_out++;
        send_letter(watch, &folder->seen);
        tell_health(watch, folder);
    }
}

/* ---- the thread ---- */

/** How long nothing is due, for poll(2). */
static int until_next(const struct watch *watch, bool more_events)
{
    int64_t now = clock_steady_ms();
    int64_t next = watch->restart_ms ? watch->restart_ms : INT64_MAX;
    const struct candidate *first = candidates_first(watch->candidates);
    if (more_events)
        return 0;
    if (first && first->due_ms < next)
        next = first->due_ms;
    for (size_t i = 0; i < watch->config->folder_count; i++) {
        const struct watched *folder = &watch->folders[i];
        if (folder->scan || folder->subtree_count || folder->scan_wanted)
            next = may_scan(watch) ? 0 : next;
        else if (folder->next_scan_ms < next)
            next = folder->next_scan_ms;
    }
    if (next == INT64_MAX)
        return -1;
    int64_t wait = next - now;
    return wait < 0 ? 0 : wait > INT_MAX ? INT_MAX : (int)wait;
}

static void sleep_until(struct watch *watch, int timeout)
{
    struct pollfd fds[3] = {
        {.fd = mailbox_descriptor(watch->inbox), .events = POLLIN},
        {.fd = watch->events >= 0 ? watch->events : -1, .events = POLLIN},
        {.fd = watch->mounts, .events = POLLPRI},
    };
    if (poll(fds, 3, timeout) > 0 && fds[2].revents)
        scan_all_soon(watch); /* a folder may have come, gone, or been covered */
}

static void *run(void *context)
{
    struct watch *watch = context;
    while (!mailbox_is_closed(watch->inbox)) {
        take_letters(watch);
        bool more_events = take_events(watch);
        restart_if_due(watch);
        for (size_t i = 0; i < watch->config->folder_count; i++)
            go_on_scanning(watch, &watch->folders[i]);
        settle_due(watch);
        send_letters(watch);
        sleep_until(watch, until_next(watch, more_events));
    }
    leave_all(watch);
    events_close();
    return NULL;
}

int watch_start(
    struct config *config, struct mailbox *inbox, struct mailbox *outbox, struct watch **ret_watch)
{
    struct watch *watch = calloc(1, sizeof(*watch));
    if (!watch)
        return -ENOMEM;
    watch->inbox = inbox;
    watch->outbox = outbox;
    atomic_init(&watch->rescan, false);
    watch->events = events_open();
    watch->mounts = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
    int result = enter_all(watch, config);
    watch->restart_ms = 0;
    if (result == 0)
        result = -pthread_create(&watch->thread, NULL, run, watch);
    if (result < 0) {
        leave_all(watch);
        events_close();
        close_fd(&watch->mounts);
        free(watch);
        return result;
    }
    *ret_watch = watch;
    return 0;
}

void watch_stop(struct watch *watch)
{
    if (!watch)
        return;
    mailbox_close(watch->outbox);
    mailbox_close(watch->inbox);
    pthread_join(watch->thread, NULL);
    close_fd(&watch->mounts);
    free(watch);
}

void watch_rescan(struct watch *watch)
{
    atomic_store(&watch->rescan, true);
    mailbox_wake(watch->inbox);
}
