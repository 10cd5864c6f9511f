/**
 * The jobs in progress, carried from stage to stage: what has ended is read and applied, and after
 * the commit the next stage starts.
 */
#define LOG_MODULE "worker"

#include "closedrop/work/worker.h"

#include "apply.h"
#include "claim.h"
#include "discards.h"
#include "durable.h"
#include "elsewhere.h"
#include "folder_view.h"
#include "health.h"
#include "moves.h"
#include "pacing.h"
#include "search.h"
#include "stages.h"
#include "worker_key.h"

#include "closedrop/base/clock.h"

#include <assert.h>
#include <string.h>

/** How long a task stays claimed while it waits for its group's next window, and not in the queue.
 */
#define HELD_MAX_MS 2000

void worker_set_paused(struct worker *worker, bool paused)
{
    worker->paused = paused;
}

void worker_set_disk_short(struct worker *worker, const char *why)
{
    worker->disk_short = why;
}

void worker_stop_claiming(struct worker *worker)
{
    worker->stopping = true;
}

void worker_set_folder(struct worker *worker, size_t folder, const struct folder_state *state)
{
    struct folder_view *view = &worker->folders[folder];
    view->healthy = state->healthy;
    view->device = state->device;
    view->inode = state->inode;
    view->scanned = state->scanned;
    if (state->complete_scans && state->complete_scans != view->complete_scans)
        discards_begin(view);
    view->complete_scans = state->complete_scans;
    if (!view->healthy)
        elsewhere_abandon(worker, folder);
}

/* ---- reap ---- */

static struct task *task_of(const struct worker *worker, const struct request *request)
{
    for (struct task *task = worker->tasks; task; task = task->next)
        if (task_request(task) == request)
            return task;
    return NULL;
}

static struct stage_tools tools_of(struct worker *worker, const struct task *task)
{
    struct stage_tools tools = {.api = worker_api(worker, task->config),
        .tables = worker->tables,
        .etags = &worker->etags,
        .absences = &worker->absences,
        .queue = worker->queue,
        .worker = worker};
    const struct folder_view *view = folder_view_of(worker, task->folder->name);
    if (view &&
        strcmp(view->folder->path, task->folder->path) == 0) { /* or it is another's, by a reload */
        tools.root_device = view->device;
        tools.root_inode = view->inode;
    }
    return tools;
}

static void api_passed(struct worker *worker)
{
    worker->api_has_worked = true;
    breaker_passed(&worker->api_breaker);
}

static void reap_request(struct worker *worker, struct request *request)
{
    if (request == worker->question) {
        health_answered(worker);
        return;
    }
    if (request == worker->renewal.request) {
        worker_key_answered(worker);
        return;
    }
    struct task *task = task_of(worker, request);
    assert(task);
    struct stage_tools tools = tools_of(worker, task);
    struct verdict verdict = stage_rows[task->stage].finish(task, &tools);
    bool is_doubtful = verdict.kind == VERDICT_DOUBT || verdict.kind == VERDICT_UNCLEAR;
    if (request_group(request) != API_FORMS && !is_doubtful)
        api_passed(worker);
    pacing_drop_task_request(worker, task);
    task_end_stage(task, &verdict);
    apply_verdict(worker, task);
}

/** Where the folder is away now nothing is decided. */
static void end_search(struct worker *worker, struct task *task)
{
    if (!search_is_possible(worker, task)) {
        moves_abandon(worker, task);
        return;
    }
    task->was_searched = true;
    task_continue(task, task->stage);
}

/** What continues by itself, a slice per turn. */
static void step(struct task *task)
{
    if (task->step.kind != STEP_COPYING && task->step.kind != STEP_READING)
        return;
    struct verdict verdict = stage_rows[task->stage].step(task);
    if (verdict.kind != VERDICT_RUNNING)
        task_end_stage(task, &verdict);
}

void worker_reap(struct worker *worker)
{
    struct request *request;
    while ((request = http_next_ended(worker->http)) != NULL)
        reap_request(worker, request);
    struct task *next;
    for (struct task *task = worker->tasks; task; task = next) {
        next = task->next;
        step(task);
        elsewhere_give_up(worker, task);
        if (search_is_over(worker, task))
            end_search(worker, task);
        else if (task->step.kind == STEP_DOUBT && worker->stopping)
            moves_abandon(worker, task); /* nobody waits for whose fault it was */
        else if (task->step.kind == STEP_ENDED)
            apply_verdict(worker, task);
    }
}

void worker_check_leases(struct worker *worker)
{
    const struct verdict changed =
        verdict_make(VERDICT_CHANGED, "changed", "another program is writing to the file");
    for (struct task *task = worker->tasks; task; task = task->next) {
        leased_file_yield(&task->sent);
        if (task->has_upload && source_yield(task->upload.source) &&
            task->step.kind != STEP_DOUBT) {
            pacing_drop_task_request(worker, task);
            task_end_stage(task, &changed);
        }
    }
}

void worker_abandon(struct worker *worker)
{
    while (worker->tasks)
        moves_abandon(worker, worker->tasks);
}

/* ---- renamed while claimed ---- */

/** What was found out under the old name does not count; what only needs the bytes continues. */
static void follow_in_task(struct worker *worker, struct task *task)
{
    bool is_asking = task->stage == STAGE_RESOLVE || task->stage == STAGE_RENAMED;
    bool is_posted = task->stage == STAGE_ATTACH || task->stage == STAGE_VERIFY;
    bool is_opened = task->stage == STAGE_TICKET || task->stage == STAGE_COMPARE;
    if (task->step.kind == STEP_COPYING || task->step.kind == STEP_DOUBT || is_posted)
        return;
    if (task->step.kind == STEP_ELSEWHERE && is_opened)
        elsewhere_start_over(worker, task);
    clues_release(&task->clues);
    if (task->has_resolution)
        resolution_release(&task->resolution);
    task->has_resolution = false;
    if (!is_asking && task->step.kind != STEP_SEARCH)
        return;
    pacing_drop_task_request(worker, task);
    task->was_searched = false;
    task_continue(task,
        task->stage == STAGE_RESOLVE ? STAGE_RESOLVE : claim_first_stage(task->job, task->folder));
}

void worker_follow(struct worker *worker, int64_t job, const char *path)
{
    for (struct task *task = worker->tasks; task; task = task->next)
        for (size_t i = 0; i < task_count_jobs(task); i++)
            if (task_job_at(task, i)->id == job) {
                queue_follow(worker->queue, task_job_at(task, i), path);
                if (i == 0)
                    follow_in_task(worker, task);
                return;
            }
}

/* ---- start ---- */

/**
 * Whether a request may go now. One whose group has nothing left for long goes back to the queue
 * with its task; any other stays claimed and waits, and what is asked first goes first.
 */
static bool may_send(struct worker *worker, struct task *task)
{
    int64_t now = clock_steady_ms();
    const struct window *window = &worker->windows[request_group(task->step.request)];
    if (window_opens_at(window, now) <= now)
        return true;
    int64_t wait_ms = window_shut_until(window, now) - now;
    if (wait_ms > HELD_MAX_MS) {
        const struct verdict wait =
            task_wait(wait_ms, "rate_limit", "waits as long as the server asked");
        pacing_drop_task_request(worker, task);
        task_end_stage(task, &wait);
    }
    return false;
}

/** It did not get far enough for an answer: its stage reads the outcome at once. */
static void send_request(struct worker *worker, struct task *task, const struct stage_tools *tools)
{
    task->step.kind = STEP_ASKING;
    if (pacing_send_request(worker, task->step.request) == 0)
        return;
    struct verdict verdict = stage_rows[task->stage].finish(task, tools);
    pacing_drop_task_request(worker, task);
    task_end_stage(task, &verdict);
}

static void start_stage(struct worker *worker, struct task *task)
{
    struct stage_tools tools = tools_of(worker, task);
    if (task->step.kind == STEP_START) {
        struct verdict verdict = elsewhere_is(task) ? elsewhere_begin(worker, task, &tools)
                                                    : stage_rows[task->stage].start(task, &tools);
        if (verdict.kind != VERDICT_RUNNING)
            task_end_stage(task, &verdict);
    }
    if (task->step.kind == STEP_READY && may_send(worker, task))
        send_request(worker, task, &tools);
}

void worker_start(struct worker *worker)
{
    for (struct task *task = worker->tasks; task; task = task->next)
        if (task->step.kind == STEP_START || task->step.kind == STEP_READY)
            start_stage(worker, task);
    durable_write_all(worker);
}

enum breaker_reason worker_blocked(const struct worker *worker)
{
    return worker->api_breaker.reason;
}

int64_t worker_failures(const struct worker *worker)
{
    return worker->failures;
}
