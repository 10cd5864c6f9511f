/** The agent that is running: its unit, its version, and the configuration that it uses. */
#ifndef CLOSEDROP_DOCTOR_RUNNING_H
#define CLOSEDROP_DOCTOR_RUNNING_H

#include "diagnosis.h"

#include "closedrop/base/moment.h"

#include <stdint.h>

#define UNIT_MAX 128

/** What is known about it. Texts are owned by the caller. */
struct running {
    int64_t pid;
    const char *version;
    char since[MOMENT_TEXT];     /* local time */
    char unit[UNIT_MAX];         /* of systemd; "": started by hand */
    bool is_replaced;            /* its program was replaced after it was started */
    const char *file;            /* its configuration ... */
    const char *digest;          /* ... as it was read */
    const char *not_reloaded;    /* errors that prevented a reload, or NULL */
    const char *expected_file;   /* the configuration that we have read ... */
    const char *expected_digest; /* ... as it is now; "" if it cannot be read */
};

/** What a status and /proc show about the agent, next to the configuration. */
struct running running_of(const struct json *agent, const struct config *config);

/** Write the unit that the text of /proc/PID/cgroup names into `unit`; "" if it names none. Pure.
 */
void running_unit(const char *cgroup, char unit[UNIT_MAX]);

/** Whether it is the program that is installed. Pure. */
struct finding running_judge_version(const struct running *running, const char *installed);

/** Whether it uses the configuration as it is in the file. Pure. */
struct finding running_judge_configuration(const struct running *running);

/**
 * Whether the text of /proc/PID/status says that it may ask for leases on files of other users;
 * also if it does not say. Pure.
 */
bool running_has_leases(const char *status);

/** Check the agent that answered, and say so if there is none. */
void running_probe(const struct diagnosis *diagnosis);

#endif
