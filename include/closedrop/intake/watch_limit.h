/**
 * The kernel's limits on file events: watches and inotify instances, per user and per user
 * namespace (inotify(7), namespaces(7)).
 */
#ifndef CLOSEDROP_INTAKE_WATCH_LIMIT_H
#define CLOSEDROP_INTAKE_WATCH_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

struct watch_limit {
    const char *what;     /* is limited, for messages; static */
    const char *sysctl;   /* the setting that applies; static */
    int64_t value;        /* -1: it cannot be read */
    bool is_of_namespace; /* it is that of this user namespace, which is below the system's */
};

/** The limit behind a failure, -ENOSPC or -EMFILE. Returns false for any other. */
bool watch_limit_of(int error, struct watch_limit *ret_limit);

/** What to raise it to for `missing` more, with room to spare: a power of two. Pure. */
int64_t watch_limit_raised(const struct watch_limit *limit, int64_t missing);

#endif
