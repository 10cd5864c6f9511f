/**
 * Why a queue could not be opened.
 */
#ifndef CLOSEDROP_QUEUE_STORE_PROBLEM_H
#define CLOSEDROP_QUEUE_STORE_PROBLEM_H

enum store_problem {
    STORE_MISSING = 1,    /* it does not exist, and was not to be created */
    STORE_IN_USE,         /* another process has it open: the agent is running */
    STORE_UNWRITABLE,     /* state_dir cannot be created or written to */
    STORE_FULL,           /* the disk is full, even without the ballast */
    STORE_NEWER,          /* created by a newer closedrop, or by another program */
    STORE_DAMAGED,        /* no longer a sound database */
    STORE_BROKEN_MACHINE, /* I/O error, or out of memory */
};

#endif
