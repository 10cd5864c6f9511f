/** Assigns what touches files to file processes, takes what they answer, and gives up where a
 * folder is away. */
#include "elsewhere.h"
#include "assignment_wire.h"
#include "block_wire.h"
#include "brought_back.h"
#include "discards.h"
#include "errand.h"
#include "folder_view.h"
#include "moves.h"
#include "pacing.h"
#include "present.h"
#include "tell.h"

#include "closedrop/base/clock.h"
#include "closedrop/files/path.h"
#include "closedrop/files/remote.h"
#include "closedrop/queue/reading.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/** Whether what its stage does next touches its file. */
static bool touches_file(const struct task *task)
{
    switch (task->stage) {
    case STAGE_RESOLVE:
    case STAGE_RENAMED:
        return !task->has_resolution;
    case STAGE_TICKET:
        return !task->has_upload;
    case STAGE_VERIFY:
        return !task->has_verification && task->job->location;
    default:
        return stage_rows[task->stage].touch != NULL;
    }
}

bool elsewhere_is(const struct task *task)
{
    return !task->was_touched && touches_file(task) && atomic_load(&task->folder->is_elsewhere);
}

static struct verdict verdict_away(const struct task *task, const char *why)
{
    return task_wait(task->folder->poll_ms, "folder_away", why);
}

/** With what it needs of the queue, which its process does not have. 0 or a negative errno: nothing
 * was added. */
static int add_assignment(struct str *out, const struct task *task, const struct stage_tools *tools)
{
    struct stage_tools with = *tools;
    with.has_successor = queue_has_successor(tools->queue, task->job);
    if (task->stage == STAGE_PRESENT &&
        present_list_held(tools->queue, task->job, &with.held, &with.held_count) < 0)
        return -ENOMEM;
    assignment_add(out, task, &with);
    present_free_held(with.held, with.held_count);
    int result = str_error(out);
    if (result < 0)
        str_release(out);
    return result;
}

/** While its folder is away, its process is about to be left, and nobody would answer. A job that
 * began with an earlier configuration cannot be given to a process that has another one. */
static bool is_reachable(const struct worker *worker, const struct task *task)
{
    const struct folder_view *view = folder_view_of(worker, task->folder->name);
    return task->config == worker->config && view && view->healthy;
}

struct verdict elsewhere_begin(
    struct worker *worker, struct task *task, const struct stage_tools *tools)
{
    struct str bytes = STR_INIT(FRAME_MAX);
    if (add_assignment(&bytes, task, tools) < 0)
        return verdict_no_memory();
    int64_t number = ++worker->orders;
    enum order order = task->stage == STAGE_FINISH ? ORDER_PUT_AWAY : ORDER_STAGE;
    bool is_given =
        is_reachable(worker, task) && worker->order(worker->watch_context, task->folder->name,
                                          order, number, bytes.bytes, bytes.length);
    str_release(&bytes);
    if (!is_given)
        return verdict_away(task, "its folder cannot be reached now");
    task_assign(task, number);
    return verdict_make(VERDICT_RUNNING, NULL, "assigned");
}

/* ---- a file that is open there ---- */

/** Of the task whose upload has it. */
struct open_there {
    struct worker *worker;
    const struct folder *folder;
    int64_t number;
};

static bool ask_for_block(void *context, int64_t run, int64_t offset)
{
    const struct open_there *there = context;
    struct str bytes = STR_INIT(FRAME_MAX);
    block_question_add(&bytes, run, offset);
    bool is_given = !str_error(&bytes) &&
                    there->worker->order(there->worker->watch_context, there->folder->name,
                        ORDER_READ, there->number, bytes.bytes, bytes.length);
    str_release(&bytes);
    return is_given;
}

static void order_close(struct worker *worker, const char *folder, int64_t number)
{
    (void)worker->order(worker->watch_context, folder, ORDER_CLOSE, number, "", 0);
}

static void close_there(void *context)
{
    struct open_there *there = context;
    order_close(there->worker, there->folder->name, there->number);
    free(there);
}

static struct source *open_remote(
    struct worker *worker, const struct task *task, const struct file_state *state)
{
    struct open_there *there = malloc(sizeof(*there));
    if (!there)
        return NULL;
    *there = (struct open_there){worker, task->folder, task->step.order};
    const struct remote_holder holder = {
        .number = there->number, .ask = ask_for_block, .close = close_there, .context = there};
    return source_open_remote(&holder, state);
}

/** The file was opened to be sent. */
static struct verdict begin_upload(
    struct worker *worker, struct task *task, const struct result *result)
{
    struct source *source = result->has_opened ? open_remote(worker, task, &result->opened) : NULL;
    if (!source)
        return verdict_no_memory(); /* or it is broken */
    upload_init(&task->upload, source, path_name(task->job->path));
    memcpy(task->upload.content_type, result->content_type, sizeof(task->upload.content_type));
    task->has_upload = true;
    return result->verdict;
}

/** What it reads for its upload from another process; NULL: nothing. */
static struct remote *remote_of(const struct task *task)
{
    return task->has_upload ? task->upload.source->remote : NULL;
}

static struct task *task_that_reads(const struct worker *worker, int64_t number)
{
    for (struct task *task = worker->tasks; task; task = task->next)
        if (remote_of(task) && remote_of(task)->holder.number == number)
            return task;
    return NULL;
}

void worker_take_block(struct worker *worker, int64_t number, const char *bytes, size_t length)
{
    struct wire wire = {.at = bytes, .left = length};
    struct block block;
    struct task *task = task_that_reads(worker, number);
    if (!task)
        return; /* nobody waits for it any more */
    struct folder_view *view = folder_view_of(worker, task->folder->name);
    if (view)
        view->block_ms = clock_steady_ms();
    remote_take_block(remote_of(task), block_read(&wire, &block) ? &block : NULL);
    if (task->step.kind == STEP_ASKING)
        request_continue(task->step.request);
}

/* ---- what was assigned ---- */

static struct task *task_of(const struct worker *worker, int64_t number)
{
    for (struct task *task = worker->tasks; task; task = task->next)
        if (task->step.kind == STEP_ELSEWHERE && task->step.order == number)
            return task;
    return NULL;
}

/** Its stage has ended; or it continues here, with what was found there. */
static void take_result(struct worker *worker, struct task *task, struct wire *wire)
{
    const struct stage_row *row = &stage_rows[task->stage];
    struct result result;
    if (!result_read(wire, task, &result))
        result.verdict = verdict_no_memory(); /* or it is broken; either way it waits a little */
    else if (task->stage == STAGE_TICKET && result.verdict.kind == VERDICT_NEXT)
        result.verdict = begin_upload(worker, task, &result);
    bool continues = result.verdict.kind == VERDICT_NEXT && row->touch != row->start;
    if (continues)
        task_continue(task, task->stage);
    else
        task_end_stage(task, &result.verdict);
    task->was_touched = continues;
}

void worker_take_result(
    struct worker *worker, const char *folder, int64_t number, const char *bytes, size_t length)
{
    struct wire wire = {.at = bytes, .left = length};
    const struct folder *of = config_folder(worker->config, folder);
    struct task *task = task_of(worker, number);
    if (task && task->stage != STAGE_DUPLICATE)
        take_result(worker, task, &wire);
    else if (!of || !errand_take(worker, (size_t)(of - worker->config->folders), number, &wire))
        order_close(worker, folder, number); /* nobody waits for it any more */
}

/* ---- given up ---- */

/** Its process has been left, or is about to be: whether it cannot continue without that. */
static bool is_lost(struct task *task)
{
    if (task->step.kind == STEP_ELSEWHERE)
        return true;
    if (!remote_of(task) || !remote_lose(remote_of(task)))
        return false;
    return task->step.kind != STEP_ENDED && task->step.kind != STEP_DOUBT;
}

static void end_away(struct worker *worker, struct task *task, const char *why)
{
    const struct verdict away = verdict_away(task, why);
    pacing_drop_task_request(worker, task);
    task_end_stage(task, &away);
}

void elsewhere_abandon(struct worker *worker, size_t folder)
{
    const char *name = worker->config->folders[folder].name;
    struct task *next;
    if (errand_is_given(&worker->folders[folder], ERRAND_DISCARDS))
        discards_check_now(&worker->folders[folder]); /* once it is back */
    errand_abandon(&worker->folders[folder]);
    tell_abandon(worker, folder);
    for (struct task *task = worker->tasks; task; task = next) {
        next = task->next;
        if (brought_back_skip(worker, task, folder) || strcmp(task->folder->name, name) != 0 ||
            !is_lost(task))
            continue;
        if (job_has_outcome(task->job))
            moves_abandon(worker, task);
        else
            end_away(worker, task, "its folder does not answer");
    }
}

/* ---- no block comes ---- */

/** When it is given up that blocks of a task's file come, although its process answers; steady
 * clock. One that does not answer is found out earlier. As long as blocks of other files come, it
 * only waits for its turn. */
static int64_t gives_up_at(const struct worker *worker, const struct task *task)
{
    const struct remote *remote = remote_of(task);
    const struct folder_view *view = folder_view_of(worker, task->folder->name);
    if (!remote || !remote->waits_ms || remote->is_lost || task->step.kind != STEP_ASKING)
        return INT64_MAX;
    return later(remote->waits_ms, view ? view->block_ms : 0) + 2 * task->config->limits.timeout_ms;
}

int64_t elsewhere_next(const struct worker *worker)
{
    int64_t next = INT64_MAX;
    for (const struct task *task = worker->tasks; task; task = task->next)
        next = earlier(next, gives_up_at(worker, task));
    return next;
}

void elsewhere_give_up(struct worker *worker, struct task *task)
{
    if (clock_steady_ms() >= gives_up_at(worker, task))
        end_away(worker, task, "nothing more of it comes from its folder");
}

/* ---- another configuration ---- */

/** Whether the folder of a task has its process in the worker's configuration, too. */
static bool is_still_there(const struct worker *worker, const struct task *task)
{
    const struct folder *folder = config_folder(worker->config, task->folder->name);
    return folder && strcmp(folder->path, task->folder->path) == 0 &&
           atomic_load(&folder->is_elsewhere);
}

void elsewhere_start_over(struct worker *worker, struct task *task)
{
    order_close(worker, task->folder->name, task->step.order);
    task_continue(task, task->stage);
}

void elsewhere_begin_again(struct worker *worker)
{
    for (struct task *task = worker->tasks; task; task = task->next)
        if (task->step.kind == STEP_ELSEWHERE)
            elsewhere_start_over(worker, task);
        else if (!is_still_there(worker, task) && is_lost(task))
            end_away(worker, task, "its folder does not answer");
}
