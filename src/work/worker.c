/* The jobs in hand: claimed when there is room, carried from stage to stage, and who is woken
 * when. */
#define LOG_MODULE "worker"

#include "closedrop/work/worker.h"

#include "inner.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/base/log.h"
#include "closedrop/base/str.h"
#include "closedrop/close/activity.h"
#include "closedrop/queue/backoff.h"
#include "closedrop/work/answer.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/** Jobs whose file is only to be put away take no slot, but do not pile up either. */
#define FINISHING_MOST 32
/** A place that cannot be used: back-off ends here, whatever retry_max says. */
#define ASK_MOST_MS (5 * 60 * 1000)
/** A file of 4 MiB is through in 44 s then, and a form is good for 60. */
#define BANDWIDTH_EACH_LEAST (96 * 1024)
/** How long a task waits in hand for its group's next window, and not in the queue. */
#define HELD_MOST_MS 2000
/** How many jobs are claimed in one turn: groups that wait are due again and again. */
#define CLAIMS_MOST 256

const struct stage_row stage_rows[STAGES] = {
    [STAGE_COMPARE] = {"compare", compare_start, NULL},
    [STAGE_RESOLVE] = {"resolve", resolve_start, resolve_finish},
    [STAGE_TICKET] = {"ticket", ticket_start, ticket_finish},
    [STAGE_SEND] = {"send", send_start, send_finish},
    [STAGE_PRESENT] = {"present", present_start, NULL},
    [STAGE_RECONCILE] = {"reconcile", reconcile_start, reconcile_finish},
    [STAGE_DUPLICATE] = {"duplicate", duplicate_start, duplicate_finish},
    [STAGE_ATTACH] = {"attach", attach_start, attach_finish},
    [STAGE_LOOK] = {"look", look_start, look_finish},
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
            }
    }
    return views;
}

/** A table that cannot be used fails every file that needs it: said before the first one does. */
static void warn_of_tables(const struct worker *worker)
{
    for (size_t i = 0; i < worker->config->folder_count; i++)
        for (struct rule **rule = worker->config->folders[i].rules; *rule; rule++) {
            CLEANUP(json_freep) struct json *columns = rule_columns(*rule);
            const struct table_ask ask = rule_table_ask(*rule, columns);
            struct str why = STR_INIT(4096);
            if ((*rule)->table && tables_check(worker->tables, &ask, &why) < 0)
                log_warn("rule \"%s\": %s; files that need it fail", (*rule)->name, str_text(&why));
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
    gate_ask_now(&worker->api_gate, clock_steady_ms());
    gate_ask_now(&worker->s3_gate, clock_steady_ms());
    guard_limits_changed(worker);
    warn_of_tables(worker);
    return 0;
}

struct worker *worker_new(struct queue *queue, struct http *http, struct config *config,
    worker_look_again *look_again, worker_scan *scan, void *context)
{
    struct worker *worker = calloc(1, sizeof(*worker));
    if (!worker)
        return NULL;
    worker->queue = queue;
    worker->http = http;
    worker->look_again = look_again;
    worker->scan = scan;
    worker->look_context = context;
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

int worker_send_request(struct worker *worker, struct request *request)
{
    window_take(&worker->windows[request_group(request)], clock_steady_ms());
    return http_start(worker->http, request);
}

/** What the end of a request says of its group's window, and of what time it is at Close. */
static void take_end(struct worker *worker, const struct request *request)
{
    struct window *window = &worker->windows[request_group(request)];
    int64_t now = clock_steady_ms();
    struct allowance told;
    bool is_told = answer_allowance(request, &told);
    if (request_end(request) == TRANSFER_ANSWERED)
        window_answered(window, request_began_ms(request), now, is_told ? &told : NULL);
    else
        window_lost(window, request_was_sent(request));
    close_clock_take(&worker->close_clock, answer_close_ms(request), now);
}

void worker_drop_request(struct worker *worker, struct request **request)
{
    if (!*request)
        return;
    if (request_began_ms(*request))
        take_end(worker, *request);
    http_stop(worker->http, *request);
    request_free(*request);
    *request = NULL;
}

void task_close_upload(struct task *task)
{
    if (task->has_upload)
        upload_release(&task->upload);
    task->has_upload = false;
}

static void free_task(struct worker *worker, struct task *task)
{
    worker_drop_request(worker, &task->request);
    task_close_upload(task);
    if (task->has_resolution)
        resolution_release(&task->resolution);
    if (task->has_look)
        look_release(&task->look);
    copy_free(task->copy);
    source_close(task->compared);
    merged_leads_release(&task->merged);
    task_leave_directories(task);
    close_fd(&task->root);
    free(task->outcome_place);
    free(task->activity_id);
    free(task->other_lead);
    free(task->kept_sha256);
    task_free_mates(task);
    job_free(task->job);
    config_release(task->config);
    free(task);
}

void worker_end_task(struct worker *worker, struct task *task)
{
    for (struct task **at = &worker->tasks; *at; at = &(*at)->next)
        if (*at == task) {
            *at = task->next;
            break;
        }
    free_task(worker, task);
}

void worker_free(struct worker *worker)
{
    if (!worker)
        return;
    while (worker->tasks)
        worker_end_task(worker, worker->tasks);
    worker_drop_request(worker, &worker->question);
    key_release(&worker->key);
    guard_free_news(worker);
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

/* ---- what the other files use ---- */

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

int64_t worker_ask_delay(const struct worker *worker, int tries)
{
    const struct limits *limits = &worker->config->limits;
    int64_t most = limits->retry_max_ms < ASK_MOST_MS ? limits->retry_max_ms : ASK_MOST_MS;
    return backoff_delay(tries, limits->retry_first_ms, most, backoff_chance());
}

void task_go_on(struct task *task, enum stage stage)
{
    task->stage = stage;
    task->to_start = true;
}

struct api worker_api(const struct worker *worker, const struct config *config)
{
    return (struct api){
        .url = config->close.api_url,
        .key = worker->key.text,
        .options = {.ca_file = config->close.ca_file,
            .proxy = config->close.proxy,
            .timeout_ms = config->limits.timeout_ms},
    };
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
        question_answered(worker);
        return;
    }
    struct task *task = task_of(worker, request);
    assert(task);
    struct stage_tools tools = tools_of(worker, task);
    struct verdict verdict = stage_rows[task->stage].finish(task, &tools);
    bool is_doubtful = verdict.kind == VERDICT_DOUBT || verdict.kind == VERDICT_UNCLEAR;
    if (request_group(request) != API_FORMS && !is_doubtful)
        gate_passed(&worker->api_gate);
    worker_drop_request(worker, &task->request);
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
            worker_drop_request(worker, &task->request);
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

/* ---- claim ---- */

static size_t count_tasks(const struct worker *worker, bool finishing)
{
    size_t count = 0;
    for (const struct task *task = worker->tasks; task; task = task->next)
        count += (task->stage == STAGE_FINISH) == finishing;
    return count;
}

size_t worker_in_hand(const struct worker *worker)
{
    return count_tasks(worker, false) + count_tasks(worker, true);
}

/**
 * How many files go at once: fewer where a bandwidth limit would leave each so little that the form
 * of a small one runs out before all of it is sent (s3-post.md 2.4), but two, so that a large file
 * does not keep all others waiting.
 */
static size_t transfers_now(const struct limits *limits)
{
    int64_t most = later(limits->bandwidth / BANDWIDTH_EACH_LEAST, 2);
    return (size_t)(limits->bandwidth ? earlier(most, limits->transfers) : limits->transfers);
}

/** Those that still have to ask Close: a long upload says nothing of whether it is there. */
static size_t count_asking(const struct worker *worker)
{
    size_t count = 0;
    for (const struct task *task = worker->tasks; task; task = task->next)
        count += task->stage != STAGE_SEND && task->stage != STAGE_FINISH &&
                 task->stage != STAGE_COMPARE;
    return count;
}

/** Those that may still show whether S3 is back: not uploads from before it went. */
static size_t count_trials(const struct worker *worker)
{
    size_t count = 0;
    for (const struct task *task = worker->tasks; task; task = task->next)
        count += task->stage == STAGE_RESOLVE || task->stage == STAGE_TICKET ||
                 (task->stage == STAGE_SEND &&
                     (task->to_start || task->started_ms >= worker->s3_closed_ms));
    return count;
}

/** Whether Close and a slot are free for anything at all. */
static bool is_free(const struct worker *worker)
{
    return !worker->paused && !worker->stopping &&
           gate_lets_through(&worker->api_gate, count_asking(worker)) &&
           count_tasks(worker, false) < transfers_now(&worker->config->limits);
}

/** When a group has requests left; 0 where it has. */
static int64_t paced_until(const struct worker *worker, size_t group)
{
    return window_shut_until(&worker->windows[group], clock_steady_ms());
}

/** When the activity of a rule may be created, or with `look_up` also its target be asked for. */
static int64_t rule_paced_until(const struct worker *worker, const struct rule *rule, bool look_up)
{
    int64_t at = paced_until(worker, API_CREATES + rule->activity);
    if (look_up && rule->source == SOURCE_FIND)
        at = later(at, paced_until(worker, API_SEARCHES));
    if (look_up && rule->contact_id)
        at = later(at, paced_until(worker, API_CONTACTS));
    return at;
}

/** The same for the first of a folder's rules that may. */
static int64_t rules_paced_until(
    const struct worker *worker, const struct folder *folder, bool look_up)
{
    int64_t at = folder->rules[0] ? INT64_MAX : 0;
    for (struct rule **rule = folder->rules; *rule; rule++)
        at = earlier(at, rule_paced_until(worker, *rule, look_up));
    return at;
}

/**
 * When a file may be begun. A folder with rules sends nothing while none of its activities may be
 * created, so that uploads do not run far ahead of the activities they wait for; nor while no
 * target may be asked for, or all that is queued would be taken up and put back in turn.
 */
static int64_t send_paced_until(const struct worker *worker, const struct folder *folder)
{
    int64_t at = later(paced_until(worker, API_TICKETS), paced_until(worker, API_FORMS));
    if (folder->rules[0])
        at = later(
            later(at, paced_until(worker, API_LEADS)), rules_paced_until(worker, folder, true));
    return at;
}

/**
 * When a lane is free for the jobs of a folder, on the steady clock; INT64_MAX where no time brings
 * that about.
 */
static int64_t lane_free_at(const struct worker *worker, size_t index, enum lane lane)
{
    const struct folder_view *view = &worker->folders[index];
    if (!view->healthy || worker->disk_short)
        return INT64_MAX;
    if (lane == LANE_FILE)
        return count_tasks(worker, true) < FINISHING_MOST && !worker->stopping ? 0 : INT64_MAX;
    if (!is_free(worker) || view->sorting != SORT_DONE)
        return INT64_MAX;
    const struct folder *folder = &worker->config->folders[index];
    if (lane == LANE_ATTACH)
        return rules_paced_until(worker, folder, false);
    int64_t at = send_paced_until(worker, folder);
    if (worker->s3_gate.state == GATE_OPEN)
        return at;
    /* one goes first, to see whether S3 is back */
    return count_trials(worker) ? INT64_MAX : later(at, worker->s3_gate.ask_at);
}

static const enum lane all_lanes[] = {LANE_FILE, LANE_ATTACH, LANE_SEND};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/** The lanes of a folder, by its index, that are free now. */
static unsigned free_lanes(const struct worker *worker, size_t index)
{
    int64_t now = clock_steady_ms();
    unsigned lanes = 0;
    for (size_t i = 0; i < COUNT(all_lanes); i++)
        if (lane_free_at(worker, index, all_lanes[i]) <= now)
            lanes |= all_lanes[i];
    return lanes;
}

bool worker_can_attach(const struct worker *worker, size_t index)
{
    return lane_free_at(worker, index, LANE_ATTACH) <= clock_steady_ms();
}

bool worker_may_attach(const struct worker *worker, enum activity activity, int64_t *ret_wait_ms)
{
    bool is_open = !worker->paused && !worker->stopping && gate_lets_through(&worker->api_gate, 0);
    *ret_wait_ms = later(paced_until(worker, API_CREATES + activity) - clock_steady_ms(), 0);
    return is_open && !*ret_wait_ms;
}

/** Whether whose the file is must be asked (again): never asked, or its rules changed since. */
static bool needs_resolving(const struct job *job, const struct folder *folder)
{
    if (!folder->rules[0] && !job->rule)
        return false;
    bool is_current = job->mark && strcmp(job->mark, folder->mark) == 0;
    return !is_current || !job->lead_id || !job->rule;
}

bool task_was_renamed(const struct task *task)
{
    const char *mark = task->job->mark;
    return task->folder->rules[0] && !(mark && *mark);
}

enum stage task_last_stage(const struct job *job, const struct folder *folder)
{
    bool was_filed_otherwise = job->state == JOB_DONE && job->filed_path;
    return was_filed_otherwise && folder->rules[0] ? STAGE_RENAMED : STAGE_FINISH;
}

/** The stage a claimed job goes on with. */
static enum stage first_stage(const struct job *job, const struct folder *folder)
{
    if (job_has_outcome(job))
        return task_last_stage(job, folder);
    if (job->posting)
        return STAGE_LOOK;
    if (needs_resolving(job, folder))
        return STAGE_RESOLVE;
    return job->state == JOB_UPLOADING ? STAGE_TICKET : STAGE_ATTACH;
}

/** A job of a rule that is gone stays in the queue until it returns (product.md 3). */
static bool waits_for_rule(struct worker *worker, struct job *job)
{
    if (!job->rule || job->posting || job_has_outcome(job) ||
        config_rule(worker->config, job->rule))
        return false;
    CLEANUP(free_text)
    char *why = str_format(
        "its rule \"%s\" is no longer in the configuration; it goes on when the rule returns",
        job->rule);
    job_let_go(job); /* not in anybody's way meanwhile */
    queue_keep_text(worker->queue, &job->error_code, "rule_gone"); /* it is woken by this */
    queue_keep_text(worker->queue, &job->error_message, why);
    log_warn("job %lld: %s/%s: %s", (long long)job->id, job->folder, job->path, why ? why : "");
    queue_retry(worker->queue, job, JOB_DUE_NEVER, false, why);
    return true;
}

/** The other jobs of a POST that is looked for: they share its fate. */
static void gather_posted(struct worker *worker, struct task *task)
{
    task->mates = calloc(ATTACHMENTS_MOST, sizeof(struct job *));
    if (!task->mates)
        return; /* each is looked for by itself */
    task->mate_count =
        store_by_posting(queue_store(worker->queue), task->job, task->mates, ATTACHMENTS_MOST);
    for (size_t i = 0; i < task->mate_count; i++) {
        task->mates[i]->in_hand = true;
        store_update(queue_store(worker->queue), task->mates[i]);
    }
}

/** A file that a `keep` folder shows anew may be one that was filed, with another time. */
static void find_kept(struct worker *worker, struct task *task)
{
    struct job *job = task->job;
    if (task->folder->after_upload != AFTER_KEEP || job->state != JOB_UPLOADING || job->posting)
        return;
    CLEANUP(job_freep) struct job *kept = store_find_kept(queue_store(worker->queue), job);
    if (!kept)
        return;
    task->kept = kept->id;
    task->kept_sha256 = TAKE_PTR(kept->sha256);
    task->stage = STAGE_COMPARE;
}

static void take_on(struct worker *worker, struct job *job, const struct folder *folder)
{
    struct task *task = waits_for_rule(worker, job) ? NULL : calloc(1, sizeof(*task));
    if (!task) {
        if (job->in_hand)
            queue_retry(worker->queue, job, clock_wall_ms() + 1000, false, "no memory left");
        job_free(job);
        return;
    }
    task->job = job;
    task->config = config_hold(worker->config);
    task->folder = folder;
    task->root = -1;
    task->staging = -1;
    task->place.directory = -1;
    task->alone = job->suspect;
    struct task **last = &worker->tasks; /* the oldest is the first */
    while (*last)
        last = &(*last)->next;
    *last = task;
    task_go_on(task, first_stage(job, folder));
    find_kept(worker, task);
    if (task->stage == STAGE_LOOK && job->state == JOB_ATTACHING)
        gather_posted(worker, task);
    if (task->stage == STAGE_ATTACH)
        outcome_attach(worker, task);
}

/* ---- claiming ---- */

/** One claim, from the folders in turn. */
static bool claim_one(struct worker *worker, bool suspects)
{
    const struct config *config = worker->config;
    for (size_t i = 0; i < config->folder_count; i++) {
        size_t index = (worker->turn + i) % config->folder_count;
        const struct folder *folder = &config->folders[index];
        unsigned lanes = free_lanes(worker, index) & ~(suspects ? LANE_FILE : 0U);
        struct job *job = lanes ? queue_claim(worker->queue, folder->name, lanes, suspects) : NULL;
        if (!job)
            continue;
        worker->turn = (index + 1) % config->folder_count;
        take_on(worker, job, folder);
        return true;
    }
    return false;
}

static bool is_suspect_due(const struct worker *worker)
{
    const unsigned lanes = LANE_ATTACH | LANE_SEND;
    int64_t now = clock_wall_ms();
    for (size_t i = 0; i < worker->config->folder_count; i++) {
        const struct folder_view *view = &worker->folders[i];
        if (view->healthy && view->sorting == SORT_DONE &&
            queue_next_due(worker->queue, view->name, lanes, true) <= now)
            return true;
    }
    return false;
}

/**
 * What was in hand at an unclean end goes through one at a time, before anything else. Returns
 * whether others must wait for that.
 */
static bool claim_suspect(struct worker *worker)
{
    if (!worker->has_suspects)
        return false;
    if (worker->tasks && worker->tasks->alone)
        return true;
    worker->has_suspects = store_suspects(queue_store(worker->queue)) > 0;
    if (!worker->has_suspects || !is_suspect_due(worker))
        return false;
    return worker->tasks || claim_one(worker, true);
}

void worker_claim(struct worker *worker)
{
    question_ask_if_due(worker);
    sorting_go_on(worker);
    guard_go_on(worker);
    discards_go_on(worker);
    if (claim_suspect(worker))
        return;
    for (int i = 0; i < CLAIMS_MOST && claim_one(worker, false); i++)
        ;
}

/* ---- renamed in hand ---- */

/** What was found out under the old name does not count; what only needs the bytes goes on. */
static void follow_in_task(struct worker *worker, struct task *task)
{
    bool is_asking = task->stage == STAGE_RESOLVE || task->stage == STAGE_RENAMED;
    bool is_posted = task->stage == STAGE_ATTACH || task->stage == STAGE_LOOK;
    if (task->copy || task->in_doubt || is_posted)
        return;
    if (task->has_resolution)
        resolution_release(&task->resolution);
    task->has_resolution = false;
    if (!is_asking && !task->awaits_scan)
        return;
    worker_drop_request(worker, &task->request);
    task->verdict.kind = VERDICT_RUNNING;
    task->awaits_scan = 0;
    task->was_scanned = false;
    task_go_on(
        task, task->stage == STAGE_RESOLVE ? STAGE_RESOLVE : first_stage(task->job, task->folder));
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
    if (wait_ms > HELD_MOST_MS) {
        task->to_start = false;
        worker_drop_request(worker, &task->request);
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
    if (worker_send_request(worker, task->request) < 0) {
        task->verdict = stage_rows[task->stage].finish(task, &tools);
        worker_drop_request(worker, &task->request);
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
    int64_t next = question_due_at(worker);
    if (worker->api_gate.reason == GATE_KEY_REFUSED)
        next = earlier(next, worker->key_look_ms);
    for (size_t i = 0; i < worker->config->folder_count; i++)
        if (worker->folders[i].sort_again_ms)
            next = earlier(next, worker->folders[i].sort_again_ms);
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

/** In how many ms a job of a folder can be claimed from a lane; INT64_MAX for never. */
static int64_t wait_of_lane(struct worker *worker, size_t index, enum lane lane)
{
    int64_t free_at = lane_free_at(worker, index, lane);
    int64_t due = INT64_MAX;
    for (int suspects = 0; suspects < 2 && free_at != INT64_MAX; suspects++)
        due = earlier(
            due, queue_next_due(worker->queue, worker->folders[index].name, lane, suspects));
    if (due == INT64_MAX)
        return INT64_MAX;
    return later(due - clock_wall_ms(), free_at - clock_steady_ms());
}

static int64_t wait_of_claims(struct worker *worker)
{
    int64_t wait = INT64_MAX;
    for (size_t i = 0; i < worker->config->folder_count; i++)
        for (size_t j = 0; j < COUNT(all_lanes); j++)
            wait = earlier(wait, wait_of_lane(worker, i, all_lanes[j]));
    return wait;
}

/** While a suspect is in hand, or waits for the last of the others to end, nothing is claimed. */
static bool is_held_up(struct worker *worker)
{
    if (!worker->tasks)
        return false;
    return worker->tasks->alone || (worker->has_suspects && is_suspect_due(worker));
}

static bool is_busy(const struct worker *worker)
{
    if (discards_are_under_way(worker))
        return true;
    for (size_t i = 0; i < worker->config->folder_count; i++)
        if (worker->folders[i].sorting == SORT_GOES_ON)
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
        wait = earlier(wait, guard_wait(worker));
    if (!worker->stopping && !is_held_up(worker))
        wait = earlier(wait, wait_of_claims(worker));
    if (wait > INT32_MAX)
        return -1;
    return wait > 0 ? wait : 0;
}

enum gate_reason worker_blocked(const struct worker *worker)
{
    return worker->api_gate.reason;
}

int64_t worker_failures(const struct worker *worker)
{
    return worker->failures;
}

/* ---- status ---- */

/** Why nothing (or not all) is done, and how it looks from outside; NULL code: all is well. */
struct block {
    const char *code;
    const char *message;
};

static struct block block_of(const struct worker *worker)
{
    if (worker->disk_short)
        return (struct block){"disk_full", worker->disk_short};
    if (worker->api_code)
        return (struct block){worker->api_code, worker->api_message};
    if (worker->s3_gate.reason == GATE_REJECTS)
        return (struct block){"s3_refused", worker->s3_rejection};
    if (worker->s3_gate.state != GATE_OPEN)
        return (struct block){"s3_down", "uploads do not get through to S3; files stay queued"};
    return (struct block){NULL, NULL};
}

static int add_blocked(const struct worker *worker, struct json *status)
{
    struct block block = block_of(worker);
    if (!block.code)
        return json_add_null(status, "blocked");
    struct json *blocked = json_object();
    int result = json_add_text(blocked, "code", block.code);
    result |= json_add_text(blocked, "message", block.message);
    return result | json_add(status, "blocked", blocked);
}

int worker_add_status(const struct worker *worker, struct json *status)
{
    struct json *transfers = json_array();
    int result = add_blocked(worker, status);
    for (const struct task *task = worker->tasks; task; task = task->next) {
        struct json *one = json_object();
        bool is_sending = task->stage == STAGE_SEND && task->request;
        result |= json_add_int(one, "id", task->job->id);
        result |= json_add_text(one, "folder", task->job->folder);
        result |= json_add_text(one, "path", task->job->path);
        result |= json_add_text(one, "stage", stage_rows[task->stage].name);
        result |= json_add_int(one, "sent", is_sending ? request_sent(task->request) : 0);
        result |= json_add_int(one, "size", task->job->identity.size);
        result |= json_append(transfers, one);
    }
    return result | json_add(status, "transfers", transfers);
}
