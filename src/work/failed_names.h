/** What the queue calls the directories that failed files are put into (failed_directories.h). */
#ifndef CLOSEDROP_WORK_FAILED_NAMES_H
#define CLOSEDROP_WORK_FAILED_NAMES_H

#include <stddef.h>

/** The one of a folder, and the topmost one that it is in. */
struct failed_names {
    char *text[2];
    size_t count;
};

#endif
