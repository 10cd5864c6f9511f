/**
 * Sizes ("64K") and durations ("15m") as people write them. Pure.
 */
#ifndef CLOSEDROP_BASE_UNITS_H
#define CLOSEDROP_BASE_UNITS_H

#include <stdint.h>

struct str;

/**
 * Read a size: a whole number and an optional K, M, G or T (powers of 1024), in bytes.
 * Returns 0, or -EINVAL for anything else, -ERANGE where it does not fit 63 bits.
 */
int units_size(const char *text, int64_t *ret_bytes);

/**
 * Read a duration: a whole number and ms, s, m, h or d, in milliseconds; "0" needs no unit.
 * Returns 0, or -EINVAL for anything else, -ERANGE where it does not fit 63 bits.
 */
int units_duration(const char *text, int64_t *ret_ms);

/** Add a size as people read it: "0 B", "1.5 KiB", "25 MiB". */
void units_print_size(struct str *out, int64_t bytes);

/** Add a duration as people read it, the two largest units: "1 h 5 min", "3 s", "40 ms". */
void units_print_duration(struct str *out, int64_t ms);

#endif
