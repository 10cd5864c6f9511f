/**
 * Checks everything a run needs, and says how to fix what is not right. It works while the agent is
 * running and while it is not, and changes nothing.
 */
#ifndef CLOSEDROP_DOCTOR_DOCTOR_H
#define CLOSEDROP_DOCTOR_DOCTOR_H

#include "closedrop/doctor/finding.h"

/** Run all checks for the configuration `file`. Returns 0, or -ENOMEM. */
int doctor_run(const char *file, finding_report report, void *context);

#endif
