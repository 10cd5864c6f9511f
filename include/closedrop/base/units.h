/**
 * Sizes ("64K") and durations ("15m") as people write them. Pure.
 */
#ifndef CLOSEDROP_BASE_UNITS_H
#define CLOSEDROP_BASE_UNITS_H

#include <stdint.h>

struct str;

/**
 * Read a size: a whole number, optionally followed by K, M, G or T (powers of 1024).
 * Returns 0, -EINVAL for anything else, or -ERANGE if the bytes do not fit into 63 bits.
 */
int units_size(const char *text, int64_t *ret_bytes);

/**
 * Read a duration: a whole number followed by ms, s, m, h, d or y (365 days); "0" needs no
 * unit.
 * Returns 0, -EINVAL for anything else, or -ERANGE if the milliseconds do not fit into 63 bits.
 */
int units_duration(const char *text, int64_t *ret_ms);

/** Append a size for people: "0 B", "1.5 KB", "25 MB". */
void units_print_size(struct str *out, int64_t bytes);

/** Append a size for a sentence: "1 byte", "12 bytes"; larger ones as above. */
void units_spell_size(struct str *out, int64_t bytes);

/** Append a duration for people, in its two largest units: "1 h 5 min", "3 s", "40 ms". */
void units_print_duration(struct str *out, int64_t ms);

#define UNITS_DURATION 32

/** The same, for a message: in `text`, which is returned. */
const char *units_duration_text(int64_t ms, char text[UNITS_DURATION]);

#endif
