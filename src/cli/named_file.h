/** A file that a person named on the command line, and why it cannot be had. */
#ifndef CLOSEDROP_CLI_NAMED_FILE_H
#define CLOSEDROP_CLI_NAMED_FILE_H

#include "closedrop/work/verdict.h"

/**
 * Why stat(2) or open(2) of `path` failed with `error`, for the person who typed it: that there is
 * no such file, and what the shell has to do with it; or which directory, or file, may not be
 * entered or read, by whom, who owns it, and what would grant it. VERDICT_FAIL with the code
 * "unreadable".
 */
struct verdict named_file_missing(const char *path, int error);

#endif
