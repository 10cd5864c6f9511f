/**
 * The file processes of all folders that are elsewhere (intake.h), and those that were left behind.
 */
#ifndef CLOSEDROP_INTAKE_PROCESSES_H
#define CLOSEDROP_INTAKE_PROCESSES_H

#include "closedrop/config/config.h"
#include "closedrop/intake/mailbox.h"

#include <stdbool.h>
#include <stdint.h>

struct processes;

/** None yet, for the queue with this ID. Their sockets are added to the epoll descriptor. NULL if
 * out of memory. */
struct processes *processes_new(int64_t queue, int epoll);

/** End all, and wait a little for that. Takes NULL. */
void processes_free(struct processes *processes);

/**
 * As intake_prepare() and intake_switch(). A folder that stays keeps its process.
 */
int processes_prepare(struct processes *processes, struct config *config);
void processes_switch(struct processes *processes);

/** As intake_timeout(), at `now` on the steady clock. */
int64_t processes_timeout(const struct processes *processes, int64_t now);

/** As intake_take(); what is due is done first. */
struct message *processes_take(struct processes *processes, int64_t now);

/** As intake_post(), for a folder that is elsewhere. */
bool processes_post(struct processes *processes, struct message *message);

/** As intake_rescan(). */
void processes_rescan(struct processes *processes);

#endif
