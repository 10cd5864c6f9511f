/**
 * The agent: connects the stages from left to right, keeps them running, reloads them, and stops
 * them in reverse order. The only module that knows every stage.
 */
#ifndef CLOSEDROP_AGENT_AGENT_H
#define CLOSEDROP_AGENT_AGENT_H

#include <stdbool.h>

/**
 * Run until a signal ends it or, with `once`, until all existing files have been processed. All
 * errors are logged. Returns the exit status of `closedrop run` (exit_codes.h).
 */
int agent_run(const char *config_file, bool once);

#endif
