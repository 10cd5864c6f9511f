/**
 * An examination in a process of its own, which sends what it finds through a socket: a call on a
 * mount that hangs cannot be ended, not even by SIGKILL, but the process that made it can be left
 * behind. It inherits no descriptor, so whatever it holds until it ends delays nobody: no lock, no
 * connection, and not the output that somebody reads.
 */
#ifndef CLOSEDROP_FILES_APART_H
#define CLOSEDROP_FILES_APART_H

#include <stddef.h>
#include <stdint.h>

/** The longest that a person waits for a sign of life. */
#define APART_MAX_MS 10000

/** The longest message, in bytes. */
#define APART_MESSAGE_MAX 131072

struct apart {
    /** What is examined: a file system that once did not answer is not tried again. NULL: any. */
    const char *path;
    /** Runs in the other process, with a copy of all we know; pointers mean the same in both. */
    void (*examine)(const void *subject);
    const void *subject;
    /** Takes a message in this process; called in the order in which they were sent. */
    void (*take)(void *context, const void *message, size_t length);
    void *context;
    int64_t patience_ms; /* how long it may be silent; not longer than APART_MAX_MS; 0: that long */
};

/**
 * Run an examination, and take its messages as they arrive. Returns 0 once it has ended, -ETIMEDOUT
 * if it was silent for too long and was left behind, -ECHILD if it crashed, or another negative
 * errno if it could not be run. Not for several threads at once.
 */
int apart_run(const struct apart *apart);

/** "PATH does not answer (its file server or disk hangs)": why apart_run() failed with `error`. In
 * new memory; NULL if out of memory. */
char *apart_words(const char *path, int error);

/** What to do about it. Pure. */
const char *apart_remedy(int error);

/** In the other process: send a message of at least 2 bytes. Ends the process if nobody waits. */
void apart_tell(const void *message, size_t length);

/** In the other process: it takes long, but does not hang. Does nothing in any other process. */
void apart_show_life(void);

#endif
