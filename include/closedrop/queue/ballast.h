/**
 * Room on the disk that is held back for hard times: a file that is given up when the disk is full,
 * so that what has happened outside can still be written down (reliability.md 4.3). SQLite in WAL
 * mode needs room even to change or delete a row.
 */
#ifndef CLOSEDROP_QUEUE_BALLAST_H
#define CLOSEDROP_QUEUE_BALLAST_H

#include <stdbool.h>
#include <stdint.h>

struct ballast;
struct str;

/** How a disk is, in bytes. */
struct room {
    int64_t unused; /* what may still be written, with what the ballast holds */
    int64_t needed; /* so much must be: 12 MiB, or half of a disk that is smaller than twice that */
};

/** For the disk that holds `directory`; nothing is made yet. NULL when memory is short. */
struct ballast *ballast_new(const char *directory);

/** Whether an earlier start had left one, before anything was made or given up. */
bool ballast_was_there(const struct ballast *ballast);

/** The file stays, for the next start. */
void ballast_free(struct ballast *ballast);

/**
 * Look at the disk: where room is short the ballast is given up, and where there is room for it
 * (again) it is made. Returns whether room is short, until there is as much as is needed: nothing
 * new should be begun then. A disk that cannot be asked is not short.
 */
bool ballast_is_needed(struct ballast *ballast, struct room *ret_room);

/** Add, for people, that the disk of `directory` is short, how much it needs, and what is missing.
 */
void room_print(const struct room *room, const char *directory, struct str *out);

/** Give it up, whatever the disk says of itself: a write has found it full. */
void ballast_give_up(struct ballast *ballast);

#endif
