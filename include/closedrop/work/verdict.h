/**
 * What a reply means for a job. Pure: outcomes in, verdicts out, by tables
 * (s3-post.md 2.3, close-api.md 5).
 */
#ifndef CLOSEDROP_WORK_VERDICT_H
#define CLOSEDROP_WORK_VERDICT_H

#include "closedrop/http/request.h"
#include "closedrop/work/etags.h"

#include <stdbool.h>
#include <stdint.h>

struct s3_reply;

enum verdict_kind {
    VERDICT_RUNNING,  /* not yet: a request or a copy is under way */
    VERDICT_NEXT,     /* the stage is done */
    VERDICT_MORE,     /* the stage has another request to make */
    VERDICT_AGAIN,    /* the stage, or its ticket, anew at once */
    VERDICT_RETRY,    /* later; counts as one of the job's attempts */
    VERDICT_WAIT,     /* later, after `wait_ms`; not the job's fault */
    VERDICT_LATER,    /* the same; and the job says why */
    VERDICT_DOUBT,    /* ask Close's GET me/ whose fault it is; a RETRY if it is the job's */
    VERDICT_UNCLEAR,  /* it may have been created: look, after `limits.doubt`, before anything else
                       */
    VERDICT_TROUBLE,  /* S3 may be down: a RETRY if others get through, else a WAIT */
    VERDICT_REJECTED, /* S3 blames credentials, clock, bucket or account: a RETRY only if others get
                         through (rejections.h) */
    VERDICT_DAMAGED,  /* S3 has stored other bytes than were sent: the fault of what lies between */
    VERDICT_CHANGED,  /* the file changed under our hands: settle it anew */
    VERDICT_GONE,     /* the file was taken away */
    VERDICT_FAIL,     /* never, without a person's help */
    VERDICTS
};

struct verdict {
    enum verdict_kind kind;
    const char *code; /* of the error, as listed in closedrop(1) */
    int64_t wait_ms;
    char message[1280];
};

/** A verdict with a formatted message. */
struct verdict verdict_make(enum verdict_kind kind, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** There is another question to ask, before anything can be said. */
struct verdict verdict_more(void);

/** No memory was left for it: nobody's fault, it is tried again soon. */
struct verdict verdict_no_memory(void);

/** The same, for an error of which is_shortage() says so. */
struct verdict verdict_shortage(int error);

/** How a request to the API ended. */
struct api_outcome {
    const char *what; /* was asked, for the message: "files/upload/" */
    enum transfer_end end;
    int status;
    const char *failure; /* libcurl's words */
    const char *words;   /* Close's */
    int64_t wait_ms;     /* what rate_limit_wait() made of its headers */
};

/** Of an answer to a question, or to files/upload/, which may be repeated; NEXT means: read it. */
struct verdict verdict_of_read(const struct api_outcome *outcome);

/**
 * Of an answer to a POST that creates an activity; NEXT means: read its id. `sent`: something of
 * the request may have reached Close. Whatever is no plain yes or no is UNCLEAR.
 */
struct verdict verdict_of_create(const struct api_outcome *outcome, bool sent);

/** What GET me/ says about Close as a whole; `is_me`: its body is what Close answers there. */
enum api_health { API_ANSWERS, API_KEY_REFUSED, API_DOWN };
enum api_health verdict_of_me(const struct api_outcome *outcome, bool is_me);

struct form_outcome {
    enum transfer_end end;
    int status;
    int success; /* the status that the form asks for where the file is stored */
    const char *failure;
    const struct s3_reply *reply;
    bool has_body;
    bool names_key;  /* the reply names the key that the file was sent for */
    bool sent_all;   /* the file was sent to its end */
    const char *md5; /* of the bytes sent, in hex */
    enum etag_finding etag;
    int tickets; /* tickets used in this attempt, this one included */
};

/**
 * Of S3's answer to the form; NEXT means: the file is there, whole. Success is only what S3 says:
 * the status that was asked for, an ETag, and with 201 the document that names the key. What else
 * looks like success is TROUBLE: somebody in between may have said it.
 */
struct verdict verdict_of_form(const struct form_outcome *outcome);

#endif
