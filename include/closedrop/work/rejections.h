/**
 * Which files S3 rejected with a code about the place: credentials, clock, bucket or account
 * (VERDICT_REJECTED). One such answer does not tell whether every upload gets it, so what becomes
 * of other files decides. Pure; all zero is the beginning, and so it is after a restart.
 */
#ifndef CLOSEDROP_WORK_REJECTIONS_H
#define CLOSEDROP_WORK_REJECTIONS_H

#include <stddef.h>
#include <stdint.h>

/** So many different files, and no upload between them: it is the place. */
#define REJECTIONS_OF_PLACE 5

/**
 * Files that are remembered; the one that was added first makes room. One that was forgotten is as
 * if it had never been rejected: it only takes longer until it is blamed.
 */
#define REJECTIONS_MAX 1024

struct rejections {
    struct rejection {
        int64_t job;      /* 0: free */
        int64_t first_at; /* how many uploads had succeeded when it was rejected first ... */
        int64_t last_at;  /* ... and last */
        int times;
    } files[REJECTIONS_MAX];
    size_t next;       /* where the next new one goes */
    int64_t successes; /* uploads so far: what time is measured in */
};

enum blame {
    BLAME_UNKNOWN, /* other files have not shown it yet */
    BLAME_FILE,    /* another was uploaded since this one was first rejected, and only this one was
                      rejected since then */
    BLAME_PLACE    /* REJECTIONS_OF_PLACE different files or more since the last success */
};

/** The file of `job` was rejected, for the `ret_times`th time. What is to blame. */
enum blame rejections_add(struct rejections *rejections, int64_t job, int *ret_times);

/** The file of `job` was uploaded: it is forgotten, and a new row begins. */
void rejections_end(struct rejections *rejections, int64_t job);

#endif
