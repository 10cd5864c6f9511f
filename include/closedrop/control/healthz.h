/** Whether the agent is healthy, in one line for programs that watch it. Pure. */
#ifndef CLOSEDROP_CONTROL_HEALTHZ_H
#define CLOSEDROP_CONTROL_HEALTHZ_H

#include <stdbool.h>
#include <stddef.h>

#define HEALTHZ_LINE 160

/** What it depends on; closedrop(1), HEALTH, describes the rules. */
struct healthz {
    const char *blocked; /* the code of what holds up files; NULL: nothing */
    size_t folders;
    size_t unreadable; /* of these */
    bool is_stuck;     /* the watch thread hangs */
    bool is_paused;
};

/** The status of HTTP, 200 or 503, and the line, without names. */
int healthz_judge(const struct healthz *healthz, char line[HEALTHZ_LINE]);

#endif
