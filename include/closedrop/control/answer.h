/** An answer to a question. */
#ifndef CLOSEDROP_CONTROL_ANSWER_H
#define CLOSEDROP_CONTROL_ANSWER_H

struct json;

/** The status is that of HTTP: 200, or 4xx and 5xx with {"error": "..."}. */
struct answer {
    int status;
    struct json *body; /* NULL if out of memory */
};

/** An answer with an error message. */
struct answer answer_error(int status, const char *message);

/**
 * 200 with this body, which the answer owns; if `result` is negative, an error about memory.
 */
struct answer answer_body(struct json *body, int result);

#endif
