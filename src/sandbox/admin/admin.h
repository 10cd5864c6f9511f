/**
 * The admin endpoints: what happened, and what shall go wrong. For tests, so without a key; they
 * are neither counted nor delayed.
 */
#ifndef CLOSEDROP_SANDBOX_ADMIN_ADMIN_H
#define CLOSEDROP_SANDBOX_ADMIN_ADMIN_H

struct reply;
struct request;
struct sandbox;
struct str;

/** Answer a request below /admin/. */
void admin_answer(struct sandbox *sandbox, const struct request *request, const struct str *body,
    struct reply *reply);

#endif
