/**
 * Directories are written once a turn, after all stages that were due have started, and before the
 * verdicts are applied and committed.
 */
#include "durable.h"

#include "worker_state.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

int durable_note(struct task *task, int directory)
{
    struct inode inode;
    int result = inode_of(directory, &inode);
    if (result == 0)
        task->unwritten = (struct unwritten){true, directory, inode, 0};
    return result;
}

static int write_directory(const struct task *task)
{
    return fsync(task->unwritten.directory) < 0 ? -errno : 0;
}

/** The result for the directory, if one of the tasks before this one has changed the same. */
static int write_once(const struct worker *worker, const struct task *task)
{
    for (const struct task *other = worker->tasks; other != task; other = other->next)
        if (other->unwritten.is_due && inode_equal(&other->unwritten.inode, &task->unwritten.inode))
            return other->unwritten.result;
    return write_directory(task);
}

/** The file may not stay where it came to lie. */
static struct verdict not_written(struct task *task, int error)
{
    free(task->outcome_location);
    task->outcome_location = NULL;
    return task_not_put_away("the directory for the file cannot be written to disk", error);
}

void durable_write_all(struct worker *worker)
{
    for (struct task *task = worker->tasks; task; task = task->next)
        if (task->unwritten.is_due)
            task->unwritten.result = write_once(worker, task);
    for (struct task *task = worker->tasks; task; task = task->next) {
        if (task->unwritten.is_due && task->unwritten.result < 0) {
            const struct verdict verdict = not_written(task, task->unwritten.result);
            task_end_stage(task, &verdict);
        }
        task->unwritten.is_due = false;
    }
}

struct verdict durable_write(struct task *task, struct verdict verdict)
{
    int result = task->unwritten.is_due ? write_directory(task) : 0;
    task->unwritten.is_due = false;
    return result < 0 ? not_written(task, result) : verdict;
}
