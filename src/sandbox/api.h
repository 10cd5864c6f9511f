/**
 * The Close API, as far as uploading files and filing them needs it (the routes are a table in
 * api.c), and the admin endpoints beside it (see admin.h).
 */
#ifndef CLOSEDROP_SANDBOX_API_H
#define CLOSEDROP_SANDBOX_API_H

#include "server.h"

/** Its world is a `struct sandbox`. */
extern const struct service api_service;

#endif
