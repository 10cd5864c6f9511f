/**
 * The signed form that POST files/upload/ answers.
 */
#ifndef CLOSEDROP_SANDBOX_TICKET_H
#define CLOSEDROP_SANDBOX_TICKET_H

#include "fault.h"

#include <stdint.h>

struct json;
struct sandbox;

/** Whose key it is: the user id in every key and URL, and in the answer of me. */
#define TICKET_USER "user_SandboxRGFG7pztSeJiiMFdN7O2MFl71nD0uGO3bIOo4W"

/**
 * A form for one file, good for `ttl_ms`, perhaps with one of the faults that concern forms.
 * NULL when memory is short.
 */
struct json *ticket_new(const struct sandbox *sandbox, const char *filename,
    const char *content_type, int64_t ttl_ms, enum fault_kind fault);

#endif
