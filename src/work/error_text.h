/** What NAME.error.txt says, for people who only know the folder. */
#ifndef CLOSEDROP_WORK_ERROR_TEXT_H
#define CLOSEDROP_WORK_ERROR_TEXT_H

#include "task.h"

#include "closedrop/base/str.h"

/**
 * Append the text that belongs next to the file of a task with an outcome, which is called `name`
 * there: what happened, why, and what to do; then, for the administrator, what identifies the job.
 */
void error_text_add(struct str *text, const struct task *task, const char *name);

#endif
