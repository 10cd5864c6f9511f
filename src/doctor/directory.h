/** What can be done in a directory: tried by a probe file, or if it is empty, by its permissions.
 */
#ifndef CLOSEDROP_DOCTOR_DIRECTORY_H
#define CLOSEDROP_DOCTOR_DIRECTORY_H

#include "closedrop/doctor/finding.h"
#include "closedrop/files/rights.h"

/** What has to be done in a directory. */
enum directory_need {
    DIRECTORY_OPEN,   /* open and list it */
    DIRECTORY_CREATE, /* create files in it */
    DIRECTORY_REMOVE, /* remove them again */
    DIRECTORY_TAKE,   /* move files of other users out of it */
    DIRECTORY_NEEDS
};

/** What cannot be done in a directory. */
struct directory_facts {
    const char *path;
    const char *missing; /* the directory that would have to be created there; NULL: none */
    enum directory_need need;
    int error;                 /* why it fails, a negative errno; 0: everything can be done */
    char rights[RIGHTS_WORDS]; /* if it fails for lack of rights: rights_words() */
};

/** The finding about a failure. Pure. */
struct finding directory_judge(const struct directory_facts *facts);

/** Record a failure in the directory open at `fd`, which can be negative. */
void directory_fail(struct directory_facts *facts, int fd, enum directory_need need, int error);

/**
 * Try to create and remove files in the directory open at `fd`. A probe file shows more than
 * permissions do, but the empty mount point of a folder that is not mounted must stay empty: in an
 * empty directory, only permissions are checked.
 */
void directory_try(struct directory_facts *facts, int fd);

/**
 * Open the longest part that exists of a path, which is relative to `root`, or absolute; the caller
 * frees that part. Returns a descriptor (O_PATH) or a negative errno; -ENOENT: no part exists.
 */
int directory_open_existing(int root, const char *path, char **ret_existing);

#endif
