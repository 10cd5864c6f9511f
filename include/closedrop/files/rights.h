/**
 * Explains to the administrator why the system denies us access to a file or a directory: its owner
 * and mode, the user that we run as, and what would grant access.
 */
#ifndef CLOSEDROP_FILES_RIGHTS_H
#define CLOSEDROP_FILES_RIGHTS_H

#include "closedrop/base/account.h"

#include <stdbool.h>
#include <sys/types.h>

/** The access that we lack. */
enum rights_need {
    RIGHTS_READ_FILE,
    RIGHTS_LIST_DIRECTORY,  /* list it, and open the files in it */
    RIGHTS_CHANGE_DIRECTORY /* add files to it, and remove them */
};

#define RIGHTS_WORDS 640

/** What is known about the file and about us. Owners without a name are numbers. */
struct rights {
    mode_t mode;
    char owner[ACCOUNT_NAME];
    char group[ACCOUNT_NAME];
    char user[ACCOUNT_NAME]; /* the user that we run as */
    bool is_owner;           /* that user owns it, or is root */
    bool is_in_group;        /* that user is in its group, as far as this process knows */
    bool is_system_group;    /* root, daemon, adm ...: do not advise to join it */
};

/**
 * Write the explanation, to follow "the directory" or "it", into `text`; returns `text`: "belongs
 * to anna (group anna) with mode 0755, and closedrop runs as ...; chmod g+w, ...". Pure.
 */
const char *rights_explain(
    const struct rights *rights, enum rights_need need, char text[RIGHTS_WORDS]);

/** The same for what is open at `fd` (O_PATH is enough). Looks up the names of user and group. */
const char *rights_words(int fd, enum rights_need need, char text[RIGHTS_WORDS]);

#endif
