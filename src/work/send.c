#include "task.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/files/path.h"
#include "closedrop/files/safe_open.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/** Where no lease can be had, nothing that changed a moment ago counts as finished (design.md 5).
 */
#define YOUNG_MS 2000

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

static struct verdict wait_for(int64_t ms, const char *code, const char *why)
{
    struct verdict wait = verdict_make(VERDICT_WAIT, code, "%s", why);
    wait.wait_ms = ms;
    return wait;
}

/** What it means that the file cannot be opened. */
static struct verdict of_open_error(
    const struct task *task, const struct stage_tools *tools, int error)
{
    switch (error) {
    case -ENOENT:
    case -ENOTDIR:
    case -ELOOP:
    case -EINVAL:
        if (!task_folder_is_here(task, tools))
            return wait_for(task->folder->poll_ms, "folder_away", "the folder looks unmounted");
        return verdict_make(VERDICT_GONE, "gone", "the file was taken out of the folder");
    case -EWOULDBLOCK:
    case -EBUSY:
        return wait_for(task->folder->settle_ms > YOUNG_MS ? task->folder->settle_ms : YOUNG_MS,
            "busy", "somebody has the file open for writing");
    default:
        return verdict_make(VERDICT_RETRY, "unreadable",
            "the file cannot be opened: %s; make it readable for the user closedrop runs as",
            strerror(-error));
    }
}

static bool is_young(const struct source *source)
{
    int64_t age = clock_wall_ms() - source->before.ctime_ns / 1000000;
    return !source->leased && age >= 0 && age < YOUNG_MS;
}

/** Open the file of the task and see that it is still the one that was queued. */
static struct verdict open_upload(struct task *task, const struct stage_tools *tools)
{
    struct source *source = NULL;
    int result = task_open_root(task);
    if (result < 0)
        return wait_for(task->folder->poll_ms, "folder_away", strerror(-result));
    if (task->job->place)
        result = bring_back_start(task);
    if (result == -ENOENT) /* a person, or we before a crash, brought it back already */
        (void)job_set_text(&task->job->place, NULL);
    else if (result < 0)
        return of_open_error(task, tools, result);
    if (task->copy)
        return verdict_make(VERDICT_RUNNING, NULL, "copying");
    int fd = safe_open_file(task->root, task->job->path);
    result = fd < 0 ? fd : source_open(fd, true, &source);
    if (result < 0)
        return of_open_error(task, tools, result);
    if (!identity_equal(&source->before.identity, &task->job->identity)) {
        source_close(source);
        return verdict_make(VERDICT_CHANGED, "changed", "the file was rewritten or replaced");
    }
    if (is_young(source)) {
        source_close(source);
        return wait_for(YOUNG_MS, "young", "the file changed just now");
    }
    upload_init(&task->upload, source, path_name(task->job->path));
    task->has_upload = true;
    finish_remove_error_text(task);
    return verdict_make(VERDICT_NEXT, NULL, "open");
}

/** A request under way, or memory was short. */
static struct verdict under_way(struct task *task, struct request *request)
{
    task->request = request;
    if (request)
        return verdict_make(VERDICT_RUNNING, NULL, "under way");
    return wait_for(YOUNG_MS, "no_memory", "no memory left");
}

struct verdict ticket_start(struct task *task, const struct stage_tools *tools)
{
    if (!task->has_upload) {
        struct verdict opened = open_upload(task, tools);
        if (opened.kind != VERDICT_NEXT)
            return opened;
    }
    if (source_yield(task->upload.source))
        return verdict_make(VERDICT_CHANGED, "changed", "somebody is writing to the file");
    return under_way(task, upload_ask_ticket(&task->upload, &tools->api));
}

struct verdict ticket_finish(struct task *task, const struct stage_tools *tools)
{
    (void)tools;
    return upload_read_ticket(&task->upload, task->request, task->config->close.upload_hosts);
}

struct verdict send_start(struct task *task, const struct stage_tools *tools)
{
    if (upload_ticket_is_stale(&task->upload))
        return verdict_make(VERDICT_AGAIN, "s3_refused", "the form has become too old");
    task->started_ms = clock_steady_ms();
    return under_way(task, upload_send_form(&task->upload, &tools->api));
}

struct verdict send_finish(struct task *task, const struct stage_tools *tools)
{
    (void)tools;
    return upload_read_form(&task->upload, task->request);
}
