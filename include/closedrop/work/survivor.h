/**
 * The lead that an id stands for now: the lead itself, or, where it was merged into another one and
 * so is gone, the one that survived (close-api.md 7.4, 12.3). Asks Close, one request after the
 * other: for the lead; where there is none, for the event of its end; where none is told (they are
 * kept for 30 days, and not every key may list them), for the list of merges. What was found out
 * about a lead that is gone is remembered, and not asked again for a while.
 */
#ifndef CLOSEDROP_WORK_SURVIVOR_H
#define CLOSEDROP_WORK_SURVIVOR_H

#include "closedrop/close/api.h"
#include "closedrop/work/absences.h"
#include "closedrop/work/verdict.h"

#include <stdbool.h>
#include <stdint.h>

struct json;

enum survivor_step { SURVIVOR_LEAD, SURVIVOR_EVENTS, SURVIVOR_MERGES };

struct survivor {
    char *lead_id; /* the one that is asked about; in the end the survivor */
    bool whole;    /* with all its fields */
    enum survivor_step step;
    int page; /* of the list of merges */
    int hops; /* merges followed */
    int64_t merges_since_ms;
    struct absences *shared; /* the caller's */
    struct absences own;     /* where it has none */
};

/**
 * Begin with a lead; it stays where it is until it is released, which is to be done in any case.
 * `absences` is the caller's and outlives it; NULL: everything is asked anew.
 * MORE: ask. Or, where what is remembered is enough, as survivor_read().
 */
struct verdict survivor_begin(
    struct survivor *survivor, const char *lead_id, bool whole, struct absences *absences);
void survivor_release(struct survivor *survivor);

/** The next question; NULL when memory is short. */
struct request *survivor_ask(const struct survivor *survivor, const struct api *api);

/**
 * MORE: ask on. NEXT: `ret_lead` is the lead as Close shows it, the caller's. FAIL: there is none
 * (any more). RETRY: it is just being merged. WAIT: another one reads the list of merges. Or what
 * the answer means.
 */
struct verdict survivor_read(
    struct survivor *survivor, const struct request *request, struct json **ret_lead);

#endif
