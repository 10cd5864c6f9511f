/**
 * The leads that one lead now represents: itself and those that were merged into it, directly or
 * through others. (The activities of a merged lead move with it, and its ID no longer exists.) Asks
 * Close one request at a time.
 */
#ifndef CLOSEDROP_WORK_MERGED_LEADS_H
#define CLOSEDROP_WORK_MERGED_LEADS_H

#include "closedrop/close/api.h"
#include "closedrop/work/verdict.h"

#include <stdbool.h>
#include <stddef.h>

struct merged_leads {
    char **ids; /* the first is the lead itself */
    size_t count;
    size_t asked; /* for how many of them all merges into them are known */
    int page;
};

/** Begin with a lead. Returns 0 or -ENOMEM; must be released in any case. */
int merged_leads_init(struct merged_leads *leads, const char *lead_id);
void merged_leads_release(struct merged_leads *leads);

/** The next request; NULL if out of memory. */
struct request *merged_leads_ask(const struct merged_leads *leads, const struct api *api);

/** MORE: send another request. NEXT: all of them are known. Otherwise, what the answer means. */
struct verdict merged_leads_read(struct merged_leads *leads, const struct request *request);

/** Whether this lead is one of those found so far. */
bool merged_leads_have(const struct merged_leads *leads, const char *lead_id);

#endif
