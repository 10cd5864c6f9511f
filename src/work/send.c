/** The stages ticket and send: the file opened and leased, the form asked for, the bytes streamed,
 * the end compared. */
#include "beside.h"
#include "stages.h"
#include "task_file.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/shortage.h"
#include "closedrop/config/own_files.h"
#include "closedrop/config/refusal.h"
#include "closedrop/files/lease.h"
#include "closedrop/files/path.h"
#include "closedrop/files/rights.h"
#include "closedrop/files/safe_open.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_young(const struct source *source)
{
    int64_t age = clock_wall_ms() - source->before.ctime_ns / 1000000;
    return !source->leased && age >= 0 && age < FILE_YOUNG_MS;
}

/** Open the file of the task to be sent. */
struct verdict ticket_touch(struct task *task, const struct stage_tools *tools)
{
    struct source *source = NULL;
    struct verdict verdict = task_open_source(task, tools, &source);
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    if (!identity_equal(&source->before.identity, &task->job->identity)) {
        source_close(source);
        return verdict_changed(task);
    }
    if (is_young(source)) {
        source_close(source);
        return task_wait(FILE_YOUNG_MS, "young", "the file changed just now");
    }
    upload_init(&task->upload, source, path_name(task->job->path));
    task->has_upload = true;
    beside_remove_text_in_folder(task);
    return verdict;
}

struct verdict ticket_start(struct task *task, const struct stage_tools *tools)
{
    if (!task->has_upload) {
        struct verdict opened = ticket_touch(task, tools);
        if (opened.kind != VERDICT_NEXT)
            return opened;
    } else if (source_yield(task->upload.source)) {
        return verdict_make(VERDICT_CHANGED, "changed", "another program is writing to the file");
    }
    return task_await(task, upload_ask_ticket(&task->upload, &tools->api));
}

struct verdict ticket_finish(struct task *task, const struct stage_tools *tools)
{
    (void)tools;
    return upload_read_ticket(&task->upload, task->step.request, task->config->close.upload_hosts);
}

struct verdict send_start(struct task *task, const struct stage_tools *tools)
{
    if (upload_ticket_is_stale(&task->upload))
        return verdict_make(VERDICT_AGAIN, "s3_refused", "the upload form has expired");
    task->started_ms = clock_steady_ms();
    return task_await(task, upload_send_form(&task->upload, &tools->api));
}

struct verdict send_finish(struct task *task, const struct stage_tools *tools)
{
    return upload_read_form(&task->upload, task->step.request, tools->etags);
}
