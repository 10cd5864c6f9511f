/**
 * The leads that one lead stands for: itself, and those that were merged into it, directly or
 * through others (close-api.md 7.4: the activities of a merged lead go with it, its id is gone).
 * Asks Close, one request after the other.
 */
#ifndef CLOSEDROP_WORK_MERGED_LEADS_H
#define CLOSEDROP_WORK_MERGED_LEADS_H

#include "closedrop/close/api.h"
#include "closedrop/work/verdict.h"

#include <stdbool.h>
#include <stddef.h>

struct merged_leads {
    char **ids; /* the lead itself is the first */
    size_t count;
    size_t asked; /* of how many it is known what was merged into them */
    int page;
};

/** Begin with a lead. Returns 0 or -ENOMEM; to be released in any case. */
int merged_leads_init(struct merged_leads *leads, const char *lead_id);
void merged_leads_release(struct merged_leads *leads);

/** The next question; NULL when memory is short. */
struct request *merged_leads_ask(const struct merged_leads *leads, const struct api *api);

/** MORE: ask on. NEXT: all are known. Or what the answer means. */
struct verdict merged_leads_read(struct merged_leads *leads, const struct request *request);

/** Whether it is one of those found so far. */
bool merged_leads_have(const struct merged_leads *leads, const char *lead_id);

#endif
