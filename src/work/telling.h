/** How far it is with telling those who dropped files into a folder (tell.h). */
#ifndef CLOSEDROP_WORK_TELLING_H
#define CLOSEDROP_WORK_TELLING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct waiting_item; /* waiting_text.h */

/** What is done about the texts of a folder, a page of its jobs after the other. */
struct telling {
    int64_t next_ms;    /* when the next page is due, on the steady clock */
    int64_t failed_ms;  /* the same, for more that has failed; 0: there is no more */
    int64_t late_after; /* the last job of the pages so far */
    int64_t told_after; /* the same, of jobs whose owners know */
    int pages;          /* of late jobs, since the first one was examined */
    bool has_told;      /* there are texts, or may be */
    bool has_warned;    /* that a text cannot be written */
    struct waiting_item *items;
    size_t count;
};

#endif
