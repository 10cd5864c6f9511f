/**
 * What can be asked of a store, or changed in many of its rows at once: which, and what about. A
 * query is a value: it can be kept, and sent far away with others.
 *
 * How a driver answers each is its own: SQLite has a text for it (store_sql.h), the driver of the
 * tests a function.
 */
#ifndef CLOSEDROP_QUEUE_QUERY_H
#define CLOSEDROP_QUEUE_QUERY_H

#include "closedrop/queue/job.h"

#include <stdbool.h>
#include <stdint.h>

/* "of a folder": not one that was uploaded by hand; "live": neither ended nor discarded; "waiting":
 * not ended, claimed or put away */
enum query_kind {
    /* jobs: store_jobs() */
    QUERY_LOAD,          /* by id */
    QUERY_BY_HANDLE,     /* folder, identity; the newest, those that have ended last */
    QUERY_BY_PATH,       /* folder, path, identity's size and mtime; the same */
    QUERY_WAITING_AT,    /* folder, path: queued, or uploaded and held; the newest */
    QUERY_KEPT,          /* folder, identity's handle and size, or path: done and kept; not id */
    QUERY_DUE,           /* folder, state, suspect, at_ms: the one longest due */
    QUERY_UNCLASSIFIED,  /* folder: queued, with another rules_digest; limit */
    QUERY_GROUP_MEMBERS, /* of the group, uploaded, not claimed; not id; by path, limit */
    QUERY_BY_POSTING,    /* posting, state, not claimed; not id; by path, limit */
    QUERY_ALREADY_FILED, /* sha256: failed so, in Failed, not claimed; the first above id */
    QUERY_HELD_AT,       /* folder, path: uploaded and was held, not claimed; the newest */
    QUERY_CLAIMED,       /* the first above id */
    /* a page of a filter (job_filter.h), the newest first: not before since_ms, then before at_ms
       and below; by queued_ms, or in a state by when it was reached */
    QUERY_LIST,              /* any filter without a state */
    QUERY_LIST_FOLDER,       /* the same, of a folder */
    QUERY_LIST_LEAD,         /* of a lead */
    QUERY_LIST_HELD,         /* held */
    QUERY_LIST_NAME,         /* of a name */
    QUERY_LIST_STATE,        /* with a state */
    QUERY_LIST_FOLDER_STATE, /* the same, of a folder */
    QUERY_LIST_LEAD_STATE,   /* of a lead */
    QUERY_OF_STATE, /* of a filter with a state, the oldest first: after at_ms, and above id */

    QUERY_LACKING,      /* done, and lacks an effect, limit; newest first */
    QUERY_NOT_PUT_AWAY, /* with an outcome, limit; oldest first */
    QUERY_OLDEST,       /* folder: without an outcome, not ended; the first to be queued */

    /* numbers and texts: store_rows(); as texts | numbers */
    QUERY_HAS_SUCCESSOR, /* folder, path, above id: | how many */
    QUERY_HAS_PUT_AWAY, /* folder, path (the first below it) to beyond, at_ms to until_ms: | 0, 1 */
    QUERY_NEXT_DUE,     /* folder, state, suspect: | due_ms, INT64_MAX */
    QUERY_AHEAD,    /* folder, state, at_ms, id: | how many, no suspects, are due before; limit */
    QUERY_LATE,     /* of a folder, without an outcome, not held back, limit: | since when, before
                       at_ms, it has waited */
    QUERY_SUSPECTS, /* | how many */
    QUERY_GROUP,    /* of the group: | newest queued_ms, open, failing */
    QUERY_HAS_ACTIVITY,   /* activity_id, md5 where set: | how many of a folder */
    QUERY_COUNT_CLAIMED,  /* | how many, the jobs of one posting as one */
    QUERY_IN_FAILED,      /* folder: failed and put away, above id, limit: | id */
    QUERY_UNTOLD,         /* folder: has waited since before at_ms, not claimed or held back, and
                             its owner does not know; above id, limit: | id */
    QUERY_TOLD,           /* folder: its owner knows, not claimed; above id, limit: | id */
    QUERY_COUNT,          /* live, of a folder; folder where set: state | put_away, how many */
    QUERY_COUNT_DONE,     /* folder: | how many are done since at_ms, or have ended since */
    QUERY_COUNT_OUTCOMES, /* of a folder, since at_ms: folder, state | at_ms, how many came to it */
    QUERY_FOLDERS,        /* live, of a folder: folder | how many, without an outcome put away */
    QUERY_RULES_GONE,     /* waiting with rule_gone, never due: rule | how many */
    QUERY_LAST_POSTING,   /* | its number */
    QUERY_POSTINGS,       /* of a job, id: token, lead_id, activity | at_ms */
    QUERY_EFFECTS,        /* of a job, id: activity, state, why, name | at_ms, number, nth */
    QUERY_FILINGS,        /* sha256, activity, lead_id: lead_id, rule, activity | at_ms, job */
    QUERY_FILED_ELSEWHERE,  /* sha256, activity, not lead_id: | 0, 1 */
    QUERY_UNCLEAR_BY_HAND,  /* sha256, lead_id: | 0, 1 */
    QUERY_HISTORY,          /* of a job, id: state, why | at_ms */
    QUERY_LAST_NOTE,        /* | at_ms */
    QUERY_NUMBER,           /* name: | value */
    QUERY_HAS_LEFT,         /* id, rule, after at_ms: | how many */
    QUERY_LEFT_BY_RULE,     /* rule, not id: | at_ms of the nth last */
    QUERY_LEFT_BY_SENDER,   /* sender, not id: | the same */
    QUERY_IS_LEAVING,       /* sender, not id: | how many that are being attached */
    QUERY_GUARD,            /* rule: | the four of struct guard_marks */
    QUERY_HELD,             /* rule where set: rule | how many emails wait for a word */
    QUERY_HELD_OF_RULE,     /* rule, held where set, not claimed, above id, limit: | id */
    QUERY_IS_UNDECIDED,     /* rule, marks: | 0, 1 */
    QUERY_PACED_SENDER,     /* the first above sender: sender | */
    QUERY_PACED,            /* sender, folder, not claimed: | id, entered of the first to enter */
    QUERY_COUNT_PACED,      /* sender | how many emails wait for their turn */
    QUERY_NOTICES,          /* channel, event, due at_ms, limit: event, cause, why | id, job, at_ms,
                              since_ms, the          event that reported the beginning, tries */
    QUERY_NOTICES_OF_CAUSE, /* channel, cause, not being delivered, limit: the same, by id */
    QUERY_NEXT_NOTICE,      /* channel, event: | when it is due, INT64_MAX */
    QUERY_HAS_NOTICES,      /* | 0, or at least 1: how many, of all channels */
    QUERY_COUNT_NOTICES,    /* channel, cause where set: | how many */
    QUERY_CAUSES,           /* cause, why | since_ms, when it was over, event */
    QUERY_LAST_ARRIVAL,     /* folder: | the newest queued_ms, 0 */

    /* changes: store_change() */
    CHANGE_WAKE,           /* code, not claimed, queued or uploaded: due at_ms, if later */
    CHANGE_WAKE_CHANGED,   /* folder: uploaded by other rules than rules_digest: due at_ms */
    CHANGE_WAKE_GROUP,     /* folder, rule, group: uploaded, never due: due at_ms */
    CHANGE_DELAY_GROUP,    /* the members of QUERY_GROUP_MEMBERS, and id: due at_ms */
    CHANGE_CLAMP,          /* waiting, and due later than at_ms: due then */
    CHANGE_SHIFT,          /* waiting: due by_ms later */
    CHANGE_POST,           /* posting, id, token, lead_id, activity, at_ms: add it */
    CHANGE_EFFECT,         /* id, activity, state, why, name, at_ms, number, nth: set it */
    CHANGE_REMEMBER,       /* sha256, activity, lead_id, id, rule, at_ms: add the filing */
    CHANGE_UNREMEMBER,     /* sha256, activity, lead_id, id: remove it */
    CHANGE_NOTE,           /* id, at_ms, state, why: add a row of history */
    CHANGE_REMOVE,         /* id: remove the job itself */
    CHANGE_REMOVE_NOTES,   /* id: its history */
    CHANGE_REMOVE_POSTS,   /* id: the tokens it has posted */
    CHANGE_REMOVE_EFFECTS, /* id: its effects */
    CHANGE_NUMBER,         /* name, number: set it */
    CHANGE_LEAVE,          /* id, rule, sender, at_ms: into the ledger */
    CHANGE_STAY,           /* id: out of it */
    CHANGE_LEAVE_AS,       /* what is there under other is under id */
    CHANGE_LEFT_AGAIN,     /* id: at_ms at the earliest */
    CHANGE_LEFT_CLAMP,     /* what left after at_ms left then */
    CHANGE_LEFT_FORGET,    /* what left before at_ms */
    CHANGE_LEFT_SHIFT,     /* all: by_ms later */
    CHANGE_GUARD,          /* rule, marks: set them */
    CHANGE_NOTICE,         /* channel, id, event, cause, why, other (its job), at_ms, since_ms,
                             posting (the event that reported the beginning): add it, due until_ms */
    /* events of a channel: the one with the id and, where cause is set, all of it up to the id */
    CHANGE_NOTICE_BEGUN,  /* one try more; never due */
    CHANGE_NOTICE_LATER,  /* due until_ms */
    CHANGE_NOTICE_OVER,   /* remove them */
    CHANGE_NOTICES_AGAIN, /* of all channels, what is never due: due until_ms */
    CHANGE_NOTICES_CLAMP, /* what is due after at_ms: due then */
    CHANGE_NOTICES_SHIFT, /* all: due by_ms later */
    CHANGE_CAUSE,         /* cause, why, since_ms, until_ms (over), id (event): set it */
    CHANGE_CAUSE_FORGET,  /* cause: remove it */
    QUERIES
};

/** The last that is answered by jobs. */
#define QUERY_LAST_OF_JOBS QUERY_NOT_PUT_AWAY

/** What a query is about; which of it counts depends on its kind. NULL texts are not set. */
struct query {
    int64_t id;
    const char *folder;
    const char *path;
    const char *beyond;
    const struct identity *identity;
    const char *state; /* of job_state_names */
    const char *rule;
    const char *group;
    const char *lead_id;
    const char *contact_id;
    const char *rules_digest;
    const char *sha256; /* in hex, a whole one */
    const char *md5;
    const char *token;
    const char *activity; /* of activity_kind_names */
    const char *activity_id;
    const char *code;
    const char *match;
    const char *sender;
    const char *name;
    const char *why;
    const char *channel; /* of notice_channel_names */
    const char *event;   /* of notice_kind_names */
    const char *cause;
    int64_t over; /* as struct guard_marks */
    int64_t released;
    int64_t recalled;
    int64_t recalled_held;
    int64_t posting;
    int64_t closed;
    int64_t other;
    int64_t below;
    int64_t number;
    int64_t nth;
    int64_t at_ms;
    int64_t since_ms;
    int64_t until_ms;
    int64_t by_ms;
    int64_t limit;
    int64_t held;
    bool all;
    bool suspect;
};

#endif
