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

/**
 * Open the desk for a command that takes --folder and --rule, and set both in its question. Returns
 * EXIT_DONE; or prints what is wrong and returns another exit status, and the desk is closed.
 */
int desk_open_narrowed(
    const struct options *options, struct question *question, struct desk *ret_desk);

/** Ask for a change of the job with the ID `id`, and print what was done. Returns an exit status.
 */
int desk_change_job(
    const struct desk *desk, enum question_kind kind, const char *id, const char *what_was_done);

#endif
