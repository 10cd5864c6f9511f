/** Whether the kernel reports what happens in a folder: events for files, and leases on them. */
#ifndef CLOSEDROP_DOCTOR_FOLDER_EVENTS_H
#define CLOSEDROP_DOCTOR_FOLDER_EVENTS_H

#include "diagnosis.h"

#include "closedrop/files/lease.h"
#include "closedrop/intake/watch_limit.h"

/** How long an event may take. */
#define EVENT_MAX_MS 2000

struct event_facts {
    enum watch_mode mode;     /* as configured */
    int64_t poll_ms;          /* likewise */
    bool tells_all;           /* its file system does, also about other machines */
    int error;                /* why it cannot be watched, a negative errno; or 0 */
    struct watch_limit limit; /* the one that was reached; if `what` is NULL, none was */
    bool has_probe;           /* a probe file could be created (folder_rights.h) ... */
    int64_t arrived_ms;       /* ... whose event arrived after this; -1: it did not arrive */
};

/** Whether files are noticed at once. Pure. */
struct finding folder_events_judge(const struct event_facts *facts);

/** Whether writers are noticed; a marker of the folder says when a file is finished, too. Pure. */
struct finding folder_events_judge_lease(enum lease lease, bool has_marker);

/** Try both with a probe file, in the folder open at `root`. */
void folder_events_probe(const struct diagnosis *diagnosis, const struct folder *folder, int root);

/** Set the remedy that raises a limit to `value`, now and after the next start of the system. */
void folder_events_raise_limit(
    struct finding *finding, const struct watch_limit *limit, int64_t value);

#endif
