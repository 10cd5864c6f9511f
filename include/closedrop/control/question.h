/** A question that a command asks of a queue (questions.h has them all). */
#ifndef CLOSEDROP_CONTROL_QUESTION_H
#define CLOSEDROP_CONTROL_QUESTION_H

#include "closedrop/base/digest.h"
#include "closedrop/queue/job.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json;

enum question_kind {
    ASK_STATUS,
    ASK_LIST,
    ASK_SHOW,
    ASK_RETRY,
    ASK_RETRY_ALL,
    ASK_FORGET,
    ASK_FOLDERS,  /* which folders have jobs */
    ASK_FILINGS,  /* what is known of some bytes: when they were filed on a lead, if elsewhere */
    ASK_INTEND,   /* the same, and from now on they may be filed there without a job, as number `id`
                   */
    ASK_WITHDRAW, /* what was intended under that number was not created */
    ASK_LEFT,     /* it was created, just now */
    ASK_RECORD,   /* list what was uploaded by hand; answers the job */
    ASK_RELEASE,  /* all that the send guard holds of a rule, or of every rule, may leave */
    ASK_RECALL,   /* or fails */
    ASK_RELEASE_JOB,
    ASK_RECALL_JOB,
    ASK_PAUSE,
    ASK_RESUME,
    ASK_KINDS
};

/** The most jobs one answer lists; a longer list is asked for page by page. */
#define LIST_PAGE 500

struct question {
    enum question_kind kind;
    int64_t id;       /* of a job; intend, withdraw: below 0 */
    char folder[128]; /* list, retry all: "" for any */
    char rule[256];   /* list, retry all, release: "" for any; intend: it is filed by */
    char code[64];    /* retry all: "" for any */
    char sha256[DIGEST_SHA256_HEX]; /* filings, intend, withdraw */
    enum activity activity;
    char lead_id[160]; /* the same */
    int state;         /* list: enum job_state, -1 for all */
    int64_t below;     /* list: only ids below, 0 for all */
    int limit;         /* list: 1 to LIST_PAGE */
    bool held;         /* list: only what waits for release or recall */
    bool leaves;       /* intend: it really leaves the house, by `sender` */
    bool yes;          /* intend: however much does */
    char sender[1024];
    const struct json *told; /* record: what is told (queue/by_hand.h), the caller's */
};

/** The most bytes of the JSON that comes with a question. */
#define QUESTION_TOLD_MAX 65536

#endif
