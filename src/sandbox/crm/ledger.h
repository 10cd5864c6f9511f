/**
 * What happened: every object stored, every refusal, and how often what was asked.
 *
 * Lives in memory and only grows until it is reset. Safe to use from any thread. What is to be
 * seen in it is entered before the client has its answer, so a test may look as soon as its
 * client is done.
 */
#ifndef CLOSEDROP_SANDBOX_CRM_LEDGER_H
#define CLOSEDROP_SANDBOX_CRM_LEDGER_H

#include "http/endpoint.h"

#include <stdint.h>

struct json;
struct reply;

struct ledger;

/** An empty one; NULL when memory is short. */
struct ledger *ledger_new(void);
void ledger_free(struct ledger *ledger);

/** Forget everything but the requests in progress. */
void ledger_reset(struct ledger *ledger);

/** A request is in progress; it no longer is (answered, or lost). Counts how many were at once. */
void ledger_enter(struct ledger *ledger);
void ledger_leave(struct ledger *ledger);

/** One request for this endpoint. */
void ledger_request(struct ledger *ledger, enum endpoint endpoint);

/** One form was given out. */
void ledger_ticket(struct ledger *ledger);

/** An object that was stored. */
struct ledger_object {
    const char *key, *content_type, *sha256, *md5;
    int64_t size;
};

/** Returns 0 or -ENOMEM. */
int ledger_store(struct ledger *ledger, const struct ledger_object *object);

/** Enter an answer that refuses (status 400 and above); others are no news. `port`: "api", "s3". */
void ledger_answer(struct ledger *ledger, const char *port, const struct reply *reply);

/** The numbers alone, as a JSON object; NULL when memory is short. */
struct json *ledger_counts(struct ledger *ledger);

/** Everything as one JSON object; or "sha256<TAB>size<TAB>name" a line. Written as it is sent. */
void ledger_json(struct ledger *ledger, struct reply *reply);
void ledger_tsv(struct ledger *ledger, struct reply *reply);

#endif
