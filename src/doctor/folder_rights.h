/** What closedrop may do in a folder, its staging directory, its archive, and its failed directory.
 */
#ifndef CLOSEDROP_DOCTOR_FOLDER_RIGHTS_H
#define CLOSEDROP_DOCTOR_FOLDER_RIGHTS_H

#include "diagnosis.h"

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
