/**
 * A job: one file's way through the program, one row of the queue. Plain data, and pure functions
 * of it.
 */
#ifndef CLOSEDROP_QUEUE_JOB_H
#define CLOSEDROP_QUEUE_JOB_H

#include "closedrop/close/activity_kind.h"
#include "closedrop/files/identity.h"

#include <stdbool.h>
#include <stdint.h>

enum job_state {
    JOB_QUEUED,    /* waits for its turn, or for a retry */
    JOB_UPLOADING, /* claimed; after a crash it is queued again */
    JOB_UPLOADED,  /* the bytes are at Close; what is left must not upload again */
    JOB_ATTACHING, /* its activity may have been posted; look before posting again */
    JOB_DONE,      /* filed; the file may still have to be put away (see put_away) */
    JOB_FAILED,    /* needs a human; the file may still have to be moved to Failed */
    JOB_STATES
};

/** How a job left the queue without being done or failed. */
enum job_ending {
    JOB_NOT_ENDED,
    JOB_DROPPED,    /* its file was taken out of the folder before it was sent */
    JOB_SUPERSEDED, /* its file was rewritten or replaced: a new job has taken over */
    JOB_FORGOTTEN,  /* by `closedrop forget`; its file is left alone until it changes */
    JOB_ENDINGS
};

/** The codes of what only a person can judge, sorted: `retry` takes such a job by its id alone. */
enum { JOB_JUDGED = 6 };
extern const char *const job_judged_codes[JOB_JUDGED];

extern const char *const job_state_names[JOB_STATES];
extern const char *const job_ending_names[JOB_ENDINGS];

/** What the send guard (guard.h) has done about a job. */
enum job_held {
    HELD_NEVER,
    HELD_FOR_WORD, /* too much would leave: it waits for a person */
    HELD_FOR_TURN, /* it waits until its sender may send again */
    HELD_BEFORE    /* it waited, and may go; its file is looked at before it does */
};

/** Where the file of a job with an outcome is. */
enum job_put_away {
    JOB_NOT_PUT_AWAY, /* still where it was: it is to be put away */
    JOB_PUT_AWAY,     /* where its outcome says (job->location) */
    JOB_DISCARDED /* nowhere: it had failed, and a person deleted it from there. The job has ended,
                     as long as the file does not come back */
};

/** For `due_ms`: waits for something that no time brings (store_wake()). */
#define JOB_DUE_NEVER INT64_MAX

/** The folder of what `closedrop upload` has sent: none, and no folder can be called so. */
#define BY_HAND_FOLDER ""

struct job {
    int64_t id;
    char *folder;
    char *path;        /* bytes, relative to the folder; follows the file until it is put away */
    char *queued_path; /* the one it was queued under, NULL: the same */
    char *filed_path;  /* the one its activity was created for, NULL: the same */
    struct identity identity;
    enum job_state state;
    enum job_ending ending;
    bool claimed; /* by the worker, and not yet recorded: what a crash leaves set was interrupted */
    bool suspect; /* was claimed when the program crashed: goes alone until it gets through */
    enum job_put_away put_away; /* whether the file has been put where its outcome says */
    int attempts;               /* claims that count */
    int crashes;                /* crashes while only this job was claimed */
    int64_t due_ms;             /* wall clock; not claimed before */
    char *location; /* where the file lies now when no longer at `path`; "" when it is gone */
    char *error_code;
    char *error_message;
    char *content_type;
    char *sha256;
    char *md5;
    char *download_url;
    char *token; /* the part of the URL that survives attaching (close-api.md 1.5) */
    int64_t queued_ms;
    int64_t uploaded_ms; /* 0: not yet */
    int64_t done_ms;

    char *rules_digest; /* the rules it was sorted by (rules_digest()); "" or NULL: not yet */
    char *rule;         /* the one that takes it, NULL: none does */
    char *group;        /* the key of its group, NULL: it goes alone */
    char *values;       /* what the rule's templates may use, a JSON object */
    enum activity_kind activity;
    char *lead_id; /* NULL: not looked up yet */
    char *contact_id;
    char *activity_id;
    int64_t
        posting; /* of a POST whose end is not known: look before posting again. 0: there is none */
    int verifications; /* of that POST, which found nothing */
    bool reconcile;    /* an earlier queue, which is lost, may have filed it: look in Close first */
    bool approved;     /* a person wants it filed although the same bytes were filed before */

    int64_t entered; /* counts up with each job that enters the queue or starts over */
    bool released;   /* a person wants it sent, however much is sent */
    char *sender;    /* of the email that it is to leave by; NULL: not asked yet */
    enum job_held held;
    int64_t closed; /* its group is complete and waits to leave as one, under this number; else 0 */
};

/** The path that the activity of a job speaks of: renaming the file later does not change it. */
const char *job_filed_path(const struct job *job);

/** Whether `path` ends in the location its file was put to: a directory above it became the folder.
 */
bool job_lies_at_location(const struct job *job, const char *path);

/** Whether it was uploaded by hand: it belongs to no folder, and nothing is ever done about it. */
bool job_is_by_hand(const struct job *job);

/** Whether a job has an outcome: what is left is to put its file away. */
bool job_has_outcome(const struct job *job);

/** How it has ended without being done or failed, for people: one of job_ending_names, or
 * "discarded"; "" where it has not. */
const char *job_ended_as(const struct job *job);

/** Whether an activity of it may have been created: what it is filed as no longer changes. */
bool job_is_intended(const struct job *job);

/** Its target must be looked up again. */
void job_forget_target(struct job *job);

/** Its rule must be found again, and so its target. */
void job_forget_rule(struct job *job);

/** Whether it failed, or waits, with this error. */
bool job_has_error(const struct job *job, const char *code);

/** Whether it failed with this error, and has not ended since. */
bool job_failed_as(const struct job *job, const char *code);

/** Whether it is uploaded and the send guard holds it back. */
bool job_is_held_back(const struct job *job);

/** The guard keeps it back no longer; that it did is not forgotten. */
void job_let_go(struct job *job);

/** Nothing is wrong with it any more. */
void job_forget_error(struct job *job);

/** Which of job_judged_codes its error is, or -1. */
int job_judgement(const struct job *job);

/** Free a job and what it owns; NULL is nothing. */
void job_free(struct job *job);

/** For CLEANUP on a `struct job *`. */
void job_freep(struct job **job);

/** The state called `name`, or -1. */
int job_state_from_name(const char *name);

/** Whether a job may go from one state to the other; anything else is a bug of ours. */
bool job_may_move(enum job_state from, enum job_state to);

#endif
