/**
 * A program that the agent runs: with a text on its standard input, in a session of its own,
 * with a limit on its time and its output.
 *
 * Everything that it started is killed once it has ended, unless it left the session.
 */
#ifndef CLOSEDROP_ALERTS_CHILD_H
#define CLOSEDROP_ALERTS_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define CHILD_TIME_MS 60000
/** It may write as much before it is killed; a program that never ends would only cost time. */
#define CHILD_OUTPUT_MAX (1024 * 1024)
#define CHILD_OUTPUT_KEPT 1024

struct child {
    pid_t pid;      /* of the session, too; 0: it does not run */
    int pid_fd;     /* readable once it has ended */
    int output_fd;  /* what it writes */
    int64_t end_ms; /* when it is killed, on the steady clock */
    int64_t written;
    bool is_killed;                     /* by us */
    char output[CHILD_OUTPUT_KEPT + 1]; /* the end of what it wrote, NUL-terminated */
    size_t kept;
};

/**
 * Start the program `argv[0]`, an absolute path, with `input` on its standard input. It has the
 * environment `environment` and no other open file. Returns 0 or a negative errno.
 */
int child_start(struct child *child, char *const *argv, char *const *environment, const char *input,
    size_t length);

/**
 * Take what it wrote, and kill it if it has had its time. Returns whether it has ended; then `why`
 * is "" if it ended well, else what was wrong, and the child can be used again.
 */
#define CHILD_WHY 80
bool child_has_ended(struct child *child, int64_t now_ms, char why[CHILD_WHY]);

/** Kill it, and wait a moment until it is gone. */
void child_stop(struct child *child);

#endif
