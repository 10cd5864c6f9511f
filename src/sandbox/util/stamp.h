/**
 * Date-times as Close reads and writes them, in microseconds since 1970 (UTC).
 *
 * Read: ISO 8601, with or without a fraction and a zone; without one it is UTC. A date alone is
 * its midnight. Written: "2015-06-26T02:01:43.059265", as Close does it without a zone.
 */
#ifndef CLOSEDROP_SANDBOX_UTIL_STAMP_H
#define CLOSEDROP_SANDBOX_UTIL_STAMP_H

#include <stdint.h>

struct json;

/** Room for stamp_print(). */
#define STAMP_TEXT 40

/** The wall clock. */
int64_t stamp_now(void);

/** Returns 0 or -EINVAL. */
int stamp_read(const char *text, int64_t *ret_us);

/** Write into `text`, and return it. */
char *stamp_print(int64_t us, char text[STAMP_TEXT]);

/** Add it as a member. Returns 0 or -ENOMEM. */
int stamp_add(struct json *object, const char *key, int64_t us);

#endif
