/**
 * An answer, before it goes out: plain data that the services fill and the server sends.
 *
 * A zeroed reply (REPLY_INIT) is not an answer yet. Headers and body belong to it; reply_release()
 * frees them. Whether the answer really arrives whole is part of the answer: that is what fault
 * rules are for.
 */
#ifndef CLOSEDROP_SANDBOX_HTTP_REPLY_H
#define CLOSEDROP_SANDBOX_HTTP_REPLY_H

#include "closedrop/base/str.h"

#include <stdbool.h>
#include <stdint.h>

#define REPLY_HEADERS_MAX 24
/** Room for any single email; lists of long ones may be too much. */
#define REPLY_BODY_MAX (32 << 20)

struct json;

enum reply_end {
    REPLY_WHOLE,
    REPLY_HALF,   /* promise the whole length, send half of it, close */
    REPLY_NOTHING /* close without an answer */
};

/** A body made piece by piece while it is sent, for what would not fit into memory twice. */
struct reply_stream {
    bool (*more)(void *context, struct str *out); /* add the next piece; false when there is none */
    void (*end)(void *context);
    void *context;
};

struct reply {
    int status; /* 0: no answer yet */
    struct {
        char *name, *value;
    } headers[REPLY_HEADERS_MAX];
    size_t header_count;
    struct str body;
    struct reply_stream stream; /* in place of the body where `more` is set */
    enum reply_end end;
    int64_t delay_ms;  /* waited before it is sent */
    char code[64];     /* for the ledger, where it is a refusal */
    char message[256]; /* the same in words */
};

#define REPLY_INIT                                                                                 \
    {                                                                                              \
        .body = STR_INIT(REPLY_BODY_MAX)                                                           \
    }

/** Free what it holds; it may be filled again. */
void reply_release(struct reply *reply);

/** Add a header, or replace the one of that name. Without memory it is left out. */
void reply_header(struct reply *reply, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** Take the header of that name out, where there is one. */
void reply_drop_header(struct reply *reply, const char *name);

/** Set status, Content-Type and body; what is beyond REPLY_BODY_MAX becomes a 500. */
void reply_text(struct reply *reply, int status, const char *content_type, const char *body);

/** Answer with a JSON value, which is taken over; NULL (no memory) becomes a 500. */
void reply_json(struct reply *reply, int status, struct json *value);

/** Answer {"error": message}, the shape of most of Close's refusals. */
void reply_error(struct reply *reply, int status, const char *message);

/** Keep for the ledger why this was refused; either may be NULL. */
void reply_because(struct reply *reply, const char *code, const char *message);

#endif
