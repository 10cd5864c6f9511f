/**
 * The receiver of pings, whose URL is in `alert.ping_file`. The URL is a secret: who knows it can
 * pretend that closedrop runs. It is read for each ping, kept only while that is in progress, and
 * no message contains it or the host in it.
 */
#ifndef CLOSEDROP_ALERTS_PING_RECEIVER_H
#define CLOSEDROP_ALERTS_PING_RECEIVER_H

#include "closedrop/config/tree.h"

#include <stdbool.h>

struct request;
struct str;

/**
 * A ping that reports that everything works, or this problem if `problem` is not NULL, kept apart
 * (request_keep_apart()). NULL with the reason added to `why`.
 */
struct request *ping_receiver_request(
    const struct config *config, const char *problem, struct str *why);

/** Whether a ping that has ended was taken; if not, the reason is added to `why`. */
bool ping_receiver_took(const struct request *request, struct str *why);

/** Add why a request that has ended was not answered. */
void ping_receiver_print_failure(const struct request *request, struct str *why);

#endif
