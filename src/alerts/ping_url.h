/** Where a failure is reported, by the URL where a ping goes. Pure. */
#ifndef CLOSEDROP_ALERTS_PING_URL_H
#define CLOSEDROP_ALERTS_PING_URL_H

#include <stdbool.h>

struct str;

/**
 * Add that URL to `out`. Returns whether `line` is to be posted there; if not, it is in the URL,
 * and a GET reports it. From the two conventions:
 *
 * - Healthchecks.io: a POST to the same path with "/fail" at its end
 *   (https://healthchecks.io/docs/signaling_failures/);
 * - Uptime Kuma, for a path that contains "/api/push/" or a query with "status=": the same URL with
 *   status=down and msg=LINE in its query, and without the time that was measured (ping=).
 */
bool ping_url_of_failure(struct str *out, const char *url, const char *line);

#endif
