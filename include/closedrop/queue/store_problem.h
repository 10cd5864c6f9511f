/**
 * Why a queue could not be opened.
 */
#ifndef CLOSEDROP_QUEUE_STORE_PROBLEM_H
#define CLOSEDROP_QUEUE_STORE_PROBLEM_H

enum store_problem {
    STORE_MISSING = 1,    /* there is none, and none was to be made */
    STORE_IN_USE,         /* another process has it: the agent runs */
    STORE_UNWRITABLE,     /* state_dir cannot be made or written */
    STORE_FULL,           /* the disk has no room left, not even without the ballast */
    STORE_NEWER,          /* made by a newer closedrop, or by another program */
    STORE_DAMAGED,        /* no longer a sound database */
    STORE_BROKEN_MACHINE, /* I/O error, no memory */
};

#endif
