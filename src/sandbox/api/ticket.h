/**
 * The signed form that POST files/upload/ answers.
 */
#ifndef CLOSEDROP_SANDBOX_API_TICKET_H
#define CLOSEDROP_SANDBOX_API_TICKET_H

#include "faults/fault.h"

#include <stdint.h>

struct json;
struct sandbox;

/** What a form is for. */
struct ticket_file {
    const char *token, *filename, *content_type;
};

/**
 * A form for one file, good for `ttl_ms`, perhaps with one of the faults that concern forms.
 * NULL when memory is short.
 */
struct json *ticket_new(const struct sandbox *sandbox, const struct ticket_file *file,
    int64_t ttl_ms, enum fault_kind fault);

#endif
