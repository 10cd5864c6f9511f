/**
 * What `closedrop check` finds on this machine: whether the files and directories that the
 * configuration names can be used. What may hang is examined in a process of its own.
 */
#ifndef CLOSEDROP_CLI_CHECK_MACHINE_H
#define CLOSEDROP_CLI_CHECK_MACHINE_H

#include "closedrop/base/str.h"
#include "closedrop/close/key.h"
#include "closedrop/config/tree.h"

/** Lines, each with the file and line of the setting. */
struct machine_report {
    struct str problems;
    struct str warnings;
    struct str unanswered; /* what does not answer, so that it was not examined */
};

#define MACHINE_LINES_MAX (128 * 1024)
#define MACHINE_REPORT_INIT                                                                        \
    {                                                                                              \
        STR_INIT(MACHINE_LINES_MAX), STR_INIT(MACHINE_LINES_MAX), STR_INIT(MACHINE_LINES_MAX)      \
    }

/** Add to the report what a run needs and does not find. `key` is loaded if it can be. */
void machine_check(const struct config *config, struct key *key, struct machine_report *report);

/** Free its texts. */
void machine_report_release(struct machine_report *report);

#endif
