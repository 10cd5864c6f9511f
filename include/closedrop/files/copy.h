/**
 * Copying a file to another file system, in slices that take no thread up for long. The copy gets
 * its name when it is complete, and has the mode, group and times of the original.
 */
#ifndef CLOSEDROP_FILES_COPY_H
#define CLOSEDROP_FILES_COPY_H

#include <stdint.h>

struct destination;

/** A copy that is being made. */
struct copy;

/**
 * Start to copy the file `from` of a directory into `destination`. Both directories must stay open
 * until the copy is freed. Returns 0 or a negative errno.
 */
int copy_begin(int from_directory, const char *from, const struct destination *destination,
    struct copy **ret_copy);

/** The size of the original when the copy was started, in bytes. */
int64_t copy_size(const struct copy *copy);

/** Copy a slice. Returns 1 if more is left, 0 if everything is copied and on disk, or a negative
 * errno. */
int copy_step(struct copy *copy);

/**
 * Give the complete copy its name, like put_away_move(), and delete the original. If another file
 * has taken the original's name meanwhile, that file stays.
 */
int copy_finish(struct copy *copy, const char *name, char **ret_name);

/** End it: a copy that was not finished is deleted. Takes NULL. */
void copy_free(struct copy *copy);

#endif
