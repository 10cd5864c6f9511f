/** Does the part of a stage that touches files, for the worker of another process. */
#include "closedrop/work/assignment.h"

#include "assignment_wire.h"
#include "durable.h"
#include "errand_rows.h"
#include "failed_directories.h"
#include "present.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/files/destination.h"
#include "closedrop/work/open_files.h"
#include "closedrop/work/staging.h"

#include <stdlib.h>
#include <unistd.h>

struct assignment {
    int64_t number;
    struct task task;
    struct stage_tools tools;
};

static void release(struct assignment *assignment)
{
    struct task *task = &assignment->task;
    task_continue(task, task->stage); /* frees what is copied or read */
    task_close_upload(task);
    task_leave_directories(task);
    if (task->root >= 0)
        close(task->root);
    free(task->other_lead);
    free(task->outcome_location);
    failed_names_release(&task->failed_names);
    free(task->kept_sha256);
    clues_release(&task->clues);
    present_free_held(assignment->tools.held, assignment->tools.held_count);
    job_free(task->job);
    free(assignment);
}

/** Whether it is over: with its verdict, and what it has opened. */
static bool is_over(struct open_files *files, struct assignment *assignment, struct verdict verdict,
    struct str *result)
{
    struct task *task = &assignment->task;
    if (verdict.kind == VERDICT_RUNNING)
        return false;
    verdict = durable_write(task, verdict);
    result_add(result, task, &verdict);
    if (task->has_upload &&
        open_files_keep(files, assignment->number, TAKE_PTR(task->upload.source)) < 0)
        str_clear(result);
    release(assignment);
    return true;
}

void *assignment_begin(void *context, int64_t number, struct config *config, size_t folder,
    struct wire *wire, struct str *result)
{
    if (staging_order_do(&config->folders[folder], wire, result) ||
        errand_run(errand_rows, &config->folders[folder], wire, result))
        return NULL;
    struct assignment *assignment = calloc(1, sizeof(*assignment));
    if (!assignment)
        return NULL;
    assignment->number = number;
    assignment->task = (struct task){.config = config,
        .folder = &config->folders[folder],
        .root = -1,
        .staging = -1,
        .destination = {.directory = -1}};
    struct task *task = &assignment->task;
    if (!assignment_read(wire, task, &assignment->tools) || !stage_rows[task->stage].touch) {
        release(assignment);
        return NULL;
    }
    struct verdict verdict = stage_rows[task->stage].touch(task, &assignment->tools);
    return is_over(context, assignment, verdict, result) ? NULL : assignment;
}

bool assignment_step(void *context, void *begun, struct str *result)
{
    struct assignment *assignment = begun;
    struct task *task = &assignment->task;
    return is_over(context, assignment, stage_rows[task->stage].step(task), result);
}
