/**
 * What the agent and a file process (file_process.h) say to each other, over a socket pair: the
 * messages of the mailboxes, in frames (base/wire.h).
 *
 *     agent                                    file process
 *       MESSAGE_CONFIG, first and on a reload ->
 *       MESSAGE_PING                          ->
 *                                             <- MESSAGE_SEEN, MESSAGE_SETTLED ... MESSAGE_HEALTH
 *       MESSAGE_UNKNOWN, MESSAGE_SCAN ...     ->
 *       MESSAGE_ASSIGN, MESSAGE_PUT_AWAY      ->
 *                                             <- MESSAGE_RESULT
 *       MESSAGE_READ ...                      ->
 *                                             <- MESSAGE_BLOCK ...
 *       MESSAGE_CLOSE                         ->
 *                                             <- MESSAGE_PONG, by the threads that touch files
 *       closes its end                        -> gives the folder up, and ends
 *
 * Every frame begins with its kind and the number of the configuration that it is about; what is
 * about another configuration than the reader's is old, and is ignored; but a file that is open
 * stays open, so what is about it counts always. Neither side trusts the other: a frame of the
 * wrong kind, about another folder, with a length or a path that cannot be, is broken, and ends the
 * process.
 */
#ifndef CLOSEDROP_INTAKE_PROTOCOL_H
#define CLOSEDROP_INTAKE_PROTOCOL_H

#include "closedrop/base/wire.h"
#include "closedrop/intake/mailbox.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Sightings in one message, at most. */
#define SIGHTINGS_MAX 256

/** What comes with MESSAGE_CONFIG. */
struct briefing {
    int64_t number;   /* of the configuration, from 1 */
    int64_t queue;    /* its ID */
    size_t folder;    /* the folder of the process: its index */
    bool has_crashed; /* the process before this one crashed: crash_guard.h counts that */
};

/** Whether such a message counts whatever configuration it was sent under. */
bool protocol_is_about_open_file(enum message_kind kind);

/** Add a message to the bytes to be sent. Returns 0 or a negative errno: it was not added. */
int protocol_add(struct str *out, int64_t number, const struct message *message);

/** The same for MESSAGE_CONFIG. */
int protocol_add_config(
    struct str *out, const struct briefing *briefing, const struct config *config);

/** Read the kind of a message, which comes first. */
enum message_kind protocol_kind(struct wire *wire);

/** Read the rest of MESSAGE_CONFIG; NULL if it is broken, or if out of memory. */
struct config *protocol_read_config(struct wire *wire, struct briefing *ret_briefing);

/**
 * Read the rest of any other message, for a process whose configuration is `config` with this
 * number, about the folder with the index `folder`. Returns 1 and the message, 0 if it is about
 * another configuration, or a negative errno if it is broken, or if out of memory.
 */
int protocol_read(struct wire *wire, enum message_kind kind, int64_t number, struct config *config,
    size_t folder, struct message **ret_message);

#endif
