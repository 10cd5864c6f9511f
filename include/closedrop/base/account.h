/**
 * Users and groups: their names, for messages, and becoming one of them. A lookup may query a
 * remote server (LDAP).
 */
#ifndef CLOSEDROP_BASE_ACCOUNT_H
#define CLOSEDROP_BASE_ACCOUNT_H

#include <sys/types.h>

#define ACCOUNT_NAME 48 /* bytes with the NUL; a longer name is truncated */

/** Write the user's name, or its number if it has none, into `name`; returns `name`. */
const char *account_user(uid_t uid, char name[ACCOUNT_NAME]);

/** The same for a group. */
const char *account_group(gid_t gid, char name[ACCOUNT_NAME]);

#define ACCOUNT_LOGIN 256 /* bytes with the NUL */

/** The same, whole: a name that does not fit is replaced by the number. */
const char *account_login(uid_t uid, char name[ACCOUNT_LOGIN]);

/**
 * Names of users, looked up once in a while and remembered: for many files of many users. For one
 * thread.
 */
struct account_names;

/** None yet; NULL if out of memory. */
struct account_names *account_names_new(void);
void account_names_free(struct account_names *names);

/** account_login(), as it was some minutes ago at most. Valid until the next call. */
const char *account_names_find(struct account_names *names, uid_t uid);

/**
 * For root: become the user `uid` for good, with all its groups. Returns 0 or a negative errno,
 * after which the process should not continue.
 */
int account_become(uid_t uid);

#endif
