/** What closedrop may do in a folder, its staging directory, its archive, and its failed directory.
 */
#ifndef CLOSEDROP_DOCTOR_FOLDER_RIGHTS_H
#define CLOSEDROP_DOCTOR_FOLDER_RIGHTS_H

#include "diagnosis.h"

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
struct finding folder_rights_judge(const struct directory_facts *facts);

/**
 * Try all directories of the folder open at `root`; reports each failure, or else that there is
 * none. A probe file shows more than permissions do, but the empty mount point of an unmounted
 * folder must stay empty: there, only permissions are checked.
 */
void folder_rights_probe(const struct diagnosis *diagnosis, const struct folder *folder, int root);

/** Report that the folder cannot be listed, for `error`; `root` is open with O_PATH, or negative.
 */
void folder_rights_report_closed(
    const struct diagnosis *diagnosis, const struct folder *folder, int root, int error);

#endif
