/** What a file process does (intake.h): it watches its folder, and speaks to the agent. */
#ifndef CLOSEDROP_INTAKE_FILE_PROCESS_H
#define CLOSEDROP_INTAKE_FILE_PROCESS_H

#include "closedrop/intake/filing.h"

#include <signal.h>
#include <stdbool.h>

/** What it is started as: "closedrop file-process FOLDER" (files/own_program.h). */
#define FILE_PROCESS_COMMAND "file-process"

/** What ends one that could not give its folder up: some calls that hang can be ended so. */
#define FILE_PROCESS_END SIGALRM

/** Whether these are the arguments of one, and not of a person. */
bool file_process_is_meant(int argc, char **argv);

/** Be one, until the agent closes the socket. Returns the exit status of the program. */
int file_process_run(const struct filing_work *work);

#endif
