/** What the commands about jobs share: members of a job as they are shown, and asking for jobs. */
#ifndef CLOSEDROP_CLI_JOBS_H
#define CLOSEDROP_CLI_JOBS_H

#include "closedrop/cli/desk.h"
#include "closedrop/control/question.h"

#include <stdint.h>

struct json;
struct options;

/** A text of a job or of another object; "" if it has none. */
const char *job_member(const struct json *object, const char *key);

/** The folder of a job, or "by hand". */
const char *job_folder(const struct json *job);

/** Why a job is not done, NULL if nothing is wrong; that its file is not put away yet is not. */
const char *job_error(const struct json *job);

/** Ask for a change of the job with the ID `id`, and print what was done. Returns an exit status.
 */
int desk_change_job(
    const struct desk *desk, enum question_kind kind, const char *id, const char *what_was_done);

/**
 * The same for each job that the arguments name. Returns the exit status of the last one that
 * did not work.
 */
int jobs_change_each(
    const struct options *options, enum question_kind kind, const char *what_was_done);

#endif
