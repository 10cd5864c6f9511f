/**
 * What was found out about leads that Close has no longer, remembered between jobs for a while: of
 * many files with one wrong id one asks, and many wrong ids share the list of merges. Only what
 * Close answered is remembered. Pure; times are of the steady clock, and the caller's. All zero is
 * nothing.
 */
#ifndef CLOSEDROP_WORK_ABSENCES_H
#define CLOSEDROP_WORK_ABSENCES_H

#include "closedrop/work/merge_list.h"

/** Leads that are remembered; the oldest makes room. */
#define ABSENCES_MAX 256

enum absence_kind {
    ABSENCE_MERGED,      /* an event says: into another lead */
    ABSENCE_DELETED,     /* an event says: by somebody */
    ABSENCE_UNEXPLAINED, /* no event says: the list of merges may */
    ABSENCE_KINDS
};

/** How long each is remembered. A lead that was made just now may be there only in a moment. */
extern const int64_t absence_kept_ms[ABSENCE_KINDS];

struct absence {
    char lead_id[RECORD_ID_ROOM];
    enum absence_kind kind;
    char told[RECORD_ID_ROOM]; /* where it was merged into; or when it was deleted, "": unknown */
    int64_t merges_since_ms;   /* a list of merges begun before says nothing of it, 0: any does */
    int64_t found_ms;
};

struct absences {
    struct absence *leads; /* ABSENCES_MAX of them, NULL: none yet */
    size_t next;           /* the place of the next new one */
    struct merge_list merges;
};

/** What is known of a lead, NULL: nothing. Good until the next one is added. */
const struct absence *absences_find(
    const struct absences *absences, const char *lead_id, int64_t now_ms);

/** Remember, in the place of what was known of that lead. Returns 0 or -ENOMEM. */
int absences_add(struct absences *absences, const struct absence *absence);

/** Forget everything: it is ready for use again. */
void absences_release(struct absences *absences);

#endif
