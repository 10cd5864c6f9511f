/** What the agent and the queue know about a file, for its facts. */
#ifndef CLOSEDROP_CLI_EXPLAIN_ASKED_H
#define CLOSEDROP_CLI_EXPLAIN_ASKED_H

#include "explain.h"

/**
 * Ask the agent, or the queue if none is running, about a file whose place, kind and name are
 * known. If that is not possible, the facts say why, with the text in `trouble`.
 */
void facts_ask(struct facts *facts, struct str *trouble);

#endif
