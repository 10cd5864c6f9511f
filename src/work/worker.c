/* The jobs in hand: claimed when there is room, carried from stage to stage, and who is woken
 * when. */
#define LOG_MODULE "worker"

#include "closedrop/work/worker.h"

#include "bring_back.h"
#include "claim.h"
#include "classify.h"
#include "discards.h"
#include "health.h"
#include "held_news.h"
#include "moves.h"
#include "outcome.h"
#include "paced.h"
#include "pacing.h"
#include "stages.h"
#include "worker_state.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/base/log.h"
#include "closedrop/base/str.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/** How long a task waits in hand for its group's next window, and not in the queue. */
#define HELD_MAX_MS 2000

const struct stage_row stage_rows[STAGES] = {
    [STAGE_COMPARE] = {"compare", compare_start, NULL},
    [STAGE_RESOLVE] = {"resolve", resolve_start, resolve_finish},
    [STAGE_TICKET] = {"ticket", ticket_start, ticket_finish},
    [STAGE_SEND] = {"send", send_start, send_finish},
    [STAGE_PRESENT] = {"present", present_start, NULL},
    [STAGE_RECONCILE] = {"reconcile", reconcile_start, reconcile_finish},
    [STAGE_DUPLICATE] = {"duplicate", duplicate_start, duplicate_finish},
    [STAGE_ATTACH] = {"attach", attach_start, attach_finish},
    [STAGE_VERIFY] = {"look", verify_start, verify_finish},
    [STAGE_RENAMED] = {"renamed", renamed_start, renamed_finish},
    [STAGE_FINISH] = {"finish", finish_start, NULL},
};

/* ---- life ---- */

static struct folder_view *view_folders(const struct worker *worker, const struct config *config)
{
    struct folder_view *views = calloc(config->folder_count + 1, sizeof(*views));
    for (size_t i = 0; views && i < config->folder_count; i++) {
        views[i].name = config->folders[i].name;
        for (size_t j = 0; worker->config && j < worker->config->folder_count; j++)
            if (strcmp(views[i].name, worker->folders[j].name) == 0) {
                views[i] = worker->folders[j];
                views[i].name = config->folders[i].name;
                views[i].check_next_ms = 0; /* rescan may be another one now */
            }
    }
    return views;
}

/** A table that cannot be used holds up every file that needs it, and then fails them: said before
 * the first one comes. */
static void warn_of_tables(const struct worker *worker)
{
    for (size_t i = 0; i < worker->config->folder_count; i++)
        for (struct rule **rule = worker->config->folders[i].rules; *rule; rule++) {
            CLEANUP(json_freep) struct json *columns = rule_columns(*rule);
            const struct table_ask ask = rule_table_ask(*rule, columns);
            struct str why = STR_INIT(4096);
            if ((*rule)->table && tables_check(worker->tables, &ask, &why) < 0)
                log_warn("rule \"%s\": %s; files that need it wait for one that comes or grows "
                         "(incomplete of their folder), and then fail",
                    (*rule)->name, str_text(&why));
            str_release(&why);
        }
}

/** The folders are watched anew: what was asked of the watch thread before is not answered. */
static void ask_for_scans_again(struct worker *worker)
{
    for (struct task *task = worker->tasks; task; task = task->next)
        if (task->awaits_scan) {
            task->awaits_scan = 0;
            task_go_on(task, task->stage);
        }
}

int worker_configure(struct worker *worker, struct config *config, struct str *why)
{
    struct key key;
    int result = key_load(config->close.api_key_file, &key, why);
    if (result == -ENOKEY && worker->key.text[0] && !worker->key.file) {
        /* it came by the environment, which is gone since: it stays */
        key = worker->key;
        str_clear(why);
        result = 0;
    }
    if (result < 0)
        return result;
    struct folder_view *views = view_folders(worker, config);
    if (!views)
        return -ENOMEM;
    if (key.file || worker->key.file)
        key_release(&worker->key);
    worker->key = key;
    worker->key_unusable = false;
    absences_release(&worker->absences); /* it may be the key of another organisation */
    free(worker->folders);
    worker->folders = views;
    config_release(worker->config);
    worker->config = config_hold(config);
    worker->turn = 0;
    ask_for_scans_again(worker);
    http_set_bandwidth(worker->http, config->limits.bandwidth);
    window_forget(&worker->windows[API_ME]);
    breaker_ask_now(&worker->api_breaker, clock_steady_ms());
    breaker_ask_now(&worker->s3_breaker, clock_steady_ms());
    paced_ask_again(worker);
    warn_of_tables(worker);
    return 0;
}

struct worker *worker_new(struct queue *queue, struct http *http, struct config *config,
    worker_resettle *resettle, worker_scan *scan, void *context)
{
    struct worker *worker = calloc(1, sizeof(*worker));
    if (!worker)
        return NULL;
    worker->queue = queue;
    worker->http = http;
    worker->resettle = resettle;
    worker->scan = scan;
    worker->watch_context = context;
    worker->has_suspects = true;                        /* the first claim looks */
    worker->windows[API_FORMS].limit = WINDOW_NO_LIMIT; /* S3's, and a file may take hours */
    worker->folders = view_folders(worker, config);
    worker->config = config_hold(config);
    worker->tables = tables_new();
    if (worker->tables && worker->folders)
        return worker;
    worker_free(worker);
    return NULL;
}

void worker_free(struct worker *worker)
{
    if (!worker)
        return;
    while (worker->tasks)
        moves_end_task(worker, worker->tasks);
    pacing_drop_request(worker, &worker->question);
    key_release(&worker->key);
    held_news_free(worker);
    tables_free(worker->tables);
    absences_release(&worker->absences);
    free(worker->folders);
    config_release(worker->config);
    free(worker);
}

static struct folder_view *view_of(const struct worker *worker, const char *name)
{
    for (size_t i = 0; i < worker->config->folder_count; i++)
        if (strcmp(worker->folders[i].name, name) == 0)
            return &worker->folders[i];
    return NULL;
}

void worker_set_folder(struct worker *worker, const char *name, const struct folder_state *state)
{
    struct folder_view *view = view_of(worker, name);
    if (!view)
        return;
    view->healthy = state->healthy;
    view->device = state->device;
    view->inode = state->inode;
    view->scanned = state->scanned;
    if (state->rounds && state->rounds != view->rounds)
        discards_begin(config_folder(worker->config, name), view);
    view->rounds = state->rounds;
}

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

/** Whether its request is ready, and only waits until it may go. */
static bool task_holds_request(const struct task *task)
{
    return task->to_start && task->request;
}

/* ---- reap ---- */

static struct task *task_of(const struct worker *worker, const struct request *request)
{
    for (struct task *task = worker->tasks; task; task = task->next)
        if (task->request == request)
            return task;
    return NULL;
}

static struct stage_tools tools_of(struct worker *worker, const struct task *task)
{
    struct stage_tools tools = {.api = worker_api(worker, task->config),
        .tables = worker->tables,
        .etags = &worker->etags,
        .absences = &worker->absences,
        .store = queue_store(worker->queue)};
    const struct folder_view *view = view_of(worker, task->folder->name);
    const struct folder *now = config_folder(worker->config, task->folder->name);
    if (view && strcmp(now->path, task->folder->path) == 0) { /* or it is another's, by a reload */
        tools.root_device = view->device;
        tools.root_inode = view->inode;
    }
    return tools;
}

static void reap_request(struct worker *worker, struct request *request)
{
    if (request == worker->question) {
        health_answered(worker);
        return;
    }
    struct task *task = task_of(worker, request);
    assert(task);
    struct stage_tools tools = tools_of(worker, task);
    struct verdict verdict = stage_rows[task->stage].finish(task, &tools);
    bool is_doubtful = verdict.kind == VERDICT_DOUBT || verdict.kind == VERDICT_UNCLEAR;
    if (request_group(request) != API_FORMS && !is_doubtful)
        breaker_passed(&worker->api_breaker);
    pacing_drop_request(worker, &task->request);
    outcome_apply(worker, task, &verdict);
}

/** What its stage has found out without a request. */
static void apply(struct worker *worker, struct task *task)
{
    struct verdict verdict = task->verdict;
    task->verdict.kind = VERDICT_RUNNING;
    outcome_apply(worker, task, &verdict);
}

/** Whether its file may be looked for in its folder now. */
static bool may_search(const struct worker *worker, const struct task *task)
{
    const struct folder_view *view = view_of(worker, task->folder->name);
    return view && view->healthy && !worker->stopping;
}

/** Whether a search in the folder has ended: found, its file would have been followed. */
static bool is_search_over(const struct worker *worker, const struct task *task)
{
    const struct folder_view *view = view_of(worker, task->folder->name);
    bool has_ended = view && view->scanned >= task->awaits_scan;
    return task->awaits_scan && (has_ended || !may_search(worker, task));
}

/** Where the folder is away now nothing is decided. */
static void end_search(struct worker *worker, struct task *task)
{
    if (!may_search(worker, task)) {
        outcome_abandon(worker, task);
        return;
    }
    task->awaits_scan = 0;
    task->was_scanned = true;
    task_go_on(task, task->stage);
}

/** What goes on by itself, a slice a turn. */
static void step(struct task *task)
{
    if (task->compared)
        task->verdict = compare_step(task);
    else if (task->copy)
        task->verdict = task->stage == STAGE_FINISH ? finish_step(task) : bring_back_step(task);
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
        if (is_search_over(worker, task))
            end_search(worker, task);
        else if (task->in_doubt && worker->stopping)
            outcome_abandon(worker, task); /* nobody waits for whose fault it was */
        else if (!task->in_doubt && task->verdict.kind != VERDICT_RUNNING)
            apply(worker, task);
    }
}

void worker_check_leases(struct worker *worker)
{
    for (struct task *task = worker->tasks; task; task = task->next)
        if (task->has_upload && source_yield(task->upload.source) && !task->in_doubt) {
            pacing_drop_request(worker, &task->request);
            task->to_start = false;
            task->verdict =
                verdict_make(VERDICT_CHANGED, "changed", "somebody is writing to the file");
        }
}

void worker_abandon(struct worker *worker)
{
    while (worker->tasks)
        outcome_abandon(worker, worker->tasks);
}

/* ---- renamed in hand ---- */

/** What was found out under the old name does not count; what only needs the bytes goes on. */
static void follow_in_task(struct worker *worker, struct task *task)
{
    bool is_asking = task->stage == STAGE_RESOLVE || task->stage == STAGE_RENAMED;
    bool is_posted = task->stage == STAGE_ATTACH || task->stage == STAGE_VERIFY;
    if (task->copy || task->in_doubt || is_posted)
        return;
    if (task->has_resolution)
        resolution_release(&task->resolution);
    task->has_resolution = false;
    if (!is_asking && !task->awaits_scan)
        return;
    pacing_drop_request(worker, &task->request);
    task->verdict.kind = VERDICT_RUNNING;
    task->awaits_scan = 0;
    task->was_scanned = false;
    task_go_on(task,
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
 * with its task; any other waits in hand, and what is asked first goes first.
 */
static bool may_send(struct worker *worker, struct task *task)
{
    int64_t now = clock_steady_ms();
    const struct window *window = &worker->windows[request_group(task->request)];
    if (window_opens_at(window, now) <= now)
        return true;
    int64_t wait_ms = window_shut_until(window, now) - now;
    if (wait_ms > HELD_MAX_MS) {
        task->to_start = false;
        pacing_drop_request(worker, &task->request);
        task->verdict = task_wait(wait_ms, "rate_limit", "waits as long as it was told to");
    }
    return false;
}

static void start_stage(struct worker *worker, struct task *task)
{
    struct stage_tools tools = tools_of(worker, task);
    if (!task->request)
        task->verdict = stage_rows[task->stage].start(task, &tools);
    task->to_start = task->verdict.kind == VERDICT_RUNNING && task->request;
    if (!task->to_start || !may_send(worker, task))
        return;
    task->to_start = false;
    if (pacing_send_request(worker, task->request) < 0) {
        task->verdict = stage_rows[task->stage].finish(task, &tools);
        pacing_drop_request(worker, &task->request);
    }
}

void worker_start(struct worker *worker)
{
    for (struct task *task = worker->tasks; task; task = task->next)
        if (task->to_start)
            start_stage(worker, task);
}

/* ---- when next ---- */

/** When the first thing that time alone brings about is due, on the steady clock. */
static int64_t next_steady(const struct worker *worker)
{
    int64_t next = health_due_at(worker);
    if (worker->api_breaker.reason == BREAKER_KEY_REFUSED)
        next = earlier(next, worker->key_poll_ms);
    for (size_t i = 0; i < worker->config->folder_count; i++)
        if (worker->folders[i].classify_again_ms)
            next = earlier(next, worker->folders[i].classify_again_ms);
    return next;
}

/** When the first request that waits in hand may go, on the steady clock. */
static int64_t next_send(const struct worker *worker)
{
    int64_t next = INT64_MAX, now = clock_steady_ms();
    for (const struct task *task = worker->tasks; task; task = task->next)
        if (task_holds_request(task))
            next =
                earlier(next, window_opens_at(&worker->windows[request_group(task->request)], now));
    return next;
}

/** While a suspect is in hand, or waits for the last of the others to end, nothing is claimed. */
static bool is_held_up(struct worker *worker)
{
    if (!worker->tasks)
        return false;
    return worker->tasks->alone || (worker->has_suspects && claim_suspect_is_due(worker));
}

static bool is_busy(const struct worker *worker)
{
    if (discards_are_under_way(worker))
        return true;
    for (size_t i = 0; i < worker->config->folder_count; i++)
        if (worker->folders[i].classifying == CLASSIFY_GOES_ON)
            return true;
    for (const struct task *task = worker->tasks; task; task = task->next)
        if (task->copy || task->compared || (task->to_start && !task_holds_request(task)) ||
            is_search_over(worker, task) ||
            (!task->in_doubt && task->verdict.kind != VERDICT_RUNNING))
            return true;
    return false;
}

int64_t worker_timeout(struct worker *worker)
{
    if (is_busy(worker))
        return 0;
    int64_t next = next_send(worker);
    if (!worker->stopping)
        next = earlier(next, next_steady(worker));
    int64_t wait = next == INT64_MAX ? INT64_MAX : next - clock_steady_ms();
    if (!worker->stopping)
        wait = earlier(wait, earlier(held_news_wait(worker), paced_wait(worker)));
    if (!worker->stopping && !is_held_up(worker))
        wait = earlier(wait, pacing_wait(worker));
    if (wait > INT32_MAX)
        return -1;
    return wait > 0 ? wait : 0;
}

enum breaker_reason worker_blocked(const struct worker *worker)
{
    return worker->api_breaker.reason;
}

int64_t worker_failures(const struct worker *worker)
{
    return worker->failures;
}
