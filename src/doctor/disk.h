/** The space on the disks that closedrop writes to. */
#ifndef CLOSEDROP_DOCTOR_DISK_H
#define CLOSEDROP_DOCTOR_DISK_H

#include "diagnosis.h"

struct disk_facts {
    const char *path; /* a directory on it */
    int64_t total;    /* bytes */
    int64_t unused;   /* what this user may still write */
    int64_t needed;   /* the required minimum */
    bool has_no_inodes;
};

/** Whether there is enough. Pure. */
struct finding disk_judge(const struct disk_facts *facts);

/** Report on the disk of the directory open at `fd` (O_PATH is enough). */
void disk_probe(
    const struct diagnosis *diagnosis, const struct folder *folder, const char *path, int fd);

/** Report on `state_dir`: whether the queue can be kept there, and on its disk. */
void disk_probe_state(const struct diagnosis *diagnosis);

#endif
