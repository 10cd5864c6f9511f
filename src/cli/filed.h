/** What was filed before: the queue's content memory, for a command that files without a job. */
#ifndef CLOSEDROP_CLI_FILED_H
#define CLOSEDROP_CLI_FILED_H

#include "session.h"

/** Some bytes, as what they are to be filed on which lead. The texts are the caller's. */
struct filed {
    const char *sha256;
    enum activity activity;
    const char *lead_id;
    const char *rule; /* its name, "" for none */
};

/**
 * Whether the same was filed before, on that lead or one that was merged into it: asked of the
 * agent, or of the queue where none runs; without a queue there is nothing to know. NEXT: it was
 * not. FAIL: it was (already_filed), or that cannot be found out.
 */
struct verdict filed_ask(struct session *session, const struct filed *filed);

/** It is filed now, or may be: have that kept. Prints why where it cannot be. */
void filed_keep(struct session *session, const struct filed *filed);

#endif
