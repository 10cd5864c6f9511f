/**
 * How far a file system can be trusted, by its type (statfs(2)). If other machines or a process
 * behind the mount can change files, this kernel sees neither their changes (inotify(7)) nor their
 * open files (fcntl(2), "Leases").
 */
#ifndef CLOSEDROP_FILES_FILESYSTEM_H
#define CLOSEDROP_FILES_FILESYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct filesystem {
    bool keeps_handles;   /* handles and inode numbers survive a remount and the kernel's caches */
    bool tells_all;       /* every change causes a file event */
    bool refuses_rightly; /* if a lease is refused, there is a writer */
    bool grants_rightly;  /* if a lease is granted, there is none */
};

/** The file system of `fd` (O_PATH is enough). If statfs(2) fails, nothing is trusted. */
struct filesystem filesystem_of(int fd);

/**
 * The same for an `fd` that is on `device`, about which the kernel is asked once a turn (turn.h):
 * another file system may have been mounted with the number of a device that is gone.
 */
struct filesystem filesystem_on(int fd, dev_t device);

/** Its `keeps_handles` as 1 or 0, or a negative errno if it cannot be determined now; likewise
 * asked once a turn. */
int filesystem_keeps_handles(int fd, dev_t device);

/**
 * Whether calls on a file system of this type can hang for as long as somebody else likes: another
 * machine, or a process behind a FUSE mount. `type` is its name in /proc/self/mountinfo, of
 * `length` bytes.
 */
bool filesystem_may_hang(const char *type, size_t length);

#endif
