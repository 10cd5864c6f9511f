/**
 * What is really sent to people outside waits for a person if it is too much, and for its turn if
 * it is too fast (closedrop/queue/guard.h):
 *
 *     grouping_attach --> duplicates_let_through --> send_guard_lets_go: guard_ask()
 *        ^                                             |
 *        |       +---------------+-----------------+---+-----------+
 *        |       v               v                 v               v
 *        |    lets go          asks              paces          recalled
 *        |       |               |                 |               |
 *        |       v         "held": until      "paced": until       v
 *        |    intend        `release`         its sender may    fails as
 *        |                       |            (paced.c)         "recalled"
 *        |                       v                 v
 *        +---- yes ---- STAGE_PRESENT (present.c): is its file still there?
 *                                |
 *                                +-- no: dropped, and never sent
 *
 * A job that waits has no due time; it is woken, even if its file has been moved away. A group
 * waits, and is sent, as one: it is closed then, and files that arrive later form another one.
 */
#define LOG_MODULE "worker"

#include "send_guard.h"
#include "held_news.h"
#include "moves.h"
#include "paced.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/str.h"
#include "closedrop/queue/ledger.h"
#include "closedrop/work/attach.h"

#include <inttypes.h>

/** Everything that is sent with this task, as one. */
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

/** Record in each of its jobs which sender sends it; NULL: it is not really sent. */
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

/** If another of them had an entry in the ledger before, it becomes this one's entry. */
static void lead(struct worker *worker, const struct task *task)
{
    for (size_t i = 0; i < task->member_count; i++)
        queue_leave_as(worker->queue, task->job->id, task->members[i]->id);
}

/** The code for each reason to wait. */
static const char *const held_codes[] = {[HELD_FOR_WORD] = "held", [HELD_FOR_TURN] = "paced"};

/** All jobs of the task wait, with no due time, and the task ends. A group is complete now: files
 * that arrive later form another one. */
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
    char *message = str_format(
        "more than %" PRId64
        " email%s of rule \"%s\" would be sent within an hour (limits.ask_above), so this one "
        "waits; \"closedrop release %s\" sends all that wait, \"closedrop recall %s\" none; a file "
        "that is removed from the folder is not sent",
        most, most == 1 ? "" : "s", rule->name, rule->name, rule->name);
    bool is_first = !queue_list_held(worker->queue, rule->name, HELD_FOR_WORD, 0, &id, 1);
    held_news_note(worker, rule->name, is_first);
    hold_back(worker, task, HELD_FOR_WORD,
        message ? message : "waits for \"closedrop release\" or \"closedrop recall\"");
}

static void hold_for_its_sender(struct worker *worker, struct task *task, int64_t at_ms)
{
    const char *sender = task->job->sender;
    CLEANUP(free_text)
    char *message = str_format("waits until %s may send again (limits.sends), oldest first; if it "
                               "is removed from the folder, it is not sent",
        *sender ? sender : "its sender");
    paced_add(worker, at_ms);
    hold_back(worker, task, HELD_FOR_TURN, message ? message : "waits for limits.sends");
}

static void fail_as_recalled(struct worker *worker, struct task *task)
{
    const struct verdict recalled = verdict_make(VERDICT_FAIL, "recalled", "%s", queue_recalled);
    moves_fail(worker, task, &recalled);
}

/** It is sent: nothing holds it back any more. */
static void let_go(struct task *task)
{
    for (size_t i = 0; i < task_count_jobs(task); i++)
        job_let_go(task_job_at(task, i));
}

bool send_guard_lets_go(struct worker *worker, struct task *task, const struct rule *rule)
{
    CLEANUP(free_text) char *sender = NULL;
    /* if its sender cannot be determined, it cannot be posted either, and that reports the reason
     */
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
    if (answer == GUARD_LETS_GO && paced_is_behind(worker, &leaver))
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
        worker->paced_until_ms = 0; /* the sender may continue sooner or later than expected */
        let_go(task);
        return true;
    }
}
