/** Answers questions on the control socket. */
#ifndef CLOSEDROP_AGENT_CONTROL_H
#define CLOSEDROP_AGENT_CONTROL_H

#include "closedrop/control/answer.h"
#include "closedrop/control/question.h"

/** Answer a question, in its own transaction. For server_open(), with the agent as `context`. */
struct answer control_answer(void *context, const struct question *question);

#endif
