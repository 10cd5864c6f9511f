/** Asks the watch thread how far a file has settled, for `closedrop explain`. */
#ifndef CLOSEDROP_AGENT_PROGRESS_H
#define CLOSEDROP_AGENT_PROGRESS_H

#include "agent_state.h"

#include "closedrop/control/answer.h"

/**
 * An object with the number under which the watch thread was `asked`, as long as it has not
 * answered: whoever asked repeats the question with that number. Then its answer: whether the file
 * is `settling` and, if it is, what it `waits` for (quiet, companion, growth, access), which
 * companion it `wants` (marker, next_marker, sidecar, or null), whether it is `written`,
 * `unchanged_ms`, `next_ms` (or null) and why it is `unreadable` (or null). Nothing at all if it
 * cannot be asked.
 */
struct answer progress_answer(struct agent *agent, const struct question *question);

/** Keep an answer of the watch thread, which takes over the message. */
void progress_keep(struct agent *agent, struct message *message);

#endif
