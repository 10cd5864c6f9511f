/**
 * The Close API, as far as uploads need it, and the admin endpoints beside it.
 *
 *     GET  /api/v1/me/
 *     POST /api/v1/files/upload/
 *     ...  /admin/...             see admin.h
 */
#ifndef CLOSEDROP_SANDBOX_API_H
#define CLOSEDROP_SANDBOX_API_H

#include "server.h"

/** Its world is a `struct sandbox`. */
extern const struct service api_service;

#endif
