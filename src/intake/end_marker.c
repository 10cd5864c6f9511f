/**
 * Handles the end markers of batches: expected when something points at one, inspected once
 * unchanged.
 */
#include "end_marker.h"

#include "folder_claim.h"
#include "report.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/files/companion.h"
#include "closedrop/files/path.h"
#include "closedrop/intake/batch.h"
#include "closedrop/intake/filter.h"

#include <errno.h>
#include <string.h>

/** A kept marker stays, so it is not expected. */
struct candidate *end_marker_expect(struct watched *folder, const char *marker)
{
    if (folder->folder->after_upload == AFTER_KEEP)
        return NULL;
    struct candidate *candidate = candidates_find(folder->watch->candidates, folder->index, marker);
    if (!candidate)
        candidate = candidates_add(folder->watch->candidates, folder->index, marker);
    if (candidate)
        candidate->ends_batch = true;
    else
        folder_note_error(folder, -ENOMEM);
    return candidate;
}

void end_marker_note_left(struct watched *folder, const char *path)
{
    const char *marker = folder->folder->marker;
    if (folder->folder->remove_empty && strchr(path, '/'))
        schedule_scan_by(&folder->schedule, clock_steady_ms() + folder_empty_ms(folder->folder));
    if (folder->root.fd < 0 || !path_marker_is_of_batch(marker))
        return;
    if (filter_ends_batch(folder->folder, path))
        folder_wake_waiters(folder); /* they now wait for another one */
    if (!filter_takes(folder->folder, path))
        return;
    CLEANUP(free_text) char *beside = companion_path(folder->root.fd, marker, path);
    if (beside)
        (void)end_marker_expect(folder, beside);
    else
        folder_note_error(folder, -ENOMEM);
}

static bool is_beside(const char *path, const char *other)
{
    size_t length = (size_t)(path_name(path) - path);
    return (size_t)(path_name(other) - other) == length && strncmp(path, other, length) == 0;
}

static bool covers_a_candidate(const struct candidates *candidates, const struct candidate *marker)
{
    for (size_t i = 0; i < candidates_count(candidates); i++) {
        const struct candidate *other = candidates_at(candidates, i);
        if (other->folder == marker->folder && !other->ends_batch && !other->is_gone &&
            is_beside(other->path, marker->path) &&
            batch_covers(&marker->state, other->first_ctime_ns, other->state.ctime_ns))
            return true;
    }
    return false;
}

/** An unchanged end marker may be spent. If a file leaves its directory later, it is inspected
 * again. */
void end_marker_inspect(
    struct watched *folder, struct candidate *marker, const struct file_state *state)
{
    int64_t now = clock_steady_ms();
    if (!file_state_equal(state, &marker->state)) {
        marker->state = *state;
        marker->quiet.stamped = now;
    }
    int64_t quiet_end = marker->quiet.stamped + folder->folder->settle_ms;
    if (now < quiet_end) {
        candidates_delay(folder->watch->candidates, marker, quiet_end);
        return;
    }
    if (!covers_a_candidate(folder->watch->candidates, marker) && folder_has(folder, marker->path))
        report_spent(folder, marker);
    candidates_remove(folder->watch->candidates, marker);
}
