/**
 * What really leaves the house waits for a person where it is too much, and for its turn where it
 * is too fast (closedrop/queue/guard.h):
 *
 *     grouping_attach -> duplicates_let_through -> send_guard_lets_go -> intend
 *                                                      |
 *                                                      v
 *                             "held": until `release`; "paced": until send_guard_go_on() wakes it
 *
 * A job that waits so has no due time. When it goes on, or when its file has left its place,
 * STAGE_PRESENT looks at the file first: what was taken away meanwhile is never sent.
 */
#define LOG_MODULE "worker"

#include "send_guard.h"
#include "moves.h"
#include "pacing.h"
#include "stages.h"
#include "task_file.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/log.h"
#include "closedrop/base/str.h"
#include "closedrop/work/attach.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/** What is held is told when no more of it has come for so long, or at the latest. */
#define NEWS_QUIET_MS 5000
#define NEWS_MAX_MS 60000
/** How soon it is looked whether the one that was woken has gone. */
#define WOKEN_POLL_MS 1000

/* ---- what is told ---- */

struct held_news {
    char *rule;
    int64_t since_ms; /* steady clock */
    int64_t last_ms;
    struct held_news *next;
};

static int64_t news_due_at(const struct held_news *news)
{
    int64_t quiet = news->last_ms + NEWS_QUIET_MS, most = news->since_ms + NEWS_MAX_MS;
    return quiet < most ? quiet : most;
}

static void free_news(struct held_news *news)
{
    free(news->rule);
    free(news);
}

void send_guard_free_news(struct worker *worker)
{
    while (worker->news) {
        struct held_news *news = worker->news;
        worker->news = news->next;
        free_news(news);
    }
}

/** One more of a rule is held; the first of them is news. */
static void note_news(struct worker *worker, const char *rule, bool is_first)
{
    int64_t now = clock_steady_ms();
    struct held_news *news = worker->news;
    while (news && strcmp(news->rule, rule) != 0)
        news = news->next;
    if (news) {
        news->last_ms = now;
        return;
    }
    if (!is_first || !(news = calloc(1, sizeof(*news))))
        return;
    *news = (struct held_news){strdup(rule), now, now, worker->news};
    if (news->rule)
        worker->news = news;
    else
        free(news);
}

static void tell(void *context, const char *rule, int64_t emails)
{
    (void)context;
    log_warn("%" PRId64 " email%s of rule %s wait%s for you: closedrop release %s, or recall",
        emails, emails == 1 ? "" : "s", rule, emails == 1 ? "s" : "", rule);
}

static void tell_news(struct worker *worker)
{
    int64_t now = clock_steady_ms();
    for (struct held_news **at = &worker->news; *at;) {
        struct held_news *news = *at;
        if (news_due_at(news) > now) {
            at = &news->next;
            continue;
        }
        store_held(queue_store(worker->queue), news->rule, tell, NULL);
        *at = news->next;
        free_news(news);
    }
}

void worker_tell_held(struct worker *worker)
{
    send_guard_free_news(worker);
    store_held(queue_store(worker->queue), NULL, tell, NULL);
}

/* ---- deciding ---- */

/** All that leaves with this task, as one. */
static struct leaver leaver_of(const struct task *task, const struct rule *rule)
{
    struct leaver leaver = {.id = task->job->id,
        .rule = rule->name,
        .sender = task->job->sender,
        .oldest = INT64_MAX,
        .is_released = true,
        .was_held = true};
    for (size_t i = 0; i < task_count_jobs(task); i++) {
        const struct job *job = task_job_at(task, i);
        leaver.oldest = job->entered < leaver.oldest ? job->entered : leaver.oldest;
        leaver.newest = job->entered > leaver.newest ? job->entered : leaver.newest;
        leaver.is_released = leaver.is_released && job->released;
        leaver.was_held = leaver.was_held && job->held != HELD_NEVER;
    }
    return leaver;
}

/** The job that has waited longest for a sender, of the folders that can be worked on; 0: none. */
static int64_t oldest_of(const struct worker *worker, const char *sender, int64_t *ret_entered)
{
    int64_t oldest = 0;
    *ret_entered = INT64_MAX;
    for (size_t i = 0; i < worker->config->folder_count; i++) {
        int64_t entered = INT64_MAX;
        int64_t id = pacing_can_attach(worker, i) ? store_paced(queue_store(worker->queue), sender,
                                                        worker->config->folders[i].name, &entered)
                                                  : 0;
        if (id && entered < *ret_entered) {
            *ret_entered = entered;
            oldest = id;
        }
    }
    return oldest;
}

/** Whether others have waited longer for the same sender. */
static bool is_behind(const struct worker *worker, const struct leaver *leaver)
{
    int64_t entered;
    return worker->has_paced && oldest_of(worker, leaver->sender, &entered) &&
           entered < leaver->oldest;
}

/** Keep in each of its jobs by which sender they leave, NULL: they do not leave the house. */
static void keep_sender(struct worker *worker, struct task *task, const char *sender)
{
    for (size_t i = 0; i < task_count_jobs(task); i++)
        queue_keep_text(worker->queue, &task_job_at(task, i)->sender, sender);
}

/** The sender of its email: what templates say is the first attachment's. */
static struct verdict find_sender(
    const struct task *task, const struct rule *rule, char **ret_sender)
{
    size_t count = task_count_jobs(task);
    struct job **jobs = calloc(count, sizeof(struct job *));
    if (!jobs)
        return verdict_no_memory();
    for (size_t i = 0; i < count; i++)
        jobs[i] = task_job_at(task, i);
    attach_sort(jobs, count);
    struct verdict verdict = attach_sender(rule, jobs[0], ret_sender);
    free(jobs);
    return verdict;
}

/** What another of them led to the ledger before is now this one's to lead. */
static void lead(struct worker *worker, const struct task *task)
{
    for (size_t i = 0; i < task->member_count; i++)
        store_leave_as(queue_store(worker->queue), task->job->id, task->members[i]->id);
}

/** What is told of each reason to wait. */
static const char *const held_codes[] = {[HELD_FOR_WORD] = "held", [HELD_FOR_TURN] = "paced"};

/** All jobs of the task wait, with no due time, and the task ends. A group is complete now: what
 * comes for it later is another one. */
static void hold_back(
    struct worker *worker, struct task *task, enum job_held held, const char *message)
{
    bool is_news = task->job->held != held;
    int64_t closed = task->job->closed ? task->job->closed : task->job->id;
    for (size_t i = 0; i < task_count_jobs(task); i++) {
        struct job *job = task_job_at(task, i);
        job->held = held;
        job->closed = job->group ? closed : 0;
        queue_keep_text(worker->queue, &job->error_code, held_codes[held]);
        queue_keep_text(worker->queue, &job->error_message, message);
    }
    moves_release(worker, task, JOB_DUE_NEVER, false, is_news ? message : NULL);
}

static void hold_for_a_person(struct worker *worker, struct task *task, const struct rule *rule)
{
    int64_t most = worker->config->limits.guard.ask_above, id;
    CLEANUP(free_text)
    char *message = str_format("more than %" PRId64 " email%s of rule \"%s\" would leave within an "
                               "hour (limits.ask_above): it waits for closedrop release, or "
                               "recall; taken out of the folder, it is not sent",
        most, most == 1 ? "" : "s", rule->name);
    bool is_first =
        !store_held_of_rule(queue_store(worker->queue), rule->name, HELD_FOR_WORD, 0, &id, 1);
    note_news(worker, rule->name, is_first);
    hold_back(
        worker, task, HELD_FOR_WORD, message ? message : "waits for closedrop release, or recall");
}

static void hold_for_its_sender(struct worker *worker, struct task *task, int64_t at_ms)
{
    const char *sender = task->job->sender;
    CLEANUP(free_text)
    char *message = str_format("waits until %s may send again (limits.sends), the oldest first; "
                               "taken out of the folder, it is not sent",
        *sender ? sender : "its sender");
    worker->has_paced = true;
    worker->paced_until_ms = at_ms < worker->paced_until_ms ? at_ms : worker->paced_until_ms;
    hold_back(worker, task, HELD_FOR_TURN, message ? message : "waits for limits.sends");
}

static void fail_as_recalled(struct worker *worker, struct task *task)
{
    const struct verdict recalled = verdict_make(VERDICT_FAIL, "recalled", "%s", queue_recalled);
    moves_fail(worker, task, &recalled);
}

/** It goes: nothing holds it back any more. */
static void let_go(struct task *task)
{
    for (size_t i = 0; i < task_count_jobs(task); i++)
        job_let_go(task_job_at(task, i));
}

void send_guard_step_aside(struct worker *worker, struct task *task)
{
    struct store *store = queue_store(worker->queue);
    if (task->job->held != HELD_FOR_TURN)
        return;
    struct job **members = calloc(GROUP_MAX, sizeof(struct job *));
    size_t count = members ? store_group_members(store, task->job, members, GROUP_MAX) : 0;
    for (size_t i = 0; i < count; i++) {
        job_let_go(members[i]);
        store_update(store, members[i]);
        job_free(members[i]);
    }
    free(members);
    job_let_go(task->job);
}

bool send_guard_lets_go(struct worker *worker, struct task *task, const struct rule *rule)
{
    CLEANUP(free_text) char *sender = NULL;
    /* where its sender cannot be told, it cannot be posted either, and the reason is told there */
    bool leaves = rule->is_sent && find_sender(task, rule, &sender).kind == VERDICT_NEXT;
    keep_sender(worker, task, leaves ? sender : NULL);
    if (!leaves) {
        let_go(task);
        return true;
    }
    int64_t at_ms = 0;
    const struct leaver leaver = leaver_of(task, rule);
    lead(worker, task);
    enum guard_answer answer =
        guard_ask(worker->queue, &worker->config->limits.guard, &leaver, &at_ms);
    if (answer == GUARD_LETS_GO && is_behind(worker, &leaver))
        answer = GUARD_PACES;
    switch (answer) {
    case GUARD_ASKS:
        hold_for_a_person(worker, task, rule);
        return false;
    case GUARD_PACES:
        hold_for_its_sender(worker, task, at_ms);
        return false;
    case GUARD_RECALLED:
        fail_as_recalled(worker, task);
        return false;
    default:
        worker->paced_until_ms = 0; /* the sender may go on sooner or later than was thought */
        let_go(task);
        return true;
    }
}

/* ---- the files of those that wait ---- */

bool send_guard_checks_first(struct worker *worker, struct task *task)
{
    bool waits = false;
    for (size_t i = 0; i < task_count_jobs(task); i++)
        waits = waits || task_job_at(task, i)->held != HELD_NEVER;
    if (!waits || task->is_present)
        return false;
    moves_find_out(worker, task, STAGE_PRESENT);
    return true;
}

/** The first of its group whose file is not where it belongs. */
static struct verdict check_group(struct task *task, const struct stage_tools *tools)
{
    struct verdict verdict = verdict_make(VERDICT_NEXT, NULL, "are there");
    struct job **members = calloc(GROUP_MAX, sizeof(struct job *));
    if (!members)
        return verdict_no_memory();
    size_t count = store_group_members(tools->store, task->job, members, GROUP_MAX);
    for (size_t i = 0; i < count; i++) {
        if (verdict.kind == VERDICT_NEXT && members[i]->held != HELD_NEVER) {
            verdict = task_check_file(task, tools, members[i]);
            task->absent = verdict.kind == VERDICT_NEXT ? 0 : members[i]->id;
        }
        job_free(members[i]);
    }
    free(members);
    return verdict;
}

struct verdict present_start(struct task *task, const struct stage_tools *tools)
{
    int result = task_open_root(task);
    task->absent = 0;
    if (result < 0)
        return task_wait(task->folder->poll_ms, "folder_away", strerror(-result));
    struct verdict verdict = verdict_make(VERDICT_NEXT, NULL, "is not held back itself");
    if (task->job->held != HELD_NEVER)
        verdict = task_check_file(task, tools, task->job);
    if (verdict.kind == VERDICT_NEXT && task->job->group)
        verdict = check_group(task, tools);
    return verdict;
}

void send_guard_leave_out(struct worker *worker, struct task *task, const struct verdict *verdict)
{
    CLEANUP(job_freep) struct job *job = store_load(queue_store(worker->queue), task->absent);
    if (job && job->held != HELD_NEVER && !job->in_hand) {
        log_info("job %" PRId64 " is not sent: %s/%s: %s", job->id, job->folder, job->path,
            verdict->message);
        queue_end(worker->queue, job, verdict->kind == VERDICT_GONE ? JOB_DROPPED : JOB_SUPERSEDED,
            verdict->message);
        if (verdict->kind == VERDICT_CHANGED)
            worker->resettle(worker->watch_context, job->folder, job->path);
    }
    task_go_on(task, STAGE_PRESENT);
}

/* ---- going on ---- */

/** One goes on where its sender may send; returns when that is to be looked at again. */
static int64_t wake_one(struct worker *worker, const char *sender)
{
    int64_t now = clock_wall_ms(), entered;
    int64_t at_ms = guard_free_at(worker->queue, &worker->config->limits.guard, sender, 0);
    if (at_ms > now)
        return at_ms;
    CLEANUP(job_freep)
    struct job *job = store_load(queue_store(worker->queue), oldest_of(worker, sender, &entered));
    if (job && job->due_ms == JOB_DUE_NEVER) {
        job->due_ms = now;
        store_update(queue_store(worker->queue), job);
    }
    return now + WOKEN_POLL_MS;
}

static void wake_paced(struct worker *worker)
{
    char *after = NULL, *sender;
    worker->has_paced = false;
    worker->paced_until_ms = INT64_MAX;
    while ((sender = store_paced_sender(queue_store(worker->queue), after)) != NULL) {
        free(after);
        after = sender;
        int64_t at_ms = wake_one(worker, sender);
        worker->has_paced = true;
        worker->paced_until_ms = at_ms < worker->paced_until_ms ? at_ms : worker->paced_until_ms;
    }
    free(after);
}

void send_guard_go_on(struct worker *worker)
{
    tell_news(worker);
    if (worker->has_paced && clock_wall_ms() >= worker->paced_until_ms)
        wake_paced(worker);
}

int64_t send_guard_wait(const struct worker *worker)
{
    int64_t wait = INT64_MAX;
    if (worker->has_paced && worker->paced_until_ms != INT64_MAX)
        wait = worker->paced_until_ms - clock_wall_ms();
    for (const struct held_news *news = worker->news; news; news = news->next) {
        int64_t due = news_due_at(news) - clock_steady_ms();
        wait = due < wait ? due : wait;
    }
    return wait;
}

void send_guard_limits_changed(struct worker *worker)
{
    worker->has_paced = true; /* the first look tells */
    worker->paced_until_ms = 0;
}
