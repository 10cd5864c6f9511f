/** The health of a folder, as the watch thread reports it to the work thread. Pure. */
#ifndef CLOSEDROP_INTAKE_FOLDER_HEALTH_H
#define CLOSEDROP_INTAKE_FOLDER_HEALTH_H

#include "closedrop/base/wire.h"
#include "closedrop/intake/settle.h"

#include <stdbool.h>
#include <stdint.h>

/** A new field is a line here, and one in the table of folder_health.c. */
struct folder_health {
    bool healthy;
    bool scanned;           /* completely, at least once with this configuration */
    int64_t scanned_for;    /* the last MESSAGE_SCAN before a scan that has ended */
    int64_t complete_scans; /* number of complete scans without an error */
    bool polls;             /* scanned every poll_interval, without events */
    bool without_leases;    /* no lease was available for the last file */
    int64_t settling;       /* files that are settling, or that the queue is being asked about */
    int64_t waiting[SETTLE_WAITS];
    int missed;           /* 0, or a negative errno: something in it cannot be read for now */
    bool has_unreachable; /* something in it is nested too deep, or its path is too long */
    bool is_bare;         /* completely empty, like the mount point of an unmounted file system */
    bool was_used;        /* it had a staging directory before the watch thread came */
    uint64_t device;
    uint64_t inode;
    char longest_waiter[512];      /* the file that has waited longest, or "" ... */
    enum settle_wait longest_wait; /* ... for what ... */
    int64_t waits_since_ms;        /* ... and since when, on the wall clock */
    int64_t unsettled_since_ms;    /* since when the one that does not wait for its marker does; 0:
                                      there is none */
    char waits_for[640];   /* first file that waits for its marker or sidecar, and which; or "" */
    char unreadable[1280]; /* first file not yet readable, why, and how many more; or "" */
    char closed[1280];     /* the same for directories that cannot be listed or entered */
    char message[1024];    /* why it is away or degraded, or "" */
};

/** Whether both say the same. */
bool folder_health_equal(const struct folder_health *a, const struct folder_health *b);

/** Add it to a frame, and read it from one. */
void folder_health_add(struct str *out, const struct folder_health *health);
void folder_health_read(struct wire *wire, struct folder_health *health);

/** Whether everything in the folder was seen and nothing is settling; also if it is away. */
bool folder_health_is_at_rest(const struct folder_health *health);

/** Whether files may exist that are not in the queue: some wait, or not everything could be read.
 */
bool folder_health_is_incomplete(const struct folder_health *health);

/** If its message is empty, describe in it what is wrong inside the folder. */
void folder_health_explain(struct folder_health *health);

/** It is away, because what watches it has not answered since this moment (wall clock). */
void folder_health_be_silent(struct folder_health *health, int64_t since_ms, int64_t now_ms);

#endif
