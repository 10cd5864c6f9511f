/** Jobs taken from the queue when there is room: from which folder and lane, and at which stage
 * they begin. */
#define LOG_MODULE "worker"

#include "claim.h"

#include "classify.h"
#include "discards.h"
#include "effects.h"
#include "grouping.h"
#include "health.h"
#include "held_news.h"
#include "paced.h"
#include "pacing.h"
#include "tell.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/log.h"
#include "closedrop/base/str.h"
#include "closedrop/queue/groups.h"
#include "closedrop/queue/job_log.h"
#include "closedrop/queue/reading.h"

#include <stdlib.h>
#include <string.h>

/** How many jobs are claimed in one turn: groups that wait are due again and again. */
#define CLAIMS_MAX 256

/** Whether whose the file is must be asked (again): never asked, or its rules changed since. */
static bool needs_resolving(const struct job *job, const struct folder *folder)
{
    if (!folder->rules[0] && !job->rule)
        return false;
    bool is_current = job->rules_digest && strcmp(job->rules_digest, folder->rules_digest) == 0;
    return !is_current || !job->lead_id || !job->rule;
}

/** The stage with which a claimed job continues. */
enum stage claim_first_stage(const struct job *job, const struct folder *folder)
{
    if (job_has_outcome(job))
        return task_last_stage(job, folder);
    if (job->posting)
        return STAGE_VERIFY;
    if (needs_resolving(job, folder))
        return STAGE_RESOLVE;
    return job->state == JOB_UPLOADING ? STAGE_TICKET : STAGE_ATTACH;
}

/** A job whose rule is no longer configured stays in the queue until the rule returns. */
static bool waits_for_rule(struct worker *worker, struct job *job)
{
    if (!job->rule || job->posting || job_has_outcome(job) ||
        config_rule(worker->config, job->rule))
        return false;
    CLEANUP(free_text)
    char *why = str_format(
        "its rule \"%s\" is no longer in the configuration; it continues when the rule returns",
        job->rule);
    job_let_go(job); /* not in anybody's way meanwhile */
    queue_keep_text(worker->queue, &job->error_code, "rule_gone"); /* it is woken by this */
    queue_keep_text(worker->queue, &job->error_message, why);
    job_log(LOG_LEVEL_WARN, LOG_MODULE, job, NULL, why);
    queue_retry(worker->queue, job, JOB_DUE_NEVER, false, why);
    return true;
}

/** The other jobs of a POST that is being verified: they share its outcome. */
static void gather_posted(struct worker *worker, struct task *task)
{
    task->members = calloc(ATTACHMENTS_MAX, sizeof(struct job *));
    if (!task->members)
        return; /* each is verified by itself */
    task->member_count = queue_by_posting(worker->queue, task->job, task->members, ATTACHMENTS_MAX);
    for (size_t i = 0; i < task->member_count; i++) {
        task->members[i]->claimed = true;
        queue_put(worker->queue, task->members[i]);
    }
}

/** A file that appears in a `keep` folder may be one that was filed, with another time. */
static void find_kept(struct worker *worker, struct task *task)
{
    struct job *job = task->job;
    if (task->folder->after_upload != AFTER_KEEP || job->state != JOB_UPLOADING || job->posting)
        return;
    CLEANUP(job_freep) struct job *kept = queue_find_kept(worker->queue, job);
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
        if (job->claimed)
            queue_retry(worker->queue, job, clock_wall_ms() + 1000, false, "out of memory");
        job_free(job);
        return;
    }
    task->job = job;
    task->config = config_hold(worker->config);
    task->folder = folder;
    task->root = -1;
    task->staging = -1;
    task->destination.directory = -1;
    task->alone = job->suspect;
    struct task **last = &worker->tasks; /* the oldest is the first */
    while (*last)
        last = &(*last)->next;
    *last = task;
    if (job->state == JOB_DONE)
        effects_continue(worker, task);
    else
        task_continue(task, claim_first_stage(job, folder));
    find_kept(worker, task);
    if (task->stage == STAGE_VERIFY && job->state == JOB_ATTACHING)
        gather_posted(worker, task);
    if (task->stage == STAGE_ATTACH)
        grouping_attach(worker, task);
}

/** What is due is known without a question, and so asked first: it rules out most of many folders.
 */
static struct job *claim_from(struct worker *worker, size_t index, bool suspects)
{
    unsigned lanes = suspects ? LANE_ATTACH | LANE_SEND : LANE_ALL;
    struct due *due = worker->folders[index].due;
    if (queue_next_due(worker->queue, due, lanes, suspects) > clock_wall_ms())
        return NULL;
    return queue_claim(worker->queue, due, lanes & pacing_free_lanes(worker, index), suspects);
}

/** One claim, from the folders in turn. */
static bool claim_one(struct worker *worker, bool suspects)
{
    size_t folders = worker->config->folder_count, index = 0;
    struct job *job = NULL;
    for (size_t i = 0; i < folders && !job; i++) {
        index = (worker->turn + i) % folders;
        job = claim_from(worker, index, suspects);
    }
    if (!job)
        return false;
    worker->turn = (index + 1) % folders;
    take_on(worker, job, &worker->config->folders[index]);
    return true;
}

/** Whether a suspect of one folder can be claimed now. */
static bool has_due_suspect(const struct worker *worker, const struct folder_view *view)
{
    return view->healthy && view->classifying == CLASSIFY_DONE &&
           queue_next_due(worker->queue, view->due, LANE_ATTACH | LANE_SEND, true) <=
               clock_wall_ms();
}

bool claim_suspect_is_due(const struct worker *worker)
{
    for (size_t i = 0; i < worker->config->folder_count; i++)
        if (has_due_suspect(worker, &worker->folders[i]))
            return true;
    return false;
}

/**
 * What a crash left claimed goes through one at a time, before anything else. Returns
 * whether others must wait for that.
 */
static bool claim_suspect(struct worker *worker)
{
    if (!worker->has_suspects)
        return false;
    if (worker->tasks && worker->tasks->alone)
        return true;
    worker->has_suspects = queue_count_suspects(worker->queue) > 0;
    if (!worker->has_suspects || !claim_suspect_is_due(worker))
        return false;
    return worker->tasks || claim_one(worker, true);
}

void worker_claim(struct worker *worker)
{
    health_ask_if_due(worker);
    classify_continue(worker);
    held_news_log(worker);
    paced_continue(worker);
    discards_continue(worker);
    tell_owners(worker);
    if (claim_suspect(worker))
        return;
    for (int i = 0; i < CLAIMS_MAX && claim_one(worker, false); i++)
        ;
}
