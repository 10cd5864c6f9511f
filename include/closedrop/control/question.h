/** A question that a command asks about the queue; questions.h answers them. */
#ifndef CLOSEDROP_CONTROL_QUESTION_H
#define CLOSEDROP_CONTROL_QUESTION_H

#include "closedrop/base/digest.h"
#include "closedrop/files/identity.h"
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
    ASK_FORGET_ALL,
    ASK_EXPLAIN,  /* the job of one file, or the last one of its name */
    ASK_PROGRESS, /* how far a file has settled that has no job: only an agent knows */
    ASK_FOLDERS,  /* which folders have jobs */
    ASK_DAYS,    /* how many jobs of each folder were filed, and failed, on each of the last days */
    ASK_FILINGS, /* when some contents were filed on a lead, and if they were filed elsewhere */
    ASK_INTEND,  /* the same; from now on they may be filed there without a job, as number `id` */
    ASK_WITHDRAW, /* what was to be filed under that number was not created */
    ASK_LEFT,     /* it was created just now */
    ASK_RECORD,   /* record an upload made by hand; returns the job */
    ASK_RELEASE,  /* send what the send guard holds for a rule, or for all rules */
    ASK_RECALL,   /* fail it instead */
    ASK_RELEASE_JOB,
    ASK_RECALL_JOB,
    ASK_PRUNE, /* forget what ended longer ago than `history`, for a moment; where to continue */
    ASK_PAUSE,
    ASK_RESUME,
    ASK_KINDS
};

/** Maximum number of jobs in one answer; longer lists are read in pages. */
#define LIST_PAGE 500

/** How many days are counted, at most and where nobody says. */
#define DAYS_MAX 366
#define DAYS_USUAL 30

struct question {
    enum question_kind kind;
    int64_t id;       /* of a job; intend, withdraw: negative */
    char folder[128]; /* of a filter (queue/job_filter.h); "": any */
    char rule[256];   /* of a filter, release; "": any; intend: the rule that files it */
    char code[64];    /* of a filter; "": any */
    char match[256];  /* of a filter, as a person wrote it; "": any */
    char name[800];   /* of a filter; "": any */
    char path[1200];  /* of a filter; "": any */
    int64_t since_ms; /* of a filter */
    int64_t until_ms;
    char sha256[DIGEST_SHA256_HEX]; /* filings, intend, withdraw */
    enum activity_kind activity;
    char lead_id[160]; /* the same; of a filter: "" for any */
    int state;         /* of a filter: enum job_state; -1: any; prune: where it is */
    int64_t at_ms;     /* list, prune: the page behind this job (struct job_page) */
    int64_t below;     /* its ID; 0: the first page */
    int limit;         /* list: 1 to LIST_PAGE */
    int days;          /* days: 1 to DAYS_MAX */
    bool held;         /* of a filter: only emails that are held */
    bool all;          /* of a filter: also what has ended */
    bool count;        /* retry all, forget all, prune: only say how many */
    bool leaves;       /* intend: it is an outgoing email from `sender` */
    bool yes;          /* intend: even above limits.ask_above */
    char sender[1024];
    struct identity identity; /* explain: of the file ... */
    bool is_there;            /* ... which exists; else its name has to do */
    int64_t asked;            /* progress: the number that the agent gave it; 0: it is new */
    bool by_path;             /* explain: as in struct seen */
    const struct json *told;  /* record: the upload (queue/by_hand.h); owned by the caller */
};

/** Maximum size in bytes of the JSON body of a question. */
#define QUESTION_TOLD_MAX 65536

#endif
