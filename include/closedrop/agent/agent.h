/**
 * The agent: wires the stages from left to right, keeps them running, reloads them, and stops them
 * in reverse. The only place that knows every stage.
 */
#ifndef CLOSEDROP_AGENT_AGENT_H
#define CLOSEDROP_AGENT_AGENT_H

#include <stdbool.h>

/**
 * Run until a signal ends it, or with `once` until all that is there is done. All that is wrong is
 * logged. Returns the exit code of `closedrop run` (product.md 3).
 */
int agent_run(const char *config_file, bool once);

#endif
