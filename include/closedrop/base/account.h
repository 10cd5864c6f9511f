/**
 * How the system calls a user or a group, for messages. It may ask a server far away (LDAP).
 */
#ifndef CLOSEDROP_BASE_ACCOUNT_H
#define CLOSEDROP_BASE_ACCOUNT_H

#include <sys/types.h>

#define ACCOUNT_NAME 48 /* bytes with the NUL; a longer name is cut */

/** The user's name, its number where it has none, written into `name`, which is returned. */
const char *account_user(uid_t uid, char name[ACCOUNT_NAME]);

/** The same of a group. */
const char *account_group(gid_t gid, char name[ACCOUNT_NAME]);

#endif
