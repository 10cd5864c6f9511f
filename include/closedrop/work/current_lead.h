/**
 * The lead that an ID refers to now: the lead itself or, if it no longer exists because it was
 * merged, the lead it was merged into. Asks Close one request at a time:
 * first for the lead; if there is none, for the event that records its end; if there is no such
 * event (they are kept for 30 days, and not every key may list them), for the list of merges. What
 * is found out about a missing lead is remembered and not requested again for a while.
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
    char *lead_id; /* the one being requested; in the end, the current one */
    bool whole;    /* with all of its fields */
    enum current_lead_step step;
    int page; /* in the list of merges */
    int hops; /* number of merges followed */
    int64_t merges_since_ms;
    struct absences *shared; /* the caller's */
    struct absences own;     /* used if the caller has none */
};

/**
 * Begin with a lead. `current` must not be moved until it is released, and must be released in any
 * case. `absences` belongs to the caller and must remain valid until then; NULL: nothing remembered
 * is used. MORE: send a request. If what is remembered is enough, the result is that of
 * current_lead_read().
 */
struct verdict current_lead_begin(
    struct current_lead *current, const char *lead_id, bool whole, struct absences *absences);
void current_lead_release(struct current_lead *current);

/** The next request; NULL if out of memory. */
struct request *current_lead_ask(const struct current_lead *current, const struct api *api);

/**
 * MORE: send another request. NEXT sets `ret_lead`, the lead as Close returns it, which the caller
 * frees. FAIL: the lead does not exist (any more). RETRY: it is being merged at the moment. WAIT:
 * another job is reading the list of merges. Otherwise, what the answer means.
 */
struct verdict current_lead_read(
    struct current_lead *current, const struct request *request, struct json **ret_lead);

#endif
