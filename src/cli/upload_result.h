/** What came of an upload, for the user and for the queue's list. */
#ifndef CLOSEDROP_CLI_UPLOAD_RESULT_H
#define CLOSEDROP_CLI_UPLOAD_RESULT_H

#include "errand.h"

/**
 * Put it on the queue's list, or change its row there. What was never opened is not listed: most
 * often that is a name that was mistyped.
 */
void result_list(struct errand *errand, const struct verdict *verdict);

/** Print it. Returns EXIT_DONE, or EXIT_NOT_DONE for a failure. */
int result_print(const struct errand *errand, const struct verdict *verdict);

#endif
