/**
 * A job: the processing of one file, and one row of the queue. Plain data, and pure functions on
 * it.
 */
#ifndef CLOSEDROP_QUEUE_JOB_H
#define CLOSEDROP_QUEUE_JOB_H

#include "closedrop/close/activity_kind.h"
#include "closedrop/files/identity.h"

#include <stdbool.h>
#include <stdint.h>

enum job_state {
    JOB_QUEUED,    /* waits for its turn, or for a retry */
    JOB_UPLOADING, /* claimed; queued again after a crash */
    JOB_UPLOADED,  /* the bytes are at Close; no later step may upload them again */
    JOB_ATTACHING, /* its activity may have been posted; verify before posting again */
    JOB_DONE,      /* filed; the file may still have to be put away (see put_away) */
    JOB_FAILED,    /* needs a person; the file may still have to be moved to Failed */
    JOB_STATES
};

/** How a job left the queue without being done or failed. */
enum job_ending {
    JOB_NOT_ENDED,
    JOB_DROPPED,    /* its file was removed from the folder before it was sent */
    JOB_SUPERSEDED, /* its file was rewritten or replaced: a new job has taken over */
    JOB_FORGOTTEN,  /* by `closedrop forget`; its file is left alone until it changes */
    JOB_ENDINGS
};

/**
 * The error codes that only a person can judge, sorted: `retry` accepts such a job only by its ID.
 */
enum { JOB_JUDGED = 6 };
extern const char *const job_judged_codes[JOB_JUDGED];

extern const char *const job_state_names[JOB_STATES];
extern const char *const job_ending_names[JOB_ENDINGS];

/** What the send guard (guard.h) has done with a job. */
enum job_held {
    HELD_NEVER,
    HELD_FOR_WORD, /* too much would be sent: it waits for a person */
    HELD_FOR_TURN, /* it waits until its sender may send again */
    HELD_BEFORE    /* it waited and may now be sent; its file is checked before that */
};

/** Where the file of a job with an outcome is. */
enum job_put_away {
    JOB_NOT_PUT_AWAY, /* still where it was: it must be put away */
    JOB_PUT_AWAY,     /* where its outcome requires (job->location) */
    JOB_DISCARDED /* nowhere: it had failed, and a person deleted the file from there. The job has
                     ended, unless the file comes back */
};

/** A `due_ms` that never comes: the job waits for an event, not for a time (queue_wake()). */
#define JOB_DUE_NEVER INT64_MAX

/** The folder of a job that `closedrop upload` has sent: none, and no folder can have this name. */
#define BY_HAND_FOLDER ""

struct job {
    int64_t id;
    char *folder;
    char *path;        /* bytes, relative to the folder; follows the file until it is put away */
    char *queued_path; /* the path it was queued under; NULL: the same */
    char *filed_path;  /* the path its activity was created for; NULL: the same */
    struct identity identity;
    enum job_state state;
    enum job_ending ending;
    bool claimed; /* by the worker, without a recorded result; still set after a crash: it was
                     interrupted */
    bool suspect; /* was claimed when the program crashed: runs alone until it succeeds */
    enum job_put_away put_away; /* whether the file has been put where its outcome requires */
    int attempts;               /* number of claims that count */
    int crashes;                /* number of crashes while only this job was claimed */
    int64_t due_ms;             /* wall clock; not claimed earlier */
    char *location; /* where the file is if no longer at `path`; "" if it no longer exists */
    char *error_code;
    char *error_message;
    char *content_type;
    char *sha256;
    char *md5;
    char *download_url;
    char *token; /* the part of the URL that attaching does not change (ticket.h) */
    int64_t queued_ms;
    int64_t uploaded_ms; /* 0: not yet */
    int64_t done_ms; /* when it came to its outcome; until then, when a person last released it or
                        started it over. 0: not yet */

    char *rules_digest; /* the rules it was classified by (rules_digest()); "" or NULL: not yet */
    char *rule;         /* the rule that takes it; NULL: none does */
    char *group;        /* the key of its group; NULL: it is filed alone */
    char *values;       /* the values for the rule's templates, a JSON object */
    enum activity_kind activity;
    char *lead_id; /* what it is filed on, NULL: not looked up yet. Of a template of Close, which
                      belongs to no lead: its own ID, "": it is to be created */
    char *contact_id;
    char *owner; /* the user who owned its file when it arrived, by name or number; NULL: no rule
                    of its folder asked then */
    char *told;  /* where its file was when a text next to it began to say that it waits; "": its
                    owner got a mail instead; NULL: its owner does not know that yet */
    char *lead_name; /* its name, as Close had it when the target was looked up, for people; NULL:
                        unknown */
    char *contact_name;
    char *activity_id;
    int64_t posting;   /* of a POST with unknown outcome: verify before posting again. 0: none */
    int verifications; /* number of searches for the result of that POST that found nothing */
    bool reconcile;    /* an earlier queue, now lost, may have filed it: check Close first */
    bool approved;     /* a person wants it filed although the same bytes were filed before */

    int64_t entered; /* the number by which it entered the queue, or started over */
    bool released;   /* a person wants it sent, however much is sent */
    char *sender;    /* of the email that will contain it; NULL: not determined yet */
    enum job_held held;
    int64_t closed; /* the number of its complete group, which waits to be sent as one; else 0 */
};

/** The path that is used in the job's activity: renaming the file later does not change it. */
const char *job_filed_path(const struct job *job);

/**
 * Whether `path` ends in the location that its file was moved to, because a directory above it
 * became the folder.
 */
bool job_is_at_location(const struct job *job, const char *path);

/** Whether it is done, but something that should have been created besides is missing; its error
 * says what, and why. */
bool job_lacks_effect(const struct job *job);

/** Whether it was uploaded by hand: it belongs to no folder and is never processed. */
bool job_is_by_hand(const struct job *job);

/** Whether a job has an outcome: all that is left to do is to put its file away. */
bool job_has_outcome(const struct job *job);

/**
 * How it ended without being done or failed, for people to read: one of job_ending_names, or
 * "discarded"; "" if it has not.
 */
const char *job_ended_as(const struct job *job);

/**
 * Whether only lists and reports still have a use for it: it is done and its file was put away, or
 * it ended otherwise. It is not if a file may still be known by it that is in the folder (kept, or
 * forgotten) or in Failed, if its POST is unclear, or if its owner has yet to hear that it no
 * longer waits.
 */
bool job_is_past(const struct job *job);

/** Whether an activity may have been created for it: what it is filed as no longer changes. */
bool job_is_intended(const struct job *job);

/** Make its target be looked up again. */
void job_forget_target(struct job *job);

/** Make its rule be found again, and then its target. */
void job_forget_rule(struct job *job);

/** Whether it failed, or is waiting, with this error. */
bool job_has_error(const struct job *job, const char *code);

/** Whether it failed with this error and has not ended since. */
bool job_failed_as(const struct job *job, const char *code);

/** Whether it is uploaded and the send guard is holding it back. */
bool job_is_held_back(const struct job *job);

/** The guard no longer holds it back; that it did is still recorded. */
void job_let_go(struct job *job);

/** Clear its error. */
void job_forget_error(struct job *job);

/** The index of its error in job_judged_codes, or -1. */
int job_judgement(const struct job *job);

/** Free a job and everything it owns; does nothing for NULL. */
void job_free(struct job *job);

/** For CLEANUP on a `struct job *`. */
void job_freep(struct job **job);

/** The state with this name, or -1. */
int job_state_from_name(const char *name);

/** Whether a job may change from one state to the other; any other change is a bug. */
bool job_may_move(enum job_state from, enum job_state to);

#endif
