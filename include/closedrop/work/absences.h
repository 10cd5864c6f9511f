/**
 * What was found out about leads that no longer exist in Close. It is remembered between jobs for a
 * while, so that only one of many files with the same wrong ID asks Close, and many wrong IDs share
 * the list of merges. Only what Close answered is remembered. Pure; times are on the steady clock
 * and passed in by the caller. All zero is an empty memory.
 */
#ifndef CLOSEDROP_WORK_ABSENCES_H
#define CLOSEDROP_WORK_ABSENCES_H

#include "closedrop/work/merge_list.h"

/** Maximum number of remembered leads; a new one replaces the oldest. */
#define ABSENCES_MAX 256

enum absence_kind {
    ABSENCE_MERGED,      /* according to an event: into another lead */
    ABSENCE_DELETED,     /* according to an event: by somebody */
    ABSENCE_UNEXPLAINED, /* no event explains it; the list of merges may */
    ABSENCE_KINDS
};

/**
 * How long each kind is remembered. A lead that has only just been created may appear a moment
 * later.
 */
extern const int64_t absence_kept_ms[ABSENCE_KINDS];

struct absence {
    char lead_id[RECORD_ID_ROOM];
    enum absence_kind kind;
    char told[RECORD_ID_ROOM]; /* the lead merged into, or when it was deleted; "": unknown */
    int64_t merges_since_ms;   /* a list of merges begun earlier proves nothing; 0: any list does */
    int64_t found_ms;
};

struct absences {
    struct absence *leads; /* ABSENCES_MAX of them; NULL: none yet */
    size_t next;           /* where the next new one goes */
    struct merge_list merges;
};

/** What is known about a lead; NULL: nothing. Valid until the next call of absences_add(). */
const struct absence *absences_find(
    const struct absences *absences, const char *lead_id, int64_t now_ms);

/** Remember this, replacing what was known about the same lead. Returns 0 or -ENOMEM. */
int absences_add(struct absences *absences, const struct absence *absence);

/** Forget everything; the memory can be used again afterwards. */
void absences_release(struct absences *absences);

#endif
