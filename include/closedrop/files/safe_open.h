/**
 * Opening things in a folder that anybody may write to.
 *
 * Every open goes by descriptor from the folder's root and never leaves it: no symbolic link, no
 * "..", no other mount is followed (openat2(2), Linux 5.6), and nothing but regular files is opened
 * for reading, without ever waiting for a FIFO's or lease's other side.
 */
#ifndef CLOSEDROP_FILES_SAFE_OPEN_H
#define CLOSEDROP_FILES_SAFE_OPEN_H

#include <stdbool.h>

/** The directory at `path`, as a base for the calls below. A descriptor or a negative errno. */
int safe_open_root(const char *path);

/**
 * Whatever lies at `relative` below `root`, as an O_PATH descriptor: for fstat() and as a base,
 * never for reading. A descriptor or a negative errno: -ELOOP for a link on the way, -EXDEV where
 * another mount begins. A link at its end is opened as the link it is, never followed.
 */
int safe_open_path(int root, const char *relative);

/** The directory `relative` below `root` ("" is the root itself), to be listed. */
int safe_open_directory(int root, const char *relative);

/** The same, if what is in it can be opened, too: -EACCES where it may be listed, but not entered.
 */
int safe_open_tree(int root, const char *relative);

/**
 * The regular file behind `path_fd` (from safe_open_path), for reading. A descriptor or a negative
 * errno: -EINVAL where it is no regular file, -EWOULDBLOCK where a writer holds a lease on it.
 */
int safe_reopen_file(int path_fd);

/** Whether an open directory has no entry at all; false where it cannot be listed. */
bool directory_is_empty(int directory);

/** safe_open_path() and safe_reopen_file() in one. */
int safe_open_file(int root, const char *relative);

/**
 * Whether an error of the above means that nothing is there for us: no such name, a link, another
 * file system, no right. All others are the machine's, which may do better another time.
 */
bool safe_open_is_absent(int error);

#endif
