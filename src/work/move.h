/**
 * Where the jobs of a task go when a stage has ended: what outcome.c decides, and moves.c carries
 * out.
 */
#ifndef CLOSEDROP_WORK_MOVE_H
#define CLOSEDROP_WORK_MOVE_H

#include "task.h"

enum move_kind {
    MOVE_NEXT,           /* to what follows its stage (`next` in stage_rows) */
    MOVE_STAGE,          /* to `stage`, after the commit */
    MOVE_BLAME,          /* nowhere yet: s3_health_judge() says first whose fault it is */
    MOVE_SEARCH,         /* nowhere yet: its file is searched for in its folder first */
    MOVE_DOUBT,          /* nowhere yet: GET me/ says first whose fault it is */
    MOVE_LEAVE_OUT,      /* on, without the member of its group whose file is missing */
    MOVE_RELEASE,        /* back to the queue, until `due_ms` */
    MOVE_VERIFY,         /* the same: then it is verified whether its activity was created */
    MOVE_PUT_AWAY_LATER, /* the same: then its file is put away again */
    MOVE_EFFECT_LATER,   /* the same: then its effect is created, or verified, again */
    MOVE_EFFECT_MISSING, /* on without its effect */
    MOVE_FAIL,           /* to Failed */
    MOVE_END,            /* out of the queue, with `ending` */
    MOVES
};

struct move {
    enum move_kind kind;
    enum stage stage;
    int64_t due_ms;      /* wall clock */
    bool spends_attempt; /* of its tries; what is nobody's fault spends none */
    enum job_ending ending;
    bool takes_back;  /* it is certain that the effect was not created */
    bool withdraws;   /* first of all: it is certain that no activity was created */
    bool steps_aside; /* others of its sender go first */
    bool notes_fault; /* the job says why, while it waits */
    bool names_rule;  /* the one that took it, where the job does not know it yet */
    bool resettles;   /* the watch thread settles its file again */
    bool warns;       /* in the log; else it informs */
    const char *what; /* a word for the log, NULL: it says nothing */
    struct verdict why;
};

#endif
