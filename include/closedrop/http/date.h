/**
 * Dates as HTTP headers have them (RFC 9110, 5.6.7). Pure.
 */
#ifndef CLOSEDROP_HTTP_DATE_H
#define CLOSEDROP_HTTP_DATE_H

#include <stdbool.h>
#include <stdint.h>

/** Read "Sun, 22 Nov 2026 10:00:00 GMT"; false where it is none. Wall clock. */
bool date_read(const char *text, int64_t *ret_wall_ms);

#endif
