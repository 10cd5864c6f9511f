/** The questions of questions.h as HTTP requests. */
#ifndef CLOSEDROP_CONTROL_API_H
#define CLOSEDROP_CONTROL_API_H

#include "closedrop/control/questions.h"
#include "closedrop/control/server.h"

/** Read a request whose path, below a prefix, is `path`. Returns 0 or -EINVAL. */
int api_question(struct exchange *exchange, const char *path, struct question *ret_question);

/** Reply to it with the answer, in JSON. */
void api_answer(struct exchange *exchange, struct question *question, answerer *answer,
    void *context, struct reply *reply);

#endif
