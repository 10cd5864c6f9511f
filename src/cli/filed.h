/** What was filed before: the queue's content memory, for a command that files without a job. */
#ifndef CLOSEDROP_CLI_FILED_H
#define CLOSEDROP_CLI_FILED_H

#include "session.h"

/** Some bytes, as what they are to be filed on which lead. The texts are the caller's. */
struct filed {
    const char *sha256;
    enum activity_kind activity;
    const char *lead_id;
    const char *rule;   /* its name, "" for none */
    bool leaves;        /* the house, really */
    const char *sender; /* of what leaves, "" for the key's user's own */
    int64_t number;     /* by filed_intend() */
};

/**
 * Have kept that it may be filed from now on, before it is; and find out whether the same was filed
 * before, on that lead or one that was merged into it, unless `again`. Asked of the agent, or of
 * the queue where none runs; without a queue there is nothing to know, and nothing leaves the
 * house. NEXT: file it. FAIL: it was (already_filed), or that cannot be found out; or it is too
 * much that would leave (held; not where --yes was said), or too fast (paced). Nothing is kept
 * then.
 */
struct verdict filed_intend(struct session *session, struct filed *filed, bool again);

/** It was created; if it is really sent, it counts from now. */
void filed_left(struct session *session, const struct filed *filed);

/** It is certain that it was not created: nothing is kept. */
void filed_withdraw(struct session *session, const struct filed *filed);

#endif
