/**
 * Reading a small file whole.
 */
#ifndef CLOSEDROP_SANDBOX_UTIL_FILE_H
#define CLOSEDROP_SANDBOX_UTIL_FILE_H

struct str;

/** Add all of it to `out`. Returns 0, or negative errno; -E2BIG where it is more than `out` takes.
 */
int file_read(const char *path, struct str *out);

#endif
