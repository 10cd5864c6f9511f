/** Decides whether a folder is watched by events or by polling, and explains how to get events. */
#include "polling.h"

#include "closedrop/files/filesystem.h"
#include "closedrop/intake/watch_limit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void explain_limit(struct watched *folder, const struct watch_limit *limit, const char *what)
{
    int64_t missing = 1;
    for (size_t i = 0; i < folder->watch->config->folder_count; i++)
        missing += folder->watch->folders[i].coverage.unwatched;
    snprintf(folder->health.message, sizeof(folder->health.message),
        "degraded: %s polled every poll_interval because the limit of %" PRId64
        " %s is reached; to raise it%s: sysctl -w %s=%" PRId64
        " (and write this setting to a file in /etc/sysctl.d, or it is lost at the next boot); "
        "closedrop uses the new limit without a restart",
        what, limit->value, limit->what, limit->is_of_namespace ? " in this user namespace" : "",
        limit->sysctl, watch_limit_raised(limit, missing));
}

void polling_explain(struct watched *folder)
{
    bool has_none = folder->coverage.wants_events && folder->watch->events < 0;
    int error = has_none                     ? folder->watch->events
                : folder->coverage.unwatched ? folder->coverage.unwatched_why
                                             : 0;
    folder->health.message[0] = '\0';
    if (!error)
        return;
    char what[64] = "everything is";
    if (!has_none)
        snprintf(what, sizeof(what), "%" PRId64 " %s", folder->coverage.unwatched,
            folder->coverage.unwatched == 1 ? "directory is" : "directories are");
    struct watch_limit limit;
    if (watch_limit_of(error, &limit)) {
        explain_limit(folder, &limit, what);
        return;
    }
    snprintf(folder->health.message, sizeof(folder->health.message),
        "degraded: %s polled every poll_interval because there are no file events: %s", what,
        strerror(-error));
}

void polling_decide(struct watched *folder)
{
    enum watch_mode mode = folder->folder->watch;
    folder->coverage.wants_events =
        mode == WATCH_INOTIFY || (mode == WATCH_AUTO && filesystem_of(folder->root.fd).tells_all);
    folder->coverage.polls = !folder->coverage.wants_events || folder->watch->events < 0;
    polling_explain(folder);
}
