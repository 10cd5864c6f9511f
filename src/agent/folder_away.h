/** Adds to the jobs in an answer that wait because their folder is away why it is. */
#ifndef CLOSEDROP_AGENT_FOLDER_AWAY_H
#define CLOSEDROP_AGENT_FOLDER_AWAY_H

#include "agent_state.h"

#include "closedrop/control/question.h"

struct json;

/** Add it to the jobs in the answer to a question. Returns 0 or -ENOMEM. */
int folder_away_add(const struct agent *agent, enum question_kind kind, struct json *answer);

#endif
