/**
 * Checks everything a run needs, and says how to fix what is not right. It works while the agent is
 * running and while it is not, and changes nothing.
 */
#ifndef CLOSEDROP_DOCTOR_DOCTOR_H
#define CLOSEDROP_DOCTOR_DOCTOR_H

#include "closedrop/doctor/finding.h"

struct config;
struct json;

/**
 * Whether an agent, by its part of a status, uses the configuration as it is in the file now. The
 * only part of the doctor's work that does not take long.
 */
struct finding doctor_judge_configuration(const struct json *agent, const struct config *config);

/** Run all checks for the configuration `file`. Returns 0, or -ENOMEM. */
int doctor_run(const char *file, finding_report report, void *context);

#endif
