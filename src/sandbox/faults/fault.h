/**
 * Fault rules: which requests go wrong, and how. Deciding only; effect.h carries it out.
 *
 * Every request that matches a rule ("on", "match") is counted by that rule. Past the first
 * "skip" of them each "every"-th is due, until the rule fired "times" times (0: no end). The first
 * rule that is due takes the request. Safe to use from any thread.
 */
#ifndef CLOSEDROP_SANDBOX_FAULTS_FAULT_H
#define CLOSEDROP_SANDBOX_FAULTS_FAULT_H

#include "http/endpoint.h"

#include <stddef.h>
#include <stdint.h>

struct json;
struct reply;
struct str;

enum fault_kind {
    FAULT_NONE,         /* act as usual (a delay, or no fault at all) */
    FAULT_ANSWER,       /* do nothing, answer what the rule says */
    FAULT_RESET_BEFORE, /* do nothing, reset the connection */
    FAULT_RESET_AFTER,  /* act, then close without an answer */
    FAULT_HANG,         /* do nothing until the client goes */
    FAULT_HANG_AFTER,   /* act, then give no answer until the client goes */
    FAULT_ANSWER_AFTER, /* act, then answer what the rule says */
    FAULT_LATE,         /* close or answer what the rule says; act later, by itself */
    FAULT_GARBAGE,      /* act, answer success with a body that does not parse */
    FAULT_TRUNCATED,    /* act, answer, close in the middle of the body */
    FAULT_ETAG,         /* act, answer another ETag than the file's */
    FAULT_OTHER_BYTES,  /* act with another file than was sent, and answer that one's ETag */
    FAULT_EXPIRED_FORM, /* a ticket whose form is past its time */
    FAULT_FOREIGN_HOST, /* a ticket that sends the file elsewhere */
    FAULT_NO_FIELDS,    /* a ticket without upload.fields */
    FAULT_EXTRA_FIELDS, /* a ticket with more fields than Close's, all signed */
    FAULT_KINDS
};

#define FAULT_HEADERS_MAX 8

/** One rule. Read-only for all but fault.c; lives as long as its `struct faults`. */
struct fault {
    enum fault_kind kind;
    int64_t delay_ms;  /* before anything else */
    struct json *rule; /* the texts below are in it */
    int64_t late_ms;   /* FAULT_LATE: act this much later */
    int status;        /* of the answers that rules say; FAULT_LATE: 0 is none */
    const char *body;  /* NULL: none */
    const char *code;  /* of S3's XML, NULL: no XML */
    const char *etag;  /* FAULT_ETAG */
    struct {
        const char *name, *value;
    } headers[FAULT_HEADERS_MAX];
    size_t header_count;
    uint64_t on; /* one bit an endpoint */
    int64_t times, skip, every;
    const char *match;
    int64_t seen, fired;
    struct fault *next;
};

struct faults;

/** No rules yet; NULL when memory is short. */
struct faults *faults_new(void);
void faults_free(struct faults *faults);

/**
 * Add the rules of a JSON array, all or none. Returns 0, -ENOMEM, or -EINVAL with the reason in
 * `why`.
 */
int faults_add(struct faults *faults, const char *text, size_t length, struct str *why);

/** Drop all rules. A request that was given one may continue to use it. */
void faults_clear(struct faults *faults);

/**
 * Count a request that says `text` (its file names, its key, its path; NULL: nothing). Answers the
 * fault it shall suffer, or NULL.
 */
const struct fault *faults_take(struct faults *faults, enum endpoint endpoint, const char *text);

/** Answer the rules as they were given, each with "seen" and "fired". */
void faults_list(struct faults *faults, struct reply *reply);

#endif
