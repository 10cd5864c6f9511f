/** Inspects the candidates that are due: facts from the disk, a decision by settle, and what
 * follows. */
#define LOG_MODULE "watch"

#include "inspect.h"
#include "companions.h"
#include "end_marker.h"
#include "folder_claim.h"
#include "replaced.h"
#include "report.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/log.h"
#include "closedrop/config/own_files.h"
#include "closedrop/files/path.h"
#include "closedrop/files/rights.h"
#include "closedrop/files/safe_open.h"
#include "closedrop/intake/complete.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SETTLE_SLICE 256 /* candidates inspected in one turn */
#define SLICE_MS 100     /* or until this much time has passed */

/** How much of a file is read at once: all of it, where it is small. */
#define WINDOW_SIZE 16384

/** An open file, and its beginning once that was read. */
struct opened {
    int fd;
    size_t length;
    char beginning[WINDOW_SIZE];
};

/** For struct bytes: formats read the beginning, the beginning again, and the end. */
static int64_t read_opened(void *context, int64_t offset, void *buffer, size_t length)
{
    struct opened *opened = context;
    bool is_within = length <= WINDOW_SIZE && offset <= (int64_t)(WINDOW_SIZE - length);
    if (is_within && !opened->length) {
        int64_t got = bytes_read_file(&opened->fd, 0, opened->beginning, WINDOW_SIZE);
        opened->length = got > 0 ? (size_t)got : 0;
    }
    if (!is_within || (size_t)offset + length > opened->length)
        return bytes_read_file(&opened->fd, offset, buffer, length);
    memcpy(buffer, opened->beginning + offset, length);
    return (int64_t)length;
}

/** Open the candidate as a sender would, for a moment. */
static struct settle_findings inspect_contents(
    struct watched *folder, const struct candidate *candidate, int path_fd)
{
    struct settle_findings result = {.lease = LEASE_IMPOSSIBLE};
    struct crash_guard *guard = folder->watch->crash_guard;
    CLEANUP(close_fd) int fd = safe_reopen_known(path_fd, candidate->state.mode);
    if (fd < 0) {
        result.error = fd;
        return result;
    }
    result.lease = lease_take_on(fd, candidate->state.inode.device);
    folder->health.without_leases = result.lease == LEASE_IMPOSSIBLE;
    if (result.lease != LEASE_REFUSED) {
        struct opened opened;
        opened.fd = fd;
        opened.length = 0;
        const struct bytes bytes = {
            candidate->state.identity.size, read_opened, &opened, &result.error};
        if (crash_guard_begin(guard, folder->folder->name, candidate->path))
            result.cut = complete_find_cut(&bytes, path_name(candidate->path));
        else
            result.error = -EOWNERDEAD;
        crash_guard_end(guard);
    }
    if (result.lease == LEASE_HELD && lease_is_called_back(fd))
        result.lease = LEASE_REFUSED; /* a writer came while it was inspected */
    return result;
}

static bool is_unreadable(const struct settle_step *step)
{
    return step->code && strcmp(step->code, "unreadable") == 0;
}

/**
 * Explain a missing permission: who owns the file, and what would grant access. Looking up names
 * can be slow (LDAP), so they are not looked up again while nothing has changed.
 */
static void explain_denial(const struct candidate *candidate, int path_fd, struct settle_step *step)
{
    char words[RIGHTS_WORDS];
    if (candidate->unreadable && candidate->unreadable_since == candidate->state.ctime_ns)
        snprintf(step->message, sizeof(step->message), "%s", candidate->unreadable);
    else
        snprintf(step->message, sizeof(step->message), "the file cannot be read: %s; it %s",
            strerror(EACCES), rights_words(path_fd, RIGHTS_READ_FILE, words));
}

/**
 * Log at once that a file cannot be read, and again only for another reason: whoever wrote it does
 * not notice otherwise.
 */
static void note_unreadable(
    const struct watched *folder, struct candidate *candidate, const struct settle_step *step)
{
    CLEANUP(free_text) char *known = TAKE_PTR(candidate->unreadable);
    if (step->kind != SETTLE_WAIT || step->wait != SETTLE_ACCESS || !step->code)
        return;
    if (!known || strcmp(known, step->message) != 0)
        log_about(LOG_LEVEL_WARN,
            &(struct log_about){
                .folder = folder->folder->name, .file = candidate->path, .code = step->code},
            "%s/%s waits: %s", folder->folder->name, candidate->path, step->message);
    candidate->unreadable = strdup(step->message);
    candidate->unreadable_since = candidate->state.ctime_ns;
}

static struct settle_step decide(struct watched *folder, struct candidate *candidate, int path_fd)
{
    const struct file_state *state = &candidate->state;
    struct settle_facts facts = {
        .now = clock_steady_ms(),
        .quiet = candidate->quiet,
        .polls = folder_must_poll(folder),
        .moved_in = candidate->moved_in,
        .judged = candidate->judged,
        .size = state->identity.size,
        .links = state->links,
        .age_ms = clock_wall_ms() - state->ctime_ns / 1000000,
    };
    candidate->wants = companions_check(folder, candidate, &facts);
    struct settle_step step = settle_before_open(folder->folder, &facts);
    if (step.kind != SETTLE_OPEN) {
        if (step.wait == SETTLE_ACCESS) /* it has hard links, which may be anywhere */
            note_unreadable(folder, candidate, &step);
        return step;
    }
    struct settle_findings findings = inspect_contents(folder, candidate, path_fd);
    step = settle_after_open(folder->folder, &facts, &findings);
    if (is_unreadable(&step) && findings.error == -EACCES)
        explain_denial(candidate, path_fd, &step);
    note_unreadable(folder, candidate, &step);
    return step;
}

/**
 * Whether a directory on the path is used by closedrop itself, perhaps only since it is watched.
 */
static bool lies_in_own_directory(const struct watched *folder, const char *path)
{
    char above[PATH_LENGTH_MAX + 1], words[OWN_DIRECTORY_MAX];
    char *slash;
    snprintf(above, sizeof(above), "%s", path);
    while ((slash = strrchr(above, '/')) != NULL) {
        *slash = '\0';
        CLEANUP(close_fd) int fd = safe_open_path(folder->root.fd, above);
        if (fd >= 0 && own_directory(folder->watch->config, folder->folder, fd, words))
            return true;
    }
    return false;
}

/** Whether closedrop itself uses the file: 1, 0, or a negative errno if that is unknown. */
static int is_own(const struct watched *folder, const char *path, const struct file_state *state)
{
    int result = own_file(folder->watch->config, state);
    if (result == 0)
        result = lies_in_own_directory(folder, path);
    if (result > 0)
        log_debug("%s/%s is used by closedrop itself and is ignored", folder->folder->name, path);
    return result;
}

/**
 * Compare with the earlier document; but never open files that closedrop uses, or that crashed it.
 */
static void compare(
    const struct watched *folder, struct candidate *candidate, int path_fd, bool seems_finished)
{
    struct crash_guard *guard = folder->watch->crash_guard;
    if (is_own(folder, candidate->path, &candidate->state) ||
        !crash_guard_begin_sample(guard, folder->folder->name, candidate->path))
        return;
    replaced_note(folder, candidate, path_fd, seems_finished);
    crash_guard_end_sample(guard);
}

void inspect_note_state(struct watched *folder, struct candidate *candidate, int path_fd,
    const struct file_state *state, enum settle_hint hint)
{
    bool is_same = file_state_equal(state, &candidate->state);
    if (!identity_same_file(&state->identity, &candidate->state.identity))
        candidate->first_ctime_ns = state->ctime_ns;
    settle_note(&candidate->quiet, hint, &candidate->state, state, clock_steady_ms());
    candidate->judged =
        candidate->judged && identity_equal(&state->identity, &candidate->state.identity);
    candidate->is_remembered = candidate->is_remembered && is_same;
    candidate->state = *state;
    if (candidate->ends_batch)
        return;
    if (!candidate->is_remembered && (!candidate->moved_in || candidate->document.size))
        compare(folder, candidate, path_fd, is_same || hint != HINT_INSPECTED);
}

static void wait_on(struct watched *folder, struct candidate *candidate, int path_fd,
    const struct settle_step *step)
{
    if (step->wait == SETTLE_MARKER && !candidate->is_remembered)
        compare(folder, candidate, path_fd, true); /* it is complete */
    if (step->wait == SETTLE_GROWTH && !candidate->wants && candidate->is_remembered)
        candidate->document.size = 0; /* it is not complete, so it is not a document yet */
    candidate->wait = step->wait;
    candidate->is_written = step->is_written;
    /* a file that was moved in is being written: from now on it must be unchanged */
    candidate->moved_in = candidate->moved_in && step->wait != SETTLE_QUIET;
    if (step->is_written)
        candidate->quiet.changed = candidate->quiet.stamped = clock_steady_ms();
    candidates_delay(folder->watch->candidates, candidate, step->until);
}

/** Inspect a candidate that is due. Returns whether a refusal was reported. */
static bool settle(struct watched *folder, struct candidate *candidate)
{
    struct candidates *candidates = folder->watch->candidates;
    struct file_state state;
    CLEANUP(close_fd)
    int path_fd = folder->root.fd < 0 ? -ENOENT : safe_open_path(folder->root.fd, candidate->path);
    int result = path_fd < 0 ? path_fd : file_state_read(path_fd, &state);
    int own = result < 0 ? 0 : is_own(folder, candidate->path, &state);
    result = own < 0 ? own : result;
    folder_note_unexamined(folder, result);
    if (result < 0 || own || !S_ISREG(state.mode) || candidate->is_gone) {
        if (!candidate->ends_batch)
            end_marker_note_left(folder, candidate->path);
        candidates_remove(candidates, candidate);
        return false;
    }
    if (candidate->ends_batch) {
        end_marker_inspect(folder, candidate, &state);
        return false;
    }
    inspect_note_state(folder, candidate, path_fd, &state, HINT_INSPECTED);
    struct settle_step step = decide(folder, candidate, path_fd);
    if (step.kind == SETTLE_WAIT) {
        wait_on(folder, candidate, path_fd, &step);
        return false;
    }
    if (!folder_has(folder, candidate->path)) {
        candidates_delay(candidates, candidate, clock_steady_ms());
        return true;
    }
    bool is_refused = step.kind == SETTLE_REFUSE;
    report_settled(folder, candidate, is_refused ? &step : NULL);
    candidates_remove(candidates, candidate);
    return is_refused;
}

void inspect_due(struct watch *watch)
{
    int64_t now = clock_steady_ms();
    for (int i = 0; i < SETTLE_SLICE; i++) {
        struct candidate *candidate = candidates_first(watch->candidates);
        if (!candidate || candidate->due_ms > now)
            return;
        bool is_refused = settle(&watch->folders[candidate->folder], candidate);
        if (is_refused || clock_steady_ms() - now >= SLICE_MS)
            return; /* a refusal's message is sent before the next inspection */
    }
}
