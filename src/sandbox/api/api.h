/**
 * The Close API, as far as uploading files and filing them needs it: the routes are a table in
 * api.c.
 */
#ifndef CLOSEDROP_SANDBOX_API_API_H
#define CLOSEDROP_SANDBOX_API_API_H

struct reply;
struct request;
struct str;

/**
 * Answer a request whose body is in; its context is a `struct sandbox`. Blocks where a fault rule
 * wants that. Returns 0, or -ECONNABORTED where the connection is to be closed without an answer.
 */
int api_answer(struct request *request, const struct str *body, struct reply *reply);

#endif
