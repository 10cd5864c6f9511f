/**
 * Names that no other file has. In a folder that anybody can write to, a name is taken only by a
 * call that cannot replace a file.
 */
#ifndef CLOSEDROP_FILES_FREE_NAME_H
#define CLOSEDROP_FILES_FREE_NAME_H

struct stat;

/** Numbered forms of a name end before " (10000)" (files/path.h). */
#define FREE_NAME_NUMBERS 10000

/**
 * Rename without ever replacing a file: with renameat2, or link and unlink, or over an empty file
 * of ours that reserves the name (FUSE: sshfs, s3fs). Returns 0 or a negative errno; then the file
 * has only its old name.
 */
int rename_to_free_name(int from_directory, const char *from, int to_directory, const char *to);

/**
 * Call `attempt` with `name` and then with its numbered forms, until it returns something other
 * than -EEXIST. Returns that; if it is 0 or more, `ret_name` is the name, which the caller frees.
 */
int free_name_try(const char *name, int (*attempt)(void *context, const char *name), void *context,
    char **ret_name);

/**
 * rename_to_free_name() to `name`, or to its first free numbered form. Returns 0 and the new name,
 * which the caller frees; or a negative errno.
 */
int free_name_rename(
    int from_directory, const char *from, int to_directory, const char *name, char **ret_name);

/**
 * Delete `name` if it is still the file with this stat; another file that has got the name
 * meanwhile stays. Returns 0, also if the name does not exist, or a negative errno.
 */
int unlink_file(const struct stat *file, int directory, const char *name);

#endif
