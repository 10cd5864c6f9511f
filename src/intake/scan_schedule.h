/**
 * Decides which scan of a folder is due, and when. Pure; times are on the steady clock, in ms.
 */
#ifndef CLOSEDROP_INTAKE_SCAN_SCHEDULE_H
#define CLOSEDROP_INTAKE_SCAN_SCHEDULE_H

#include "closedrop/config/config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** New directories that can wait to be scanned; if there are more, the whole folder is scanned. */
#define SUBTREES_MAX 64

/** The kinds of scans. */
enum scan_kind {
    SCAN_NONE,
    SCAN_ROOT,      /* only the root: does it still exist, and is it the same */
    SCAN_WHOLE,     /* everything in the folder */
    SCAN_UNWATCHED, /* directories without a watch */
    SCAN_SUBTREE    /* a new directory and everything below it */
};

/** How a folder is watched. */
struct coverage {
    bool wants_events;
    bool polls;        /* everything, because there are no events, or not all of them */
    int64_t unwatched; /* directories that should have a watch but could not get one */
    int unwatched_why; /* negative errno of the last one */
};

struct schedule {
    struct scan *scan;            /* in progress, or NULL */
    enum scan_kind kind;          /* of the scan in progress, or of the last one */
    char *subtrees[SUBTREES_MAX]; /* new directories, waiting to be scanned */
    size_t subtree_count;
    int64_t next_scan_ms;  /* SCAN_WHOLE */
    int64_t next_check_ms; /* SCAN_ROOT and polling */
    bool is_wanted;        /* SCAN_WHOLE, as soon as possible */
    int64_t asked;         /* number of the last MESSAGE_SCAN */
    int64_t begun;         /* the same when the last whole scan started */
    int missed;            /* negative errno of an error since then, or 0 */
    bool has_unreachable;  /* something nested too deep was found since then */
};

/** The scan that is due now. */
enum scan_kind schedule_due(
    const struct schedule *schedule, const struct coverage *coverage, int64_t now);

/** When the next scan is due, 0 for at once; while there is no room for a scan, INT64_MAX. */
int64_t schedule_next(const struct schedule *schedule, bool has_room);

/** Whether a scan is in progress or due at once. */
bool schedule_is_busy(const struct schedule *schedule);

/** A scan of this kind starts, `now`: set when the next ones are due. Not for SCAN_SUBTREE. */
void schedule_start(
    struct schedule *schedule, const struct folder *folder, bool polls, int64_t now);

/** A scan ended: the next one is due poll_interval after its end, however long it took. */
void schedule_end(struct schedule *schedule, const struct folder *folder, int64_t now);

/** Make a whole scan due at this time at the latest. */
void schedule_scan_by(struct schedule *schedule, int64_t at);

/** Add a new directory; false if there are too many, or memory is short. */
bool schedule_add_subtree(struct schedule *schedule, const char *path);

/** Remove and return a new directory, which the caller frees; NULL if there is none. */
char *schedule_take_subtree(struct schedule *schedule);

#endif
