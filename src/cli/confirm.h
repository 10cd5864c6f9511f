/** Asks a person before much is changed. */
#ifndef CLOSEDROP_CLI_CONFIRM_H
#define CLOSEDROP_CLI_CONFIRM_H

#include <stdbool.h>

/** Whether somebody can be asked: input and output are a terminal. */
bool confirm_can_ask(void);

/** Ask "QUESTION [y/N] "; whether the answer is yes. */
bool confirm_ask(const char *question);

#endif
