/** What a server sends back: a text, bytes of the program itself, or a stream. */
#ifndef CLOSEDROP_CONTROL_REPLY_H
#define CLOSEDROP_CONTROL_REPLY_H

#include "closedrop/control/answer.h"

#include <stdbool.h>
#include <stddef.h>

struct str;

/** A header to send, by name and value. */
struct reply_header {
    const char *name;
    const char *value;
};

/** An answer without an end. */
struct reply_stream {
    /**
     * Add what is to be sent next; nothing: wait for server_wake_streams(). Returns false to end
     * the stream.
     */
    bool (*next)(void *stream, struct str *piece);
    void (*end)(void *stream); /* it has ended, for whatever reason: free it */
    void *stream;
};

struct reply {
    int status; /* 0: none, because memory ran out; the connection is closed */
    const char *type;
    char *text;                         /* owned by the reply; or NULL, and then ... */
    const void *bytes;                  /* ... constant bytes, or a stream */
    size_t length;                      /* of either */
    struct reply_stream stream;         /* if `next` is set */
    const struct reply_header *headers; /* more of them, up to one without a name; NULL: none */
    int delay_ms;                       /* sent only after so long, while others are served */
};

/** Reply with a text, which the reply then owns; NULL: out of memory. */
void reply_set_text(struct reply *reply, int status, const char *type, char *text);

/** Reply with JSON; takes over the body of the answer. */
void reply_set_answer(struct reply *reply, struct answer answer);

/** Reply with constant bytes. */
void reply_set_bytes(struct reply *reply, const char *type, const void *bytes, size_t length);

/** End its stream, if it has one, and free its text. */
void reply_release(struct reply *reply);

#endif
