/**
 * Alerts: notices what lasts (an outage, held emails, silence), keeps an event of it in the queue,
 * and delivers the events to whoever is configured to hear of them. Pings a receiver that notices
 * if it is not pinged any more.
 *
 * Nothing here delays a file: hooks are processes of their own, and a turn only looks at what has
 * ended and begins what is due.
 */
#ifndef CLOSEDROP_ALERTS_ALERTS_H
#define CLOSEDROP_ALERTS_ALERTS_H

#include "closedrop/alerts/condition.h"
#include "closedrop/config/config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct alerts;
struct http;
struct json;

/** New alerts, which borrow the queue and the HTTP engine, and hold a reference to the
 * configuration; NULL: no memory or no descriptor is left. */
struct alerts *alerts_new(struct queue *queue, struct http *http, struct config *config);

/** Stop what is being delivered, which is then delivered again by the next process; free it. */
void alerts_free(struct alerts *alerts);

/** Use another configuration for events from now on, and try again at once what failed. */
void alerts_configure(struct alerts *alerts, struct config *config);

/** Begin no more deliveries from now on, and end what is in progress soon. */
void alerts_stop(struct alerts *alerts);

/**
 * The part of a turn that is theirs, as the last one before its commit. What is due is only begun
 * by the next call, so once the commit has returned. A folder from which files are expected has a
 * condition of the kind NOTICE_SILENT: only if its state is not CONDITION_UNKNOWN is it found out
 * here. `unsettled_since_ms`: since when the file that has waited longest to be taken from its
 * folder does, on the wall clock; 0: none does, or only for a marker.
 */
void alerts_turn(
    struct alerts *alerts, struct condition *conditions, size_t count, int64_t unsettled_since_ms);

/** Whether a cause of this kind and code (with no folder) was reported, and is not over. */
bool alerts_has_reported(const struct alerts *alerts, enum notice_kind kind, const char *code);

/** How often to ask whether the watch thread answers, for whoever is to hear of it; INT64_MAX:
 * nobody is. */
int64_t alerts_pulse_ms(const struct alerts *alerts);

/** Readable when a delivery may have ended. */
int alerts_descriptor(const struct alerts *alerts);

/** Time in ms until something is due by itself; INT64_MAX for never. */
int64_t alerts_timeout(const struct alerts *alerts);

/** The number of deliveries in progress. */
size_t alerts_count_running(const struct alerts *alerts);

/** Whether none is in progress or due within that time. The next ping does not count: there is
 * always one. */
bool alerts_are_at_rest(const struct alerts *alerts, int64_t patience_ms);

/** Add "alerts" to a status object: what waits to be delivered, and what cannot be. Returns 0 or
 * -ENOMEM. */
int alerts_add_status(const struct alerts *alerts, struct json *status);

#endif
