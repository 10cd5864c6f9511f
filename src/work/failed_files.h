/** Failed files, and where they are now. */
#ifndef CLOSEDROP_WORK_FAILED_FILES_H
#define CLOSEDROP_WORK_FAILED_FILES_H

#include "task.h"

/**
 * Whether the file of a failed job has left the directory `failed` of the folder open at `root`, by
 * itself: not sorted in it, nor with all of it. False if that cannot be determined.
 */
bool failed_file_has_left(int root, const char *failed, const struct job *job);

/** Whether a failed file, or its text, is where it was put; also if that cannot be determined. */
bool failed_file_is_there(int root, const struct job *job);

/** The same of its text alone: one that was deleted with its file says that nobody wants it. */
bool failed_text_is_there(int root, const struct job *job);

/** Remove the error text of a failed file that has left, unless another one has its name now. */
void failed_text_remove(int root, const struct job *job);

/** A failed file that may have another name by now. */
struct sought {
    const struct identity *identity;
    bool takes_like; /* where its handle says nothing, one of its size and time may be it */
    char *location;  /* as job->location, where it was found; the caller's */
};

/**
 * Search for files where failed ones are put, in the directory with which `location` begins. 0, or
 * a negative errno if not everything there could be searched.
 */
int failed_file_search(
    int root, const char *failed, const char *location, struct sought *sought, size_t count);

/** Whether the file of a failed job is in the directory it was put into, under its name. */
bool failed_file_is_at(int directory, const struct job *job);

/** The directory that failed files are put into, as `location` begins with it; or a negative errno.
 */
int failed_open(int root, const char *failed, const char *location);

#endif
