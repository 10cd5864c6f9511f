/** What the terminal is like that a command prints on. */
#ifndef CLOSEDROP_CLI_TERMINAL_H
#define CLOSEDROP_CLI_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

/** The cells in a line of the terminal that `fd` is, at least 40; CELLS_ANY if it is none. */
size_t terminal_columns(int fd);

/** Its lines, at least 5. */
size_t terminal_lines(int fd);

/** Whether `fd` is a terminal whose lines can be written again: not one with TERM=dumb. */
bool terminal_can_redraw(int fd);

#endif
