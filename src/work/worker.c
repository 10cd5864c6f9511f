#define LOG_MODULE "worker"

#include "closedrop/work/worker.h"

#include "task.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/base/log.h"
#include "closedrop/base/str.h"
#include "closedrop/queue/backoff.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/** Jobs whose file is only to be put away take no slot, but do not pile up either. */
#define FINISHING_MOST 32
/** How often the key file is looked at while the key is refused. */
#define KEY_LOOK_MS 5000
/** Questions to a place that does not answer: back-off ends here, whatever retry_max says. */
#define ASK_MOST_MS (5 * 60 * 1000)

/** What the worker knows of a folder from the watch thread. */
struct folder_view {
    char *name;
    bool healthy;
    uint64_t device;
    uint64_t inode;
};

struct worker {
    struct queue *queue;
    struct http *http;
    struct config *config;
    struct key key;
    worker_look_again *look_again;
    void *look_context;

    struct task *tasks;
    struct folder_view *folders; /* in the order of config->folders */
    size_t turn;                 /* the folder that is asked first at the next claim */
    bool paused;
    bool stopping;
    bool has_suspects;

    struct gate api_gate;
    struct gate s3_gate;
    struct request *question; /* GET me/, while one is under way */
    int64_t paced_until;      /* steady clock: files/upload/ is not asked before */
    int64_t s3_success_ms;    /* steady clock: when a file last got through */
    int64_t key_look_ms;      /* steady clock: when the key file is looked at next */
    int64_t failures;
};

const struct stage_row stage_rows[STAGES] = {
    [STAGE_TICKET] = {"ticket", ticket_start, ticket_finish},
    [STAGE_SEND] = {"send", send_start, send_finish},
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
    free(worker->folders);
    worker->folders = views;
    config_release(worker->config);
    worker->config = config_hold(config);
    worker->turn = 0;
    gate_ask_now(&worker->api_gate, clock_steady_ms());
    gate_ask_now(&worker->s3_gate, clock_steady_ms());
    return 0;
}

struct worker *worker_new(struct queue *queue, struct http *http, struct config *config,
    worker_look_again *look_again, void *context)
{
    struct worker *worker = calloc(1, sizeof(*worker));
    if (!worker)
        return NULL;
    worker->queue = queue;
    worker->http = http;
    worker->look_again = look_again;
    worker->look_context = context;
    worker->has_suspects = true; /* the first claim looks */
    worker->folders = view_folders(worker, config);
    worker->config = config_hold(config);
    return worker;
}

static void drop_request(struct worker *worker, struct request **request)
{
    if (!*request)
        return;
    http_stop(worker->http, *request);
    request_free(*request);
    *request = NULL;
}

static void close_upload(struct task *task)
{
    if (task->has_upload)
        upload_release(&task->upload);
    task->has_upload = false;
}

static void free_task(struct worker *worker, struct task *task)
{
    drop_request(worker, &task->request);
    close_upload(task);
    copy_free(task->copy);
    task_leave_directories(task);
    close_fd(&task->root);
    free(task->outcome_place);
    job_free(task->job);
    config_release(task->config);
    free(task);
}

/** Take a task out of the list and free it. */
static void end_task(struct worker *worker, struct task *task)
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
        end_task(worker, worker->tasks);
    drop_request(worker, &worker->question);
    key_release(&worker->key);
    free(worker->folders);
    config_release(worker->config);
    free(worker);
}

void worker_set_folder(
    struct worker *worker, const char *name, bool healthy, uint64_t device, uint64_t inode)
{
    for (size_t i = 0; i < worker->config->folder_count; i++)
        if (strcmp(worker->folders[i].name, name) == 0) {
            worker->folders[i].healthy = healthy;
            worker->folders[i].device = device;
            worker->folders[i].inode = inode;
        }
}

void worker_set_paused(struct worker *worker, bool paused)
{
    worker->paused = paused;
}

void worker_stop_claiming(struct worker *worker)
{
    worker->stopping = true;
}

/* ---- verdicts ---- */

static int64_t retry_delay(const struct task *task)
{
    const struct limits *limits = &task->config->limits;
    return backoff_delay(
        task->job->attempts, limits->retry_first_ms, limits->retry_max_ms, backoff_chance());
}

static int64_t ask_delay(const struct worker *worker, const struct gate *gate)
{
    const struct limits *limits = &worker->config->limits;
    int64_t most = limits->retry_max_ms < ASK_MOST_MS ? limits->retry_max_ms : ASK_MOST_MS;
    return backoff_delay(gate->tries + 1, limits->retry_first_ms, most, backoff_chance());
}

static void log_job(const struct task *task, const char *what, const char *message)
{
    log_info("job %lld %s: %s/%s: %s", (long long)task->job->id, what, task->job->folder,
        task->job->path, message);
}

/** On to the stage that begins after this turn's commit. */
static void go_on(struct task *task, enum stage stage)
{
    task->stage = stage;
    task->to_start = true;
}

static void on_failed(struct worker *worker, struct task *task, const struct verdict *verdict)
{
    log_warn("job %lld failed: %s/%s: %s", (long long)task->job->id, task->job->folder,
        task->job->path, verdict->message);
    worker->failures++;
    close_upload(task);
    queue_fail(worker->queue, task->job, verdict->code, verdict->message);
    go_on(task, STAGE_FINISH);
}

static void on_retry(
    struct worker *worker, struct task *task, const struct verdict *verdict, int64_t wait_ms)
{
    log_job(task, "waits", verdict->message);
    queue_retry(worker->queue, task->job, clock_wall_ms() + wait_ms, false, verdict->message);
    end_task(worker, task);
}

/** The job's own fault: another try later, or none any more. */
static void on_own_fault(struct worker *worker, struct task *task, const struct verdict *verdict)
{
    struct job *job = task->job;
    if (job->attempts >= task->config->limits.max_attempts) {
        struct verdict last = verdict_make(VERDICT_FAIL, verdict->code,
            "%s (given up after %d attempts)", verdict->message, job->attempts);
        on_failed(worker, task, &last);
        return;
    }
    (void)job_set_text(&job->error_code, verdict->code);
    (void)job_set_text(&job->error_message, verdict->message);
    log_job(task, "waits", verdict->message);
    queue_retry(worker->queue, job, clock_wall_ms() + retry_delay(task), true, verdict->message);
    end_task(worker, task);
}

/** S3 counts as down only while no other upload gets through (product.md 6). */
static void on_trouble(struct worker *worker, struct task *task, const struct verdict *verdict)
{
    int64_t now = clock_steady_ms();
    if (worker->s3_success_ms && worker->s3_success_ms >= task->started_ms) {
        on_own_fault(worker, task, verdict);
        return;
    }
    if (worker->s3_gate.state == GATE_OPEN || now >= worker->s3_gate.ask_at) {
        gate_refused(&worker->s3_gate, GATE_OUTAGE, now, ask_delay(worker, &worker->s3_gate));
        log_warn("uploads do not get through, trying again in %lld ms: %s",
            (long long)(worker->s3_gate.ask_at - now), verdict->message);
    }
    on_retry(worker, task, verdict, worker->s3_gate.ask_at - now);
}

static void on_changed(struct worker *worker, struct task *task, const struct verdict *verdict)
{
    log_job(task, "starts over", verdict->message);
    worker->look_again(worker->look_context, task->job->folder, task->job->path);
    if (task->has_upload) /* it may turn out to be the same after all: settle decides */
        queue_retry(worker->queue, task->job, clock_wall_ms() + task->folder->settle_ms, false,
            verdict->message);
    else
        queue_end(worker->queue, task->job, JOB_SUPERSEDED, verdict->message);
    end_task(worker, task);
}

static void on_gone(struct worker *worker, struct task *task, const struct verdict *verdict)
{
    log_job(task, "dropped", verdict->message);
    queue_end(worker->queue, task->job, JOB_DROPPED, verdict->message);
    end_task(worker, task);
}

/** The bytes are at Close: one transaction holds `uploaded` and, without a rule, `done`. */
static void on_uploaded(struct worker *worker, struct task *task)
{
    struct job *job = task->job;
    const struct upload *upload = &task->upload;
    int result = job_set_text(&job->sha256, upload->sha256);
    result |= job_set_text(&job->md5, upload->md5);
    result |= job_set_text(&job->content_type, upload->content_type);
    result |= job_set_text(&job->download_url, upload->ticket.download_url);
    result |= job_set_text(&job->token, upload->ticket.token);
    if (result)
        log_error("job %lld: no memory for all of its outcome, ignoring", (long long)job->id);
    job->uploaded_ms = clock_wall_ms();
    worker->s3_success_ms = clock_steady_ms();
    if (gate_answered(&worker->s3_gate))
        log_info("uploads get through again");
    queue_record(worker->queue, job, JOB_UPLOADED, "S3 has the whole file");
    queue_done(worker->queue, job, "no rule: upload only");
    log_job(task, "uploaded", upload->sha256);
    close_upload(task);
    go_on(task, STAGE_FINISH);
}

static void on_finished(struct worker *worker, struct task *task, const struct verdict *verdict)
{
    if (task->job->state == JOB_DONE) {
        (void)job_set_text(&task->job->error_code, NULL);
        (void)job_set_text(&task->job->error_message, NULL);
    }
    queue_filed(worker->queue, task->job, task->outcome_place, verdict->message);
    log_job(task, job_state_names[task->job->state], verdict->message);
    end_task(worker, task);
}

static void on_not_put_away(struct worker *worker, struct task *task, const struct verdict *verdict)
{
    struct job *job = task->job;
    job->attempts++;
    log_warn("job %lld: %s/%s: %s; trying again", (long long)job->id, job->folder, job->path,
        verdict->message);
    if (job->state == JOB_DONE) {
        (void)job_set_text(&job->error_code, verdict->code);
        (void)job_set_text(&job->error_message, verdict->message);
    }
    queue_refile(worker->queue, job, clock_wall_ms() + retry_delay(task), verdict->message);
    end_task(worker, task);
}

static void on_next(struct worker *worker, struct task *task, const struct verdict *verdict)
{
    switch (task->stage) {
    case STAGE_TICKET:
        go_on(task, STAGE_SEND);
        break;
    case STAGE_SEND:
        on_uploaded(worker, task);
        break;
    default:
        on_finished(worker, task, verdict);
    }
}

static void on_doubt(struct worker *worker, struct task *task, const struct verdict *verdict)
{
    task->in_doubt = true;
    task->verdict = *verdict;
    gate_doubt(&worker->api_gate);
}

static void apply(struct worker *worker, struct task *task, const struct verdict *verdict)
{
    if (task->stage == STAGE_FINISH && verdict->kind != VERDICT_NEXT) {
        on_not_put_away(worker, task, verdict);
        return;
    }
    switch (verdict->kind) {
    case VERDICT_RUNNING:
        break;
    case VERDICT_NEXT:
        on_next(worker, task, verdict);
        break;
    case VERDICT_AGAIN:
        log_job(task, "begins again", verdict->message);
        queue_moved(worker->queue, task->job, verdict->message);
        go_on(task, STAGE_TICKET);
        break;
    case VERDICT_RETRY:
        on_own_fault(worker, task, verdict);
        break;
    case VERDICT_WAIT:
        on_retry(worker, task, verdict, verdict->wait_ms);
        break;
    case VERDICT_DOUBT:
        on_doubt(worker, task, verdict);
        break;
    case VERDICT_TROUBLE:
        on_trouble(worker, task, verdict);
        break;
    case VERDICT_CHANGED:
        on_changed(worker, task, verdict);
        break;
    case VERDICT_GONE:
        on_gone(worker, task, verdict);
        break;
    case VERDICT_FAIL:
        on_failed(worker, task, verdict);
        break;
    }
}

/* ---- the question: GET me/ ---- */

static const char *block_message(enum gate_reason reason)
{
    return reason == GATE_KEY_REFUSED
               ? "Close refuses the API key; put a good one in the key file (files stay queued)"
               : "Close does not answer; files stay queued until it does";
}

/** What every task in doubt was waiting for. */
static void settle_doubts(struct worker *worker, bool own_fault)
{
    struct task *next;
    for (struct task *task = worker->tasks; task; task = next) {
        next = task->next;
        if (!task->in_doubt)
            continue;
        struct verdict verdict = task->verdict;
        task->in_doubt = false;
        task->verdict.kind = VERDICT_RUNNING;
        if (own_fault)
            on_own_fault(worker, task, &verdict);
        else
            on_retry(worker, task, &verdict, 0);
    }
}

static void on_question_answered(struct worker *worker)
{
    struct api_outcome outcome = {.end = request_end(worker->question),
        .status = request_status(worker->question),
        .failure = request_failure(worker->question)};
    size_t length;
    const char *body = request_reply(worker->question, &length);
    enum api_health health = verdict_of_me(&outcome, reply_is_me(body, length));
    int64_t now = clock_steady_ms();
    if (health == API_ANSWERS) {
        if (gate_answered(&worker->api_gate))
            log_info("Close answers again");
    } else {
        enum gate_reason reason = health == API_KEY_REFUSED ? GATE_KEY_REFUSED : GATE_OUTAGE;
        bool is_news = worker->api_gate.reason != reason;
        gate_refused(&worker->api_gate, reason, now, ask_delay(worker, &worker->api_gate));
        if (is_news) {
            worker->key_look_ms = now + KEY_LOOK_MS;
            log_error("%s (%s %d)", block_message(reason),
                outcome.end == TRANSFER_ANSWERED ? "status" : outcome.failure, outcome.status);
        }
    }
    drop_request(worker, &worker->question);
    settle_doubts(worker, health == API_ANSWERS);
}

static struct api api_of(const struct worker *worker, const struct config *config)
{
    return (struct api){
        .url = config->close.api_url,
        .key = worker->key.text,
        .options = {.ca_file = config->close.ca_file,
            .proxy = config->close.proxy,
            .timeout_ms = config->limits.timeout_ms},
    };
}

/** While the key is refused: a changed key file is reason to ask at once. */
static void look_at_key(struct worker *worker, int64_t now)
{
    bool is_time = now >= worker->key_look_ms || gate_is_due(&worker->api_gate, now);
    if (worker->api_gate.reason != GATE_KEY_REFUSED || !is_time)
        return;
    worker->key_look_ms = now + KEY_LOOK_MS;
    if (!key_has_changed(&worker->key))
        return;
    struct key key;
    struct str why = STR_INIT(4096);
    if (key_load(worker->config->close.api_key_file, &key, &why) == 0) {
        key_release(&worker->key);
        worker->key = key;
        gate_ask_now(&worker->api_gate, now);
    } else {
        log_error("%s", str_text(&why));
    }
    str_release(&why);
}

static void ask_if_due(struct worker *worker)
{
    int64_t now = clock_steady_ms();
    look_at_key(worker, now);
    if (worker->question || !gate_is_due(&worker->api_gate, now))
        return;
    struct api api = api_of(worker, worker->config);
    worker->question = api_me(&api);
    if (worker->question)
        (void)http_start(worker->http, worker->question); /* a failure ends it, and is read so */
    if (worker->question && request_end(worker->question) != TRANSFER_RUNNING)
        on_question_answered(worker);
}

/* ---- reap ---- */

static struct task *task_of(const struct worker *worker, const struct request *request)
{
    for (struct task *task = worker->tasks; task; task = task->next)
        if (task->request == request)
            return task;
    return NULL;
}

static struct stage_tools tools_of(const struct worker *worker, const struct task *task)
{
    struct stage_tools tools = {.api = api_of(worker, task->config)};
    for (size_t i = 0; i < worker->config->folder_count; i++)
        if (strcmp(worker->folders[i].name, task->folder->name) == 0) {
            tools.root_device = worker->folders[i].device;
            tools.root_inode = worker->folders[i].inode;
        }
    return tools;
}

static void reap_request(struct worker *worker, struct request *request)
{
    if (request == worker->question) {
        on_question_answered(worker);
        return;
    }
    struct task *task = task_of(worker, request);
    assert(task);
    struct stage_tools tools = tools_of(worker, task);
    struct verdict verdict = stage_rows[task->stage].finish(task, &tools);
    if (task->stage == STAGE_TICKET && task->upload.pace_ms)
        worker->paced_until = clock_steady_ms() + task->upload.pace_ms;
    drop_request(worker, &task->request);
    apply(worker, task, &verdict);
}

void worker_reap(struct worker *worker)
{
    struct request *request;
    while ((request = http_next_ended(worker->http)) != NULL)
        reap_request(worker, request);
    struct task *next;
    for (struct task *task = worker->tasks; task; task = next) {
        next = task->next;
        if (task->copy)
            task->verdict = task->stage == STAGE_FINISH ? finish_step(task) : bring_back_step(task);
        if (task->in_doubt || task->verdict.kind == VERDICT_RUNNING)
            continue;
        struct verdict verdict = task->verdict;
        task->verdict.kind = VERDICT_RUNNING;
        apply(worker, task, &verdict);
    }
}

void worker_check_leases(struct worker *worker)
{
    for (struct task *task = worker->tasks; task; task = task->next)
        if (task->has_upload && !task->in_doubt && source_yield(task->upload.source)) {
            drop_request(worker, &task->request);
            task->to_start = false;
            task->verdict =
                verdict_make(VERDICT_CHANGED, "changed", "somebody is writing to the file");
        }
}

void worker_abandon(struct worker *worker)
{
    while (worker->tasks) {
        struct task *task = worker->tasks;
        if (task->job->state == JOB_UPLOADING)
            queue_retry(worker->queue, task->job, clock_wall_ms(), false,
                "given up because closedrop was stopped");
        else
            queue_refile(worker->queue, task->job, clock_wall_ms(), "closedrop was stopped");
        end_task(worker, task);
    }
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

/** Whether a file's bytes could go right now: a ticket is asked only then. */
static bool may_send(const struct worker *worker)
{
    int64_t now = clock_steady_ms();
    size_t sending = count_tasks(worker, false);
    if (worker->paused || worker->stopping || worker->api_gate.state != GATE_OPEN ||
        now < worker->paced_until || sending >= (size_t)worker->config->limits.transfers)
        return false;
    if (worker->s3_gate.state != GATE_OPEN) /* one goes first, to see whether S3 is back */
        return now >= worker->s3_gate.ask_at && sending == 0;
    return true;
}

static void take_on(struct worker *worker, struct job *job, const struct folder *folder)
{
    struct task *task = calloc(1, sizeof(*task));
    if (!task) {
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
    go_on(task, job->state == JOB_UPLOADING ? STAGE_TICKET : STAGE_FINISH);
    task->next = worker->tasks;
    worker->tasks = task;
}

/** One claim, from the folders in turn. */
static bool claim_one(struct worker *worker, bool send, bool suspects)
{
    const struct config *config = worker->config;
    for (size_t i = 0; i < config->folder_count; i++) {
        size_t index = (worker->turn + i) % config->folder_count;
        if (!worker->folders[index].healthy)
            continue;
        const struct folder *folder = &config->folders[index];
        struct job *job = queue_claim(worker->queue, folder->name, send, suspects);
        if (!job)
            continue;
        worker->turn = (index + 1) % config->folder_count;
        take_on(worker, job, folder);
        return true;
    }
    return false;
}

/** What was in hand at an unclean end goes through one at a time, before anything else. */
static bool claim_suspect(struct worker *worker)
{
    if (!worker->has_suspects)
        return false;
    if (worker->tasks)
        return worker->tasks->alone;
    worker->has_suspects = store_suspects(queue_store(worker->queue)) > 0;
    return worker->has_suspects && may_send(worker) && claim_one(worker, true, true);
}

void worker_claim(struct worker *worker)
{
    ask_if_due(worker);
    if (claim_suspect(worker))
        return;
    while (!worker->stopping && count_tasks(worker, true) < FINISHING_MOST &&
           claim_one(worker, may_send(worker), false))
        ;
}

/* ---- start ---- */

static void start_stage(struct worker *worker, struct task *task)
{
    struct stage_tools tools = tools_of(worker, task);
    task->to_start = false;
    task->verdict = stage_rows[task->stage].start(task, &tools);
    if (task->verdict.kind != VERDICT_RUNNING || !task->request)
        return;
    if (http_start(worker->http, task->request) < 0) {
        task->verdict = stage_rows[task->stage].finish(task, &tools);
        drop_request(worker, &task->request);
    }
}

void worker_start(struct worker *worker)
{
    for (struct task *task = worker->tasks; task; task = task->next)
        if (task->to_start)
            start_stage(worker, task);
}

/* ---- when next ---- */

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/** When the first thing that time alone brings about is due, on the steady clock. */
static int64_t next_steady(const struct worker *worker)
{
    int64_t next = INT64_MAX;
    if (worker->api_gate.state == GATE_CLOSED && !worker->question)
        next = worker->api_gate.ask_at;
    if (worker->api_gate.reason == GATE_KEY_REFUSED)
        next = earlier(next, worker->key_look_ms);
    return next;
}

/** When files may be sent again, steady clock; INT64_MAX where no time brings that about. */
static int64_t next_send(const struct worker *worker)
{
    if (worker->paused || worker->stopping || worker->api_gate.state != GATE_OPEN ||
        count_tasks(worker, false) >= (size_t)worker->config->limits.transfers)
        return INT64_MAX;
    bool is_probing = worker->s3_gate.state != GATE_OPEN;
    if (is_probing && count_tasks(worker, false) > 0)
        return INT64_MAX;
    int64_t s3 = is_probing ? worker->s3_gate.ask_at : 0;
    return s3 > worker->paced_until ? s3 : worker->paced_until;
}

static int64_t next_due_of(struct worker *worker, bool send)
{
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < worker->config->folder_count; i++)
        if (worker->folders[i].healthy)
            next = earlier(
                next, store_next_due(queue_store(worker->queue), worker->folders[i].name, send));
    return next;
}

int64_t worker_timeout(struct worker *worker)
{
    int64_t now = clock_steady_ms();
    for (const struct task *task = worker->tasks; task; task = task->next)
        if (task->copy || (!task->in_doubt && task->verdict.kind != VERDICT_RUNNING))
            return 0;
    if (worker->api_gate.state == GATE_ASKING && !worker->question)
        return 0;
    int64_t wait = next_steady(worker) - now;
    if (worker->stopping)
        return -1;
    int64_t send_at = next_send(worker);
    bool alone = worker->tasks && worker->tasks->alone;
    int64_t due = alone ? INT64_MAX : next_due_of(worker, send_at != INT64_MAX);
    if (due != INT64_MAX) {
        int64_t until_due = due - clock_wall_ms();
        if (send_at != INT64_MAX && send_at - now > until_due)
            until_due = send_at - now;
        wait = earlier(wait, until_due);
    }
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

static int add_blocked(const struct worker *worker, struct json *status)
{
    static const char *const codes[] = {"", "key_refused", "no_answer"};
    enum gate_reason reason = worker->api_gate.reason;
    bool s3_down = worker->s3_gate.state != GATE_OPEN;
    if (reason == GATE_FINE && !s3_down)
        return json_add_null(status, "blocked");
    struct json *blocked = json_object();
    int result = json_add_text(blocked, "code", reason ? codes[reason] : "s3_down");
    result |= json_add_text(blocked, "message",
        reason ? block_message(reason) : "uploads do not get through to S3; files stay queued");
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
