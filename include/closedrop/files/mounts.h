/**
 * Which paths are on a network or FUSE file system, whose server can make every call hang. This is
 * found out without any call that could hang: from /proc/self/mountinfo, and by following the links
 * of a path only up to such a file system.
 */
#ifndef CLOSEDROP_FILES_MOUNTS_H
#define CLOSEDROP_FILES_MOUNTS_H

#include <stdbool.h>
#include <sys/types.h>

struct mounts;

/** The mounts of this process; NULL if out of memory. Not for several threads at once. */
struct mounts *mounts_new(void);
void mounts_free(struct mounts *mounts); /* takes NULL */

/** Find out whether something was mounted or unmounted since; one poll(2). Takes NULL. */
void mounts_follow(struct mounts *mounts);

/**
 * Whether `path`, which is absolute, leads to or through a file system that can hang, as the mounts
 * were when they were last followed. If so, `ret_device` is the device of the first one. Nothing
 * can hang if /proc is missing, or if out of memory. Takes NULL.
 */
bool mounts_may_hang(struct mounts *mounts, const char *path, dev_t *ret_device);

/** The same for a single path, which may be relative. */
bool path_may_hang(const char *path, dev_t *ret_device);

#endif
