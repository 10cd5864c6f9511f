/** A failed file moved back to its place in the folder, for a retry by hand. */
#include "bring_back.h"

#include "beside.h"
#include "copying.h"
#include "failed_files.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/str.h"
#include "closedrop/files/copy.h"
#include "closedrop/files/destination.h"
#include "closedrop/files/path.h"
#include "closedrop/files/put_away.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/** The failed file is back in the folder: its error text goes, and the job knows its name. */
static int came_back(struct task *task, const char *name)
{
    struct job *job = task->job;
    CLEANUP(free_text) char *parent = path_directory(job->path);
    CLEANUP(free_text) char *path = parent ? path_join(parent, name) : NULL;
    if (!path)
        return -ENOMEM;
    beside_remove_text(task->staging, path_name(job->location));
    beside_move_companions(task, task->staging, path_name(job->location), &task->destination, name);
    free(job->path);
    job->path = TAKE_PTR(path);
    task_leave_directories(task);
    return str_assign(&job->location, NULL);
}

static int begin_copy(struct task *task, const char *from)
{
    struct copy *copy;
    int result = copy_begin(task->staging, from, &task->destination, &copy);
    if (result == 0)
        task_copy(task, copy);
    return result;
}

int bring_back_start(struct task *task)
{
    struct job *job = task->job;
    CLEANUP(free_text) char *parent = path_directory(job->path);
    task_leave_directories(task);
    task->staging = beside_open_directory(task->root, job->location);
    CLEANUP(close_fd) int top = failed_open(task->root, task->folder->failed, job->location);
    if (top == -ENOENT) /* all of Failed was renamed: nobody has spoken of this file */
        job->approved = false;
    if (task->staging < 0 || !parent)
        return task->staging < 0 ? task->staging : -ENOMEM;
    if (!failed_file_is_at(task->staging, job)) {
        failed_text_remove(task->root, job);
        return -ENOENT;
    }
    int result = destination_open(task->root, *parent ? parent : ".", &task->destination);
    if (result < 0)
        return result;
    CLEANUP(free_text) char *name = NULL;
    const char *from = path_name(job->location);
    result = put_away_move(task->staging, from, &task->destination, path_name(job->path), &name);
    if (result == -EXDEV)
        return begin_copy(task, from);
    if (result == 0 && fsync(task->destination.directory) < 0)
        result = -errno;
    return result < 0 ? result : came_back(task, name);
}

struct verdict bring_back_step(struct task *task)
{
    CLEANUP(free_text) char *name = NULL;
    int result = copying_step(task, &name);
    if (result > 0)
        return verdict_make(VERDICT_RUNNING, NULL, "copying");
    if (result == 0)
        result = came_back(task, name);
    return result < 0 ? task_not_put_away("the file cannot be brought back", result)
                      : verdict_make(VERDICT_AGAIN, NULL, "the file was brought back");
}
