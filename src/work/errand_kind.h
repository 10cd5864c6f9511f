/** The kinds of errands (errand.h). */
#ifndef CLOSEDROP_WORK_ERRAND_KIND_H
#define CLOSEDROP_WORK_ERRAND_KIND_H

enum errand {
    ERRAND_CLASSIFY,  /* read what files say about where they belong */
    ERRAND_DISCARDS,  /* search for failed files */
    ERRAND_EMPTIED,   /* remove a directory that was emptied */
    ERRAND_MARKER,    /* put an end marker away */
    ERRAND_ABOVE,     /* which directories is a file in */
    ERRAND_TAKEN_OUT, /* was a failed file taken out of Failed */
    ERRAND_WAITING,   /* write or remove the texts next to files that wait */
    ERRANDS
};

#endif
