/** Users and groups, as the system knows them. */
#include "closedrop/base/account.h"

#include <errno.h>
#include <grp.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#define ENTRY_MAX 16384 /* bytes of one of the system's users, or groups with its members */

static const char *write_name(const char *known, uintmax_t number, char name[ACCOUNT_NAME])
{
    if (known)
        snprintf(name, ACCOUNT_NAME, "%s", known);
    else
        snprintf(name, ACCOUNT_NAME, "%" PRIuMAX, number);
    return name;
}

const char *account_user(uid_t uid, char name[ACCOUNT_NAME])
{
    char line[ENTRY_MAX];
    struct passwd entry, *found = NULL;
    int error = getpwuid_r(uid, &entry, line, sizeof(line), &found);
    return write_name(error == 0 && found ? found->pw_name : NULL, uid, name);
}

int account_become(uid_t uid)
{
    char line[ENTRY_MAX];
    struct passwd entry, *found = NULL;
    int error = getpwuid_r(uid, &entry, line, sizeof(line), &found);
    if (error || !found)
        return error ? -error : -ENOENT;
    if (initgroups(found->pw_name, found->pw_gid) < 0 || setgid(found->pw_gid) < 0 ||
        setuid(uid) < 0)
        return -errno;
    return 0;
}

const char *account_group(gid_t gid, char name[ACCOUNT_NAME])
{
    char line[ENTRY_MAX];
    struct group entry, *found = NULL;
    int error = getgrgid_r(gid, &entry, line, sizeof(line), &found);
    return write_name(error == 0 && found ? found->gr_name : NULL, gid, name);
}
