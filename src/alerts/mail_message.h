/**
 * A mail as it is sent: plain text in UTF-8, with headers that nothing in them can break out of
 * (RFC 5322, RFC 2047). Pure.
 */
#ifndef CLOSEDROP_ALERTS_MAIL_MESSAGE_H
#define CLOSEDROP_ALERTS_MAIL_MESSAGE_H

#include <stdint.h>

struct str;

struct mail_message {
    const char *from;
    char *const *to;         /* NULL-terminated */
    const char *subject;     /* any text */
    const char *id;          /* without angle brackets */
    const char *in_reply_to; /* the same; NULL: no reply */
    int64_t at_ms;           /* wall clock */
    const char *text;        /* lines end with \n */
};

/** Add it to `out`, with lines that end with CR LF. */
void mail_message_add(struct str *out, const struct mail_message *message);

#endif
