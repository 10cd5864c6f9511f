/** What is next to a file of a task. */
#ifndef CLOSEDROP_WORK_BESIDE_H
#define CLOSEDROP_WORK_BESIDE_H

#include "task.h"

#define ERROR_SUFFIX ".error.txt"

/** Whether the file of a task with an outcome goes to the archive or to Failed, and is not deleted
 * or kept. */
bool beside_is_put_in_place(const struct task *task);

/** Whether a person must be told something by a text next to it: why it failed, or what is missing
 * or wrong although it was filed. */
bool beside_wants_text(const struct task *task);

/** Open the directory in which the file at `location` (as in struct job) lies; or a negative errno.
 */
int beside_open_directory(int root, const char *location);

/** Write the texts that the outcome requires next to the file `name` at task->destination. */
int beside_write(const struct task *task, const char *name);

/** Remove the error text of `name`, if there is one. */
void beside_remove_text(int directory, const char *name);

/** Remove an error text next to the file in the folder. */
void beside_remove_text_in_folder(const struct task *task);

/** Remove the text that says that the file waits in the folder, if there is one. */
void beside_remove_waiting(const struct task *task);

/** Remove what an earlier attempt left next to the file's former locations. */
void beside_remove_old_texts(struct task *task);

/** Whether a file of the folder may have a marker or a sidecar. */
bool beside_has_companions(const struct folder *folder);

/** Move the marker and the sidecar of the file that was `name` in `directory`. */
void beside_move_companions(const struct task *task, int directory, const char *name,
    const struct destination *destination, const char *new_name);

#endif
