/**
 * End markers that may be spent: whoever touches the files of the folder lists the documents next
 * to one, a page at a time, and the queue knows which of them are still awaited. Once none is, the
 * marker is put away.
 *
 *     spent_begin() ── marker, after ──> spent_run() ── page ──> none awaited: the next page, or
 *                                                                the marker is put away
 */
#ifndef CLOSEDROP_AGENT_SPENT_H
#define CLOSEDROP_AGENT_SPENT_H

#include "closedrop/base/wire.h"
#include "closedrop/config/config.h"
#include "closedrop/files/identity.h"
#include "closedrop/intake/mailbox.h"

struct agent;

/** Begin with the marker at `path` of a folder, by its index, which was `seen` in this state;
 * inside a transaction. If its folder cannot be reached now, it is seen again later. */
void spent_begin(
    struct agent *agent, size_t folder, const char *path, const struct file_state *seen);

/** Take a message, if it is an answer to that; inside a transaction. */
bool spent_take(struct agent *agent, const struct message *message);

/** In a file process: list a page; false if the order is another one. */
bool spent_run(const struct config *config, const struct folder *folder, struct wire *order,
    struct str *answer);

#endif
