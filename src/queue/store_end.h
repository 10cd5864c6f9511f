/**
 * How the last use of the store ended, in a file next to it (queue.db-end). A start need not read
 * all of a store that was closed in order and has not been touched since, nor one whose user was
 * killed: as long as the machine has not booted, nothing that was written is lost.
 *
 *     open BOOT             in use, or its user was killed
 *     closed SIZE MTIME     closed; whoever changes the store changes one of these
 *     doubt                 the disk reported an error, or damage was found
 *
 * A file that cannot be written only makes the next start slower.
 */
#ifndef CLOSEDROP_QUEUE_STORE_END_H
#define CLOSEDROP_QUEUE_STORE_END_H

#include <stdbool.h>
#include <stdint.h>

#define END_SUFFIX "-end"

/** What is there now. */
struct end_facts {
    int64_t boot; /* clock_boot() */
    int64_t size; /* of the database */
    int64_t mtime_ns;
    bool has_log; /* a write-ahead log that is not empty, which closing removes */
};

/** Whether a store can be believed unread, by what is written about it. Pure. */
bool end_is_sound(const char *written, const struct end_facts *now);

/** The same of the database at `path`; before it is opened. */
bool end_was_sound(const char *path);

/** It is in use from now on. Where not `create`, only if the file is there. */
void end_note_open(const char *path, bool create);

/** It was closed in order. */
void end_note_closed(const char *path);

/** The next start must read all of it. */
void end_note_doubt(const char *path);

#endif
