/** When a transfer counts as stalled, or as dripped. */
#include "closedrop/http/progress.h"

#include "closedrop/base/clock.h"

int64_t progress_deadline(const struct progress *progress, int64_t timeout_ms)
{
    int64_t stalled_at = progress->moved_ms + timeout_ms;
    int64_t dripped_at =
        progress->started_ms + timeout_ms + progress->bytes * 1000 / PROGRESS_RATE_MIN;
    return earlier(stalled_at, dripped_at);
}
