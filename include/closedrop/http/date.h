/**
 * Dates in HTTP headers (RFC 9110, 5.6.7). Pure.
 */
#ifndef CLOSEDROP_HTTP_DATE_H
#define CLOSEDROP_HTTP_DATE_H

#include <stdbool.h>
#include <stdint.h>

/** Read a date like "Sun, 22 Nov 2026 10:00:00 GMT" as ms of wall time; false if it is not one. */
bool date_read(const char *text, int64_t *ret_wall_ms);

#endif
