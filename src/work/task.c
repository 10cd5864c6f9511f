/** A task: the jobs it holds, the stage that is next, the directories it has open. */
#include "task.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/remedy.h"
#include "closedrop/files/copy.h"
#include "closedrop/files/destination.h"
#include "closedrop/files/put_away.h"
#include "closedrop/files/safe_open.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

size_t task_count_jobs(const struct task *task)
{
    return 1 + task->member_count;
}

struct job *task_job_at(const struct task *task, size_t i)
{
    return i ? task->members[i - 1] : task->job;
}

void task_free_members(struct task *task)
{
    for (size_t i = 0; i < task->member_count; i++)
        job_free(task->members[i]);
    free(task->members);
    task->members = NULL;
    task->member_count = 0;
}

/** A request is not ours to free: whoever started it must stop it. */
static void set_step(struct task *task, const struct step *step)
{
    assert(!task_request(task));
    if (task->step.kind == STEP_COPYING)
        copy_free(task->step.copy);
    if (task->step.kind == STEP_READING)
        source_close(task->step.source);
    task->step = *step;
}

void task_continue(struct task *task, enum stage stage)
{
    task->stage = stage;
    task->was_touched = false;
    set_step(task, &(struct step){.kind = STEP_START});
}

void task_end_stage(struct task *task, const struct verdict *verdict)
{
    set_step(task, &(struct step){.kind = STEP_ENDED, .verdict = *verdict});
}

void task_copy(struct task *task, struct copy *copy)
{
    set_step(task, &(struct step){.kind = STEP_COPYING, .copy = copy});
}

void task_read(struct task *task, struct source *source)
{
    set_step(task, &(struct step){.kind = STEP_READING, .source = source});
}

void task_search(struct task *task, int64_t scan)
{
    set_step(task, &(struct step){.kind = STEP_SEARCH, .scan = scan});
}

void task_assign(struct task *task, int64_t order)
{
    set_step(task, &(struct step){.kind = STEP_ELSEWHERE, .order = order});
}

void task_doubt(struct task *task)
{
    assert(task->step.kind == STEP_ENDED);
    task->step.kind = STEP_DOUBT;
}

struct request *task_request(const struct task *task)
{
    bool has_one = task->step.kind == STEP_READY || task->step.kind == STEP_ASKING;
    return has_one ? task->step.request : NULL;
}

bool task_was_renamed(const struct task *task)
{
    const char *rules_digest = task->job->rules_digest;
    return task->folder->rules[0] && !(rules_digest && *rules_digest);
}

enum stage task_last_stage(const struct job *job, const struct folder *folder)
{
    bool was_filed_otherwise = job->state == JOB_DONE && job->filed_path;
    return was_filed_otherwise && folder->rules[0] ? STAGE_RENAMED : STAGE_FINISH;
}

void task_close_upload(struct task *task)
{
    if (task->has_upload)
        upload_release(&task->upload);
    task->has_upload = false;
}

void task_end_upload(struct task *task)
{
    leased_file_close(&task->sent);
    if (task->folder->after_upload != AFTER_KEEP)
        source_hand_over(task->upload.source, &task->sent);
    task_close_upload(task);
}

int task_open_root(struct task *task)
{
    if (task->root < 0)
        task->root = safe_open_root(task->folder->path);
    return task->root < 0 ? task->root : 0;
}

bool task_folder_is_here(const struct task *task, const struct stage_tools *tools)
{
    struct stat stat;
    if (fstat(task->root, &stat) < 0)
        return false;
    if (tools->root_inode &&
        (stat.st_dev != tools->root_device || stat.st_ino != tools->root_inode))
        return false;
    /* we made .closedrop there ourselves: a directory with nothing at all is a bare mount point */
    return task->folder->after_upload == AFTER_KEEP ||
           faccessat(task->root, STAGING_NAME, F_OK, AT_SYMLINK_NOFOLLOW) == 0 ||
           !directory_is_empty(task->root);
}

struct verdict task_wait(int64_t ms, const char *code, const char *why)
{
    struct verdict wait = verdict_make(VERDICT_WAIT, code, "%s", why);
    wait.wait_ms = ms;
    return wait;
}

struct verdict task_await(struct task *task, struct request *request)
{
    if (!request)
        return verdict_no_memory();
    set_step(task, &(struct step){.kind = STEP_READY, .request = request});
    return verdict_make(VERDICT_RUNNING, NULL, "in progress");
}

void task_leave_directories(struct task *task)
{
    destination_close(&task->destination);
    close_fd(&task->staging);
    task->staging = -1;
}

/* systemd keeps the file system from the service, but for some directories */
#define READ_ONLY_REMEDY                                                                           \
    REMEDY "mount it writable; in a service of systemd, a folder outside /srv needs "              \
           "ReadWritePaths (\"systemctl edit closedrop\")"

struct verdict task_not_put_away(const char *what, int error)
{
    return verdict_make(VERDICT_RETRY, "not_put_away", "%s: %s%s", what, strerror(-error),
        error == -EROFS ? READ_ONLY_REMEDY : "");
}
