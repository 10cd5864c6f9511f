/**
 * Why the system refuses us a file or a directory, in words for the administrator: to whom it
 * belongs, its mode, as whom we run, and what would grant it.
 */
#ifndef CLOSEDROP_FILES_RIGHTS_H
#define CLOSEDROP_FILES_RIGHTS_H

#include "closedrop/base/account.h"

#include <stdbool.h>
#include <sys/types.h>

/** What we may not do. */
enum rights_need {
    RIGHTS_READ_FILE,
    RIGHTS_LIST_DIRECTORY,  /* list it, and open what is in it */
    RIGHTS_CHANGE_DIRECTORY /* put files into it, and take them out */
};

#define RIGHTS_WORDS 640

/** What is known of it and of us; a name is a number where the system knows none. */
struct rights {
    mode_t mode;
    char owner[ACCOUNT_NAME];
    char group[ACCOUNT_NAME];
    char user[ACCOUNT_NAME]; /* as whom we run */
    bool is_owner;           /* it belongs to that user, or that is root */
    bool is_in_group;        /* that user is in its group, as far as this process knows */
    bool is_system_group;    /* root, daemon, adm ...: nobody is to be put into it for this */
};

/**
 * To follow "the directory", or "it", into `text`; returns `text`: "belongs to anna (group anna)
 * with mode 0755, and closedrop runs as ...; chmod g+w, ...". Pure.
 */
const char *rights_explain(
    const struct rights *rights, enum rights_need need, char text[RIGHTS_WORDS]);

/** The same of what is open at `fd` (O_PATH will do). It asks the system for names. */
const char *rights_words(int fd, enum rights_need need, char text[RIGHTS_WORDS]);

#endif
