/** One file process (intake.h), as the agent has it: its pid, and a socket that never blocks. */
#ifndef CLOSEDROP_INTAKE_PROCESS_H
#define CLOSEDROP_INTAKE_PROCESS_H

#include "closedrop/base/wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct process {
    pid_t pid;
    int fd;          /* -1: closed, the process ends */
    int epoll;       /* which watches it */
    bool lacks_room; /* `outgoing` waits for that: it is watched for it */
    char *path;      /* of its folder */
    struct str outgoing;
    struct str incoming;
    struct process *next;
};

/**
 * Start one for the folder with this name and path, and add its socket to the epoll descriptor.
 * Returns 0 or a negative errno.
 */
int process_start(const char *name, const char *path, int epoll, struct process **ret_process);

/** Send as much of `outgoing` as there is room for; the epoll descriptor says when there is more.
 * Returns 0, or a negative errno if it is gone. */
int process_send(struct process *process);

/** Whether a whole frame has been received. */
bool process_has_frame(const struct process *process);

/**
 * Find the next frame, receiving more if there is none yet. Returns its size with its length, which
 * process_remove() takes; 0 if there is none for now; or a negative errno if the process is
 * gone, or broken.
 */
int64_t process_receive(struct process *process, struct wire *ret_wire);
void process_remove(struct process *process, int64_t size);

/** Close its socket: it gives the folder up and ends; if it hangs, as soon as its mount answers. */
void process_close(struct process *process);

/** Take one out of the list that has ended, to be freed; NULL if none has. `ret_crashed`: by
 * itself, and not well. */
struct process *process_take_ended(struct process **list, bool *ret_crashed);

/** How many of a list are for the folder at this path. */
size_t process_count(const struct process *list, const char *path);

/** Free one that has ended, or that nobody waits for. */
void process_free(struct process *process);

#endif
