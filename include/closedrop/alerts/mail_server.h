/** The mail server that is configured (the group `alert`). */
#ifndef CLOSEDROP_ALERTS_MAIL_SERVER_H
#define CLOSEDROP_ALERTS_MAIL_SERVER_H

#include "closedrop/config/tree.h"

struct request;
struct str;

/**
 * A mail with this message to some addresses, which end with NULL (mail_request.h). Reads the login
 * file. NULL with the reason added to `why`.
 */
struct request *mail_server_request(
    const struct config *config, char *const *to, const char *message, struct str *why);

/** Add why a request that has ended was not answered, or what the server refused. */
void mail_server_print_failure(const struct request *request, struct str *why);

#endif
