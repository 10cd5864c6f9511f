/** Decides whether a folder is watched by events or by polling, and explains how to get events. */
#include "polling.h"

#include "closedrop/base/array.h"
#include "closedrop/files/filesystem.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/**
 * The limits of inotify: per user and per user namespace, by sysctl (inotify(7), namespaces(7)).
 */
static const struct limit {
    int error;
    const char *of;
    const char *system;
    const char *space;
} limits[] = {
    {-ENOSPC, "watches", "fs.inotify.max_user_watches", "user.max_inotify_watches"},
    {-EMFILE, "inotify instances (or of open files)", "fs.inotify.max_user_instances",
        "user.max_inotify_instances"},
};

static int64_t read_sysctl(const char *name)
{
    char path[64];
    int64_t value = -1;
    snprintf(path, sizeof(path), "/proc/sys/%s", name);
    for (char *dot = path; (dot = strchr(dot, '.')) != NULL;)
        *dot = '/';
    FILE *file = fopen(path, "re");
    if (file && fscanf(file, "%" SCNd64, &value) != 1)
        value = -1;
    if (file)
        fclose(file);
    return value;
}

static int64_t power_of_two_from(int64_t least)
{
    int64_t power = 1;
    while (power < least)
        power *= 2;
    return power;
}

static void explain_limit(struct watched *folder, const struct limit *limit, const char *what)
{
    int64_t system = read_sysctl(limit->system), space = read_sysctl(limit->space);
    bool is_of_space = space >= 0 && space < system; /* outside of namespaces they are the same */
    int64_t most = is_of_space ? space : system, missing = 1;
    for (size_t i = 0; i < folder->watch->config->folder_count; i++)
        missing += folder->watch->folders[i].coverage.unwatched;
    snprintf(folder->health.message, sizeof(folder->health.message),
        "degraded: %s polled every poll_interval because the limit of %" PRId64
        " %s is reached; to raise it%s: sysctl -w %s=%" PRId64,
        what, most, limit->of, is_of_space ? " in this user namespace" : "",
        is_of_space ? limit->space : limit->system, power_of_two_from(most + 2 * missing));
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
    for (size_t i = 0; i < COUNT(limits); i++)
        if (limits[i].error == error) {
            explain_limit(folder, &limits[i], what);
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
