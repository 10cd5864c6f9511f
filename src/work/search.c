/**
 * A file that is no longer at its path may be in its folder under another name: the whole folder is
 * scanned, once, and if the file is found, worker_follow() is called.
 */
#include "search.h"
#include "folder_view.h"

/** Whether its file can be searched for in its folder now. */
bool search_is_possible(const struct worker *worker, const struct task *task)
{
    const struct folder_view *view = folder_view_of(worker, task->folder->name);
    return view && view->healthy && !worker->stopping;
}

/** Whether a search in the folder has ended: found, its file would have been followed. */
bool search_is_over(const struct worker *worker, const struct task *task)
{
    const struct folder_view *view = folder_view_of(worker, task->folder->name);
    if (task->step.kind != STEP_SEARCH)
        return false;
    bool has_ended = view && view->scanned >= task->step.scan;
    return has_ended || !search_is_possible(worker, task);
}

bool search_begin(struct worker *worker, struct task *task)
{
    int64_t scan = worker->scan(worker->watch_context, task->folder->name);
    if (scan)
        task_search(task, scan);
    return scan != 0;
}
