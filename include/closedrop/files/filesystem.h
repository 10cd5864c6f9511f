/**
 * What a file system's own word is worth, told by its type (statfs(2)). Where other machines, or a
 * process behind a mount, can change files, this kernel hears of neither their changes nor their
 * open files (reliability.md 1.2, 2.2).
 */
#ifndef CLOSEDROP_FILES_FILESYSTEM_H
#define CLOSEDROP_FILES_FILESYSTEM_H

#include <stdbool.h>

struct filesystem {
    bool keeps_handles;   /* handles and inode numbers outlive a mount, and the kernel's memory */
    bool tells_all;       /* file events come for every change */
    bool refuses_rightly; /* where a lease is refused there is a writer */
    bool grants_rightly;  /* where a lease is granted there is none */
};

/** The file system that `fd` (O_PATH will do) lies on; where it does not say, nothing is trusted.
 */
struct filesystem filesystem_of(int fd);

/** Its keeps_handles, 1 or 0; or a negative errno where it does not say for now. */
int filesystem_keeps_handles(int fd);

#endif
