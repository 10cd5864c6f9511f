/** How far it is with telling those who dropped files into a folder (tell.h). */
#ifndef CLOSEDROP_WORK_TELLING_H
#define CLOSEDROP_WORK_TELLING_H

#include "waiting_text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What is done about the texts of a folder, a page of its jobs after the other. */
struct telling {
    int64_t next_ms; /* when the next page is due, on the steady clock */
    int64_t
        failed_ms; /* the same, when there is more to do about what has failed; 0: there is not */
    int64_t late_after; /* the last job of the pages so far */
    int64_t told_after; /* the same, of jobs whose owners know */
    int pages;          /* of late jobs, since the first one was examined */
    bool has_told;      /* there are texts, or may be */
    bool has_warned;    /* that a text cannot be written */
    int64_t order;      /* the number of what a file process was ordered; 0: nothing */
    struct waiting_item *items;
    size_t count;
};

#endif
