/**
 * The lead that an id stands for now: the lead itself, or, where it was merged into another one and
 * so is gone, the one that survived (close-api.md 7.4, 12.3). Asks Close, one request after the
 * other: for the lead; where there is none, for the event of its end; where none is told (they are
 * kept for 30 days, and not every key may list them), for the list of merges. What was found out
 * about a lead that is gone is remembered, and not asked again for a while.
 */
#ifndef CLOSEDROP_WORK_CURRENT_LEAD_H
#define CLOSEDROP_WORK_CURRENT_LEAD_H

#include "closedrop/close/api.h"
#include "closedrop/work/absences.h"
#include "closedrop/work/verdict.h"

#include <stdbool.h>
#include <stdint.h>

struct json;

enum current_lead_step { ASK_FOR_LEAD, ASK_FOR_EVENTS, ASK_FOR_MERGES };

struct current_lead {
    char *lead_id; /* the one that is asked about; in the end the current one */
    bool whole;    /* with all its fields */
    enum current_lead_step step;
    int page; /* of the list of merges */
    int hops; /* merges followed */
    int64_t merges_since_ms;
    struct absences *shared; /* the caller's */
    struct absences own;     /* where it has none */
};

/**
 * Begin with a lead; it stays where it is until it is released, which is to be done in any case.
 * `absences` is the caller's and outlives it; NULL: everything is asked anew.
 * MORE: ask. Or, where what is remembered is enough, as current_lead_read().
 */
struct verdict current_lead_begin(
    struct current_lead *current, const char *lead_id, bool whole, struct absences *absences);
void current_lead_release(struct current_lead *current);

/** The next question; NULL when memory is short. */
struct request *current_lead_ask(const struct current_lead *current, const struct api *api);

/**
 * MORE: ask on. NEXT: `ret_lead` is the lead as Close shows it, the caller's. FAIL: there is none
 * (any more). RETRY: it is just being merged. WAIT: another one reads the list of merges. Or what
 * the answer means.
 */
struct verdict current_lead_read(
    struct current_lead *current, const struct request *request, struct json **ret_lead);

#endif
