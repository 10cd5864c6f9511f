/**
 * Opens files in a folder that anybody can write to.
 *
 * Every open starts at a descriptor of the folder's root and never leaves the folder: no symbolic
 * link, "..", or other mount is followed (openat2(2), Linux 5.6). Only regular files are opened for
 * reading, without ever blocking on a FIFO or a lease.
 */
#ifndef CLOSEDROP_FILES_SAFE_OPEN_H
#define CLOSEDROP_FILES_SAFE_OPEN_H

#include <stdbool.h>
#include <sys/types.h>

/** Open the directory at `path`, as a base for the calls below. All of them return a descriptor or
 * a negative errno, unless they say otherwise. */
int safe_open_root(const char *path);

/**
 * Open whatever is at `relative` below `root` with O_PATH: for fstat() and as a base, never for
 * reading. Fails with -ELOOP if a directory in the path is a link, or with -EXDEV if the path
 * enters another mount. If the last component is a link, opens the link itself.
 */
int safe_open_path(int root, const char *relative);

/** Open the directory `relative` below `root` ("": `root` itself) for listing. */
int safe_open_directory(int root, const char *relative);

/** The same, but fails with -EACCES if the directory can be listed but not entered. */
int safe_open_tree(int root, const char *relative);

/**
 * Open the regular file behind `path_fd` (from safe_open_path()) for reading. Fails with -EINVAL if
 * it is not a regular file, or with -EWOULDBLOCK if a writer holds a lease on it.
 */
int safe_reopen_file(int path_fd);

/** The same where its `mode` is known already, from a stat of `path_fd`. */
int safe_reopen_known(int path_fd, mode_t mode);

/** Whether an open directory has no entries at all; false if it cannot be listed. */
bool directory_is_empty(int directory);

/** safe_open_path() and safe_reopen_file() in one step. */
int safe_open_file(int root, const char *relative);

/**
 * Whether an error of the above means that there is nothing there for us: no such name, a link,
 * another file system, no permission. Other errors are failures of the machine, and may go away.
 */
bool safe_open_is_absent(int error);

#endif
