/** An answer to a question. */
#ifndef CLOSEDROP_CONTROL_ANSWER_H
#define CLOSEDROP_CONTROL_ANSWER_H

struct json;

/** Status as in HTTP: 200, or 4xx and 5xx with {"error": "..."}. */
struct answer {
    int status;
    struct json *body; /* NULL when memory was short */
};

/** One that only says what is wrong. */
struct answer answer_error(int status, const char *message);

/** 200 with this body, which it takes over; where `result` is below 0, that memory is short. */
struct answer answer_body(struct json *body, int result);

#endif
