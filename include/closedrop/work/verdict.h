/**
 * What a reply means for a job. Pure: tables turn outcomes into verdicts. (Close API
 * documentation, "HTTP Response Codes"; Amazon S3 API Reference, "Error Responses".)
 */
#ifndef CLOSEDROP_WORK_VERDICT_H
#define CLOSEDROP_WORK_VERDICT_H

#include "closedrop/http/request.h"
#include "closedrop/work/etags.h"

#include <stdbool.h>
#include <stdint.h>

struct s3_reply;

enum verdict_kind {
    VERDICT_RUNNING,  /* not yet: a request or a copy is in progress */
    VERDICT_NEXT,     /* the stage is done */
    VERDICT_MORE,     /* the stage has another request to make */
    VERDICT_AGAIN,    /* repeat the stage, or get another ticket, at once */
    VERDICT_RETRY,    /* retry later; counts as one of the job's attempts */
    VERDICT_WAIT,     /* retry after `wait_ms`; not the job's fault */
    VERDICT_LATER,    /* the same, and the job records why */
    VERDICT_DOUBT,    /* find out with GET me/ whether the job is at fault; if it is, a RETRY */
    VERDICT_UNCLEAR,  /* it may have been created: after `limits.doubt`, verify that before anything
                         else */
    VERDICT_TROUBLE,  /* S3 may be down: a RETRY if other uploads succeed, else a WAIT */
    VERDICT_REJECTED, /* S3 blames credentials, clock, bucket or account: a RETRY only if other
                         uploads succeed (rejections.h) */
    VERDICT_DAMAGED,  /* S3 has stored different bytes from those sent: something in between damaged
                         them */
    VERDICT_CHANGED,  /* the file changed while it was processed: settle it again */
    VERDICT_GONE,     /* the file was removed */
    VERDICT_FAIL,     /* only a person can help */
    VERDICTS
};

struct verdict {
    enum verdict_kind kind;
    const char *code; /* the error code, as listed in closedrop(1) */
    int64_t wait_ms;
    char message[1280];
};

/** A verdict with a formatted message. */
struct verdict verdict_make(enum verdict_kind kind, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** Another request is needed before anything can be said. */
struct verdict verdict_more(void);

/** Out of memory: not the job's fault, and retried soon. */
struct verdict verdict_no_memory(void);

/** The same for an error for which is_shortage() is true. */
struct verdict verdict_shortage(int error);

/** How a request to the API ended. */
struct api_outcome {
    const char *what; /* what was requested, for the message: "files/upload/" */
    enum transfer_end end;
    int status;
    const char *failure; /* libcurl's error text */
    const char *words;   /* Close's error text */
    int64_t wait_ms;     /* result of rate_limit_wait() for its headers */
};

/**
 * The verdict on the answer to a request that can safely be repeated: a read, or files/upload/.
 * NEXT means: read the answer.
 */
struct verdict verdict_of_read(const struct api_outcome *outcome);

/**
 * The verdict on the answer to a POST that creates an activity; NEXT means: read its ID. `sent`:
 * some of the request may have reached Close. Anything that is not a plain success or refusal is
 * UNCLEAR.
 */
struct verdict verdict_of_create(const struct api_outcome *outcome, bool sent);

/** What GET me/ shows about Close as a whole; `is_me`: its body is what Close returns there. */
enum api_health { API_ANSWERS, API_KEY_REFUSED, API_DOWN };
enum api_health verdict_of_me(const struct api_outcome *outcome, bool is_me);

struct form_outcome {
    enum transfer_end end;
    int status;
    int success; /* the status that the form specifies for a stored file */
    const char *failure;
    const struct s3_reply *reply;
    bool has_body;
    bool names_key;  /* the reply contains the key that the file was sent with */
    bool sent_all;   /* the whole file was sent */
    const char *md5; /* of the bytes sent, in hex */
    enum etag_finding etag;
    int tickets; /* number of tickets used in this attempt, including this one */
};

/**
 * The verdict on S3's answer to the form; NEXT means: the whole file has been stored. Only a
 * complete answer from S3 counts as success: the specified status, an ETag, and with 201 the
 * document that contains the key. Anything else that looks like success is TROUBLE, because a proxy
 * in between may have sent it.
 */
struct verdict verdict_of_form(const struct form_outcome *outcome);

#endif
