/** Finds the user that closedrop runs as by what belongs to it. */
#include "closedrop/config/service_account.h"

#include "closedrop/base/array.h"

#include <stddef.h>
#include <sys/stat.h>

uid_t service_account(const struct config *config, const char **ret_what)
{
    const char *const owned[] = {config->close.api_key_file, config->close.access_token_file,
        config->close.client_secret_file, config->state_dir};
    struct stat stat_of;
    *ret_what = NULL;
    for (size_t i = 0; i < COUNT(owned); i++) {
        if (!owned[i] || stat(owned[i], &stat_of) < 0)
            continue;
        *ret_what = owned[i];
        if (stat_of.st_uid != 0)
            return stat_of.st_uid;
    }
    return 0;
}
