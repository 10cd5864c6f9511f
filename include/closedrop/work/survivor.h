/**
 * The lead that an id stands for now: the lead itself, or, where it was merged into another one and
 * so is gone, the one that survived (close-api.md 7.4). Asks Close, one request after the other.
 */
#ifndef CLOSEDROP_WORK_SURVIVOR_H
#define CLOSEDROP_WORK_SURVIVOR_H

#include "closedrop/close/api.h"
#include "closedrop/work/verdict.h"

#include <stdbool.h>
#include <stdint.h>

struct json;

struct survivor {
    char *lead_id; /* the one that is asked about; in the end the survivor */
    bool whole;    /* with all its fields */
    bool asks_merges;
    int page;
    int hops; /* merges followed */
};

/** Begin with a lead. Returns 0 or -ENOMEM. */
int survivor_init(struct survivor *survivor, const char *lead_id, bool whole);
void survivor_release(struct survivor *survivor);

/** The next question; NULL when memory is short. */
struct request *survivor_ask(const struct survivor *survivor, const struct api *api);

/**
 * MORE: ask on. NEXT: `ret_lead` is the lead as Close shows it, the caller's. FAIL: there is none
 * (any more). RETRY: it is just being merged. Or what the answer means.
 */
struct verdict survivor_read(
    struct survivor *survivor, const struct request *request, struct json **ret_lead);

#endif
