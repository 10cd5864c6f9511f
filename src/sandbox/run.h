/**
 * The sandbox's life, from its start to the signal that ends it.
 */
#ifndef CLOSEDROP_SANDBOX_RUN_H
#define CLOSEDROP_SANDBOX_RUN_H

struct options;

/** Serve until SIGTERM or SIGINT. Returns the exit status; says on standard error what went wrong.
 */
int sandbox_run(const struct options *options);

#endif
