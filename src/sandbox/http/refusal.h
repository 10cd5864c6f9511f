/**
 * Why S3 says no: one of its codes, the status that belongs to it, and a message in its words.
 */
#ifndef CLOSEDROP_SANDBOX_HTTP_REFUSAL_H
#define CLOSEDROP_SANDBOX_HTTP_REFUSAL_H

#include <stdbool.h>

struct reply;

struct refusal {
    int status; /* 0: nothing refused */
    char code[64];
    char message[1400]; /* room for a condition that names a key of 1024 bytes */
};

/** Refuse with `code` and S3's usual message for it. The first refusal of a request stays. */
void refuse(struct refusal *refusal, const char *code);

/** The same with a message of its own. */
void refuse_because(struct refusal *refusal, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** Whether anything was. */
bool is_refused(const struct refusal *refusal);

/** Write it as S3's XML document. */
void refusal_reply(const struct refusal *refusal, struct reply *reply);

/** Answer `status` with the XML of `code`, whatever status S3 itself gives that code. */
void refusal_reply_code(struct reply *reply, int status, const char *code);

#endif
