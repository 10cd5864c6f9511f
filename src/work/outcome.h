/** What the end of a stage means for a job: a verdict in, a move out. Pure. */
#ifndef CLOSEDROP_WORK_OUTCOME_H
#define CLOSEDROP_WORK_OUTCOME_H

#include "move.h"

/** How many verifications must find nothing before it is posted again. */
#define VERIFICATIONS_NEEDED 2

/** What decides, apart from the verdict. */
struct outcome_case {
    const struct job *job;
    enum stage stage;
    const struct limits *limits;
    int effect_tries;  /* of its effect, in a stage of that */
    int64_t settle_ms; /* of its folder */
    int64_t now_ms;    /* wall clock */
    double chance;     /* of back-off: random, in [0, 1) */
    bool has_upload;   /* its file is open, to be sent */
    bool was_searched; /* what is missing was searched for in its folder, or cannot be */
    bool lacks_member; /* the file that is missing is that of another job of its group */
};

/** Where a job goes with this verdict of its stage. A verdict that is RUNNING has not come yet. */
struct move outcome_decide(const struct outcome_case *outcome, const struct verdict *verdict);

/** The same for a verdict that waited for what GET me/ says (MOVE_DOUBT): it was the job's own
 * fault, or Close is away. */
struct move outcome_after_doubt(
    const struct outcome_case *outcome, const struct verdict *verdict, bool is_own_fault);

/** The same where its activity was not found in Close, for the job's `verifications`th time. */
struct move outcome_of_absence(const struct outcome_case *outcome);

/** The same where it is not asked whether what replaces an older one was done: it is done again, or
 * given up. */
struct move outcome_of_repetition(const struct outcome_case *outcome);

/** The same where its effect was not found in Close, for the `verifications`th time. */
struct move outcome_of_missing_effect(const struct outcome_case *outcome, int verifications);

#endif
