/**
 * This program, started again as a process that can be left behind: with a socket and standard
 * error, and otherwise no descriptor, no key, and no part in what the service manager knows.
 */
#ifndef CLOSEDROP_FILES_OWN_PROGRAM_H
#define CLOSEDROP_FILES_OWN_PROGRAM_H

#include <stdbool.h>
#include <sys/types.h>

/** The socket, in that process. */
#define OWN_PROGRAM_SOCKET 3

/** Start it as "closedrop COMMAND WHAT", with the socket. Returns 0 or a negative errno. */
int own_program_start(const char *command, const char *what, int socket, pid_t *ret_pid);

/** In any process: whether it was started so, and not by a person. */
bool own_program_is(const char *command, int argc, char **argv);

/** In that process, before it opens anything: keep nothing of the other one but the socket,
 * standard error and the blocked signals. */
void own_program_stand_alone(void);

#endif
