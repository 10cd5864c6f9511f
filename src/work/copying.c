/** A file that goes to another file system, copied a slice a turn. */
#include "copying.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/files/copy.h"
#include "closedrop/files/path.h"
#include "closedrop/files/safe_open.h"

#include <errno.h>
#include <unistd.h>

int copying_take_identity(struct task *task, const char *name)
{
    struct file_state state;
    CLEANUP(close_fd) int path_fd = safe_open_path(task->destination.directory, name);
    int result = path_fd < 0 ? path_fd : file_state_read(path_fd, &state);
    if (result == 0)
        task->job->identity = state.identity;
    return result;
}

int copying_step(struct task *task, char **ret_name)
{
    int result = copy_step(task->step.copy);
    if (result > 0)
        return result;
    if (result == 0)
        result = copy_finish(task->step.copy, path_name(task->job->path), ret_name);
    task_continue(task, task->stage); /* the copy has ended; its directories may be closed */
    return result != 0 ? result : copying_take_identity(task, *ret_name);
}
