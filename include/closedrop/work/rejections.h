/**
 * Which files S3 rejected with an error code about the destination: credentials, clock, bucket or
 * account (VERDICT_REJECTED). One such answer does not show whether it affects every upload, so the
 * outcome of other files decides. Pure; all zero is the initial state, also after a restart.
 */
#ifndef CLOSEDROP_WORK_REJECTIONS_H
#define CLOSEDROP_WORK_REJECTIONS_H

#include <stddef.h>
#include <stdint.h>

/**
 * This many different files rejected without a successful upload in between: the destination is to
 * blame.
 */
#define REJECTIONS_OF_PLACE 5

/**
 * Maximum number of remembered files; a new one replaces the one that was added first. A replaced
 * file counts as if it had never been rejected, so it only takes longer until it is blamed.
 */
#define REJECTIONS_MAX 1024

struct rejections {
    struct rejection {
        int64_t job;      /* 0: free */
        int64_t first_at; /* number of successful uploads when it was first ... */
        int64_t last_at;  /* ... and last rejected */
        int times;
    } files[REJECTIONS_MAX];
    size_t next;       /* where the next new one goes */
    int64_t successes; /* successful uploads so far: the measure of time here */
};

enum blame {
    BLAME_UNKNOWN, /* other files do not show it yet */
    BLAME_FILE,    /* another file was uploaded since this one was first rejected, and only this one
                      has been rejected since then */
    BLAME_PLACE /* at least REJECTIONS_OF_PLACE different files since the last successful upload */
};

/**
 * Record that the file of `job` was rejected; `ret_times` is how often so far. Returns what is to
 * blame.
 */
enum blame rejections_add(struct rejections *rejections, int64_t job, int *ret_times);

/**
 * Record that the file of `job` was uploaded: it is forgotten, and a new series of rejections
 * begins.
 */
void rejections_end(struct rejections *rejections, int64_t job);

#endif
