/** The user that closedrop runs as, for commands that root runs. */
#ifndef CLOSEDROP_CONFIG_SERVICE_ACCOUNT_H
#define CLOSEDROP_CONFIG_SERVICE_ACCOUNT_H

#include "closedrop/config/tree.h"

#include <sys/types.h>

/**
 * The owner of the key file if that is not root, else the owner of state_dir; root if neither
 * exists. `ret_what` is the file or directory that says so (NULL: none), owned by `config`.
 */
uid_t service_account(const struct config *config, const char **ret_what);

#endif
