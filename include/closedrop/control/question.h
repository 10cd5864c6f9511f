/**
 * What a command may ask of a queue, and the answers. The same whether an agent runs and is asked
 * over its control socket, or none runs and the command opens the queue itself.
 */
#ifndef CLOSEDROP_CONTROL_QUESTION_H
#define CLOSEDROP_CONTROL_QUESTION_H

#include "closedrop/base/digest.h"
#include "closedrop/queue/job.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config;
struct json;
struct queue;

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

/** Status as in HTTP: 200, or 4xx and 5xx with {"error": "..."}. */
struct answer {
    int status;
    struct json *body; /* NULL when memory was short */
};

/** "GET" or "POST", and the path with its query (room for QUESTION_URL_MAX bytes). */
#define QUESTION_URL_MAX 6144
const char *question_method(const struct question *question);
void question_url(const struct question *question, char url[QUESTION_URL_MAX]);

/** The most bytes of the JSON that comes with a question. */
#define QUESTION_TOLD_MAX 65536

/** How a server reads its request's parameters; NULL where one is missing. */
typedef const char *question_parameter(void *context, const char *name);

/** Read a request; what came with it is the server's to add (`told`). Returns 0, or -EINVAL for one
 * that is no question. */
int question_parse(const char *method, const char *path, question_parameter *parameter,
    void *context, struct question *ret_question);

/** Answer from the queue, inside a transaction, by the folders, rules and limits of `config`. The
 * body is the caller's. */
struct answer question_answer(
    struct queue *queue, const struct config *config, const struct question *question);

/** An answer that only says what is wrong. */
struct answer answer_error(int status, const char *message);

#endif
