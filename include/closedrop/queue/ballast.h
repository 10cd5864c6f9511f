/**
 * Reserved disk space for emergencies: a file that is deleted when the disk is full, so that what
 * has happened outside can still be recorded. SQLite in WAL mode needs space
 * even to change or delete a row.
 */
#ifndef CLOSEDROP_QUEUE_BALLAST_H
#define CLOSEDROP_QUEUE_BALLAST_H

#include <stdbool.h>
#include <stdint.h>

struct ballast;
struct str;

/** The space on a disk, in bytes. */
struct room {
    int64_t unused; /* what may still be written, including the space of the ballast */
    int64_t needed; /* the required minimum: 12 MB, or half of a disk smaller than 24 MB */
};

/** A ballast for the disk that `directory` is on; no file is created yet. NULL if out of memory. */
struct ballast *ballast_new(const char *directory);

/** The space on the disk, which changes nothing. A disk that cannot be checked needs none. */
struct room ballast_room(const struct ballast *ballast);

/** Whether the file existed when the ballast was set up, left by an earlier run. */
bool ballast_was_there(const struct ballast *ballast);

/** Free the object; the file stays for the next start. */
void ballast_free(struct ballast *ballast);

/**
 * Check the disk: the ballast is given up if space is low, and created (again) if there is enough
 * space for it. Returns whether space is low, and keeps returning so until the required minimum is
 * available: nothing new should be started meanwhile. A disk that cannot be checked does not count
 * as low.
 */
bool ballast_is_needed(struct ballast *ballast, struct room *ret_room);

/**
 * Append for people to read: that the disk of `directory` is low on space, how much is required,
 * and how much is missing.
 */
void room_print(const struct room *room, const char *directory, struct str *out);

/** Give the ballast up, whatever the disk reports: a write has failed because it is full. */
void ballast_give_up(struct ballast *ballast);

#endif
