/** The daily summary as text. */
#ifndef CLOSEDROP_ALERTS_SUMMARY_TEXT_H
#define CLOSEDROP_ALERTS_SUMMARY_TEXT_H

#include "closedrop/config/config.h"
#include "closedrop/queue/notices.h"

struct str;

/**
 * Add what was filed, what failed and why, what waits, and what is silent: from the notice's
 * `since_ms` until now.
 */
void summary_text_body(struct str *out, const struct config *config, struct queue *queue,
    const struct notice *notice, const char *host);

#endif
