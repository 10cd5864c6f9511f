/** Users and groups, as the system knows them. */
#include "closedrop/base/account.h"

#include "closedrop/base/clock.h"

#include <errno.h>
#include <grp.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

const char *account_login(uid_t uid, char name[ACCOUNT_LOGIN])
{
    char line[ENTRY_MAX];
    struct passwd entry, *found = NULL;
    int error = getpwuid_r(uid, &entry, line, sizeof(line), &found);
    bool is_named = error == 0 && found && strlen(found->pw_name) < ACCOUNT_LOGIN;
    snprintf(name, ACCOUNT_LOGIN, "%s", is_named ? found->pw_name : "");
    if (!*name)
        snprintf(name, ACCOUNT_LOGIN, "%" PRIuMAX, (uintmax_t)uid);
    return name;
}

/* ---- remembered ---- */

/** As many as a file system server with all its users may have, each in the place of its number. */
#define NAMES 16384
#define NAME_AGE_MS (10LL * 60 * 1000)

struct account_names {
    struct known_name {
        uid_t uid;
        int64_t until_ms; /* on the steady clock; 0: not looked up yet */
        char name[ACCOUNT_LOGIN];
    } names[NAMES];
};

struct account_names *account_names_new(void)
{
    return calloc(1, sizeof(struct account_names));
}

void account_names_free(struct account_names *names)
{
    free(names);
}

const char *account_names_find(struct account_names *names, uid_t uid)
{
    struct known_name *known = &names->names[uid % NAMES];
    if (known->uid == uid && known->until_ms > clock_steady_ms())
        return known->name;
    known->uid = uid;
    known->until_ms = clock_steady_ms() + NAME_AGE_MS;
    return account_login(uid, known->name);
}

/* ---- becoming one ---- */

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
