/** One file that `closedrop match` is asked about, and what is found out about it. */
#ifndef CLOSEDROP_CLI_MATCH_H
#define CLOSEDROP_CLI_MATCH_H

#include "session.h"

#include "closedrop/base/account.h"
#include "closedrop/base/digest.h"
#include "closedrop/base/magic.h"
#include "closedrop/base/str.h"
#include "closedrop/close/activity.h"
#include "closedrop/config/place.h"
#include "closedrop/files/identity.h"

#include <sys/types.h>

/** Begins with `given`, `whereabouts` AMONG_DROPPED, and `fd` -1. */
struct match {
    struct session *session;
    const char *given; /* as on the command line */
    const struct folder *folder;
    char *path; /* in its folder */
    enum whereabouts whereabouts;
    bool is_left_out;    /* the agent would not take it, and the verdict says why */
    bool is_behind_link; /* in its folder as it is spelled, and in truth elsewhere */
    mode_t mode;         /* of what was named: a link is a link */
    int fd;              /* of a regular file */
    struct file_state state;
    char owner[ACCOUNT_LOGIN];
    char content_type[CONTENT_TYPE_MAX];
    char sha256[DIGEST_SHA256_HEX];
    struct str sidecar;
    struct resolution resolution;
    const struct rule *but_for_case; /* would have taken it in other letters; NULL: none would */
    struct activity_post post;       /* what would be sent; no body: it would only be uploaded */
    struct activity_post effects[RULE_EFFECTS_MAX]; /* and next to it; no body: no more */
};

/**
 * Find the file and its folder, and read all that rules can ask for: the next three, as far as they
 * are needed. NEXT, also if it is left out; FAIL also if the disk does not answer.
 */
struct verdict match_examine(struct match *match);

/** Find the folder that the file belongs to: the one named, or the one it is in, or the only one.
 */
struct verdict match_find_folder(struct match *match);

/** Open the file, if it is a regular one. */
struct verdict match_open_file(struct match *match);

/** Why the agent never takes such a file, in words; NULL if it does. */
const char *match_leaves_out(const struct match *match);

/** Read all that rules can ask for. FAIL also for what the agent would refuse. */
struct verdict match_read_file(struct match *match);

/** Print all that was found out about a file, a line for each thing. */
void match_print_whole(const struct match *match, const struct verdict *verdict);

/** Print it in a line of the table for several files. */
void match_print_line(const struct match *match, const struct verdict *verdict);

/** The same as an object; `body` is in it afterwards. */
void match_print_json(struct match *match, const struct verdict *verdict);

#endif
