/**
 * The bandwidth limit: the bytes of files wait for their turn, first come, first served; whatever
 * else is sent is counted behind them. A file whose next bytes are not there yet is held as well.
 */
#ifndef CLOSEDROP_HTTP_SHAPER_H
#define CLOSEDROP_HTTP_SHAPER_H

#include "closedrop/http/bucket.h"
#include "closedrop/http/progress.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A transfer as the shaper sees it; begin with all zero but for the first two. */
struct shaped {
    CURL *easy;
    struct progress *progress; /* the time that it is held does not count as its own */
    int64_t allowed;           /* bytes of its file that may go before its next turn */
    int64_t sent;              /* bytes of its file that went */
    int64_t held_ms; /* steady clock: since when it waits, for its turn or for bytes; 0: it does not
                      */
    bool lacks_bytes;    /* that is what it waits for */
    struct shaped *next; /* behind it in the line */
};

/** Begin with all zero: no limit. */
struct shaper {
    struct bucket bucket;
    struct shaped *line; /* those that wait, who came first in front */
};

/** How many of `room` bytes of its file may go now; 0: none, it is held until its turn comes. */
size_t shaper_allow(struct shaper *shaper, struct shaped *shaped, size_t room);

/** So many bytes of its file went. */
void shaper_note_sent(struct shaped *shaped, int64_t bytes);

/** Let those continue whose turn it is. Returns in how many ms the next turn is, or INT64_MAX for
 * never.
 */
int64_t shaper_give_turns(struct shaper *shaper);

/** The next bytes of its file are not there yet; and now they are: it continues. */
void shaper_lack_bytes(struct shaped *shaped);
void shaper_have_bytes(struct shaped *shaped);

/**
 * A transfer has ended: it leaves the line, gives back what it did not use, and what it sent
 * without being asked is counted.
 */
void shaper_settle(struct shaper *shaper, struct shaped *shaped);

#endif
