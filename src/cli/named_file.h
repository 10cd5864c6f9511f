/** A file that a person named on the command line, and why it cannot be had. */
#ifndef CLOSEDROP_CLI_NAMED_FILE_H
#define CLOSEDROP_CLI_NAMED_FILE_H

#include "closedrop/work/verdict.h"

/**
 * Where the file itself lies, as an absolute path in new memory: what leads there is resolved
 * (links, ".."), its last part is not. NULL where that cannot be, or memory is short.
 */
char *named_file_path(const char *path);

/**
 * Why stat(2) or open(2) of `path` failed with `error`, for the person who typed it: that there is
 * no such file, and what the shell has to do with it; or which directory, or file, may not be
 * entered or read, by whom, who owns it, and what would grant it. VERDICT_FAIL with the code
 * "unreadable".
 */
struct verdict named_file_missing(const char *path, int error);

#endif
