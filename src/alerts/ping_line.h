/** Whether a ping reports that everything works, or what is wrong, in one line. Pure. */
#ifndef CLOSEDROP_ALERTS_PING_LINE_H
#define CLOSEDROP_ALERTS_PING_LINE_H

#include "closedrop/queue/reading.h"

#include <stdbool.h>
#include <stdint.h>

struct str;

/** What is known at the time of a ping. Durations are in ms. */
struct ping_facts {
    int64_t now_ms;         /* wall clock */
    int64_t late_ms;        /* how long anything may wait */
    struct queue_late late; /* what has waited longer */
    int64_t disk_full_ms;   /* so long nothing new could be queued */
    int64_t away_ms;        /* so long a drop folder could not be read */
    int64_t unsettled_ms;   /* so long a file has waited to be taken from its folder */
    const char *blocked;    /* the code of what holds up all files (closedrop(1)); NULL: nothing */
    bool is_paused;
    bool is_watch_stuck;
};

/**
 * Add what is wrong to `line`, without the name of a file, a folder or a person; false: everything
 * works. While the disk is full or a folder is away, a file may wait there unseen: that counts as
 * if one did.
 */
bool ping_line(struct str *line, const struct ping_facts *facts);

#endif
