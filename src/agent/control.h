/** Answers to the control socket. */
#ifndef CLOSEDROP_AGENT_CONTROL_H
#define CLOSEDROP_AGENT_CONTROL_H

#include "closedrop/control/answer.h"
#include "closedrop/control/question.h"

/** Answer a question in a transaction of its own. For server_open(), whose `context` is the agent.
 */
struct answer control_answer(void *context, const struct question *question);

#endif
