/**
 * Telling whoever started the sandbox that both ports listen, and where.
 */
#ifndef CLOSEDROP_SANDBOX_READY_H
#define CLOSEDROP_SANDBOX_READY_H

#include <stdbool.h>

struct ready {
    int api_port, s3_port;
    bool tls;
};

/**
 * Print the URLs on stdout and, unless `path` is NULL, put them there as one JSON object: under
 * another name first, so that who finds the file finds it whole. Returns 0 or negative errno.
 */
int ready_tell(const struct ready *ready, const char *path);

#endif
