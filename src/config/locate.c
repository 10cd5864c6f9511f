/** Where the configuration, the state and the socket are searched for: environment, user, system.
 */
#include "closedrop/config/locate.h"

#include "closedrop/base/str.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SYSTEM_FILE "/etc/closedrop/closedrop.conf"

/** A directory of the user who runs us: $VARIABLE, otherwise the home directory and `below_home`.
 */
static char *user_directory(const char *variable, const char *below_home)
{
    const char *set = getenv(variable);
    if (set && *set == '/')
        return strdup(set);
    const char *home = getenv("HOME");
    if (!home || *home != '/') {
        const struct passwd *user = getpwuid(getuid());
        home = user ? user->pw_dir : "/";
    }
    return str_format("%s/%s", home, below_home);
}

char *config_locate(const char *given)
{
    if (given)
        return strdup(given);
    const char *set = getenv("CLOSEDROP_CONFIG");
    if (set && *set)
        return strdup(set);
    if (getuid() != 0) {
        char *directory = user_directory("XDG_CONFIG_HOME", ".config");
        char *own = directory ? str_format("%s/closedrop/closedrop.conf", directory) : NULL;
        free(directory);
        if (own && access(own, F_OK) == 0)
            return own;
        free(own);
    }
    return strdup(SYSTEM_FILE);
}

char *config_default_state_dir(bool of_system)
{
    if (of_system)
        return strdup("/var/lib/closedrop");
    char *directory = user_directory("XDG_STATE_HOME", ".local/state");
    char *state = directory ? str_format("%s/closedrop", directory) : NULL;
    free(directory);
    return state;
}

char *config_default_socket(bool of_system, const char *state_dir)
{
    if (of_system)
        return strdup("/run/closedrop/control.sock");
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    if (runtime && *runtime == '/')
        return str_format("%s/closedrop/control.sock", runtime);
    return str_format("%s/control.sock", state_dir);
}
