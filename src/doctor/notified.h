/** Whether somebody can be notified: the programs of `hooks`, the mail server, and the
 * receiver of pings. */
#ifndef CLOSEDROP_DOCTOR_NOTIFIED_H
#define CLOSEDROP_DOCTOR_NOTIFIED_H

#include "diagnosis.h"

/** Check and report it. */
void notified_probe(const struct diagnosis *diagnosis);

/** What is known about the program of a hook. */
struct hook_facts {
    const char *kind;    /* of event */
    const char *program; /* its path */
    const char *user;    /* who would run it */
    int error;           /* why that cannot, as an errno; 0: it can */
};

/** The finding about it; pure. */
struct finding notified_judge_hook(const struct hook_facts *facts);

#endif
