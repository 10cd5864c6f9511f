/**
 * The same bytes do not make a second activity of the same kind on the same lead, unless a person
 * wants that (`duplicates` in closedrop.conf(5)). The content memory knows what was filed, by
 * contents and not by name:
 *
 *     grouping_attach -> duplicates_let_through -> intend
 *                          |            ^
 *                          v            |
 *                    STAGE_DUPLICATE: which leads were merged into this one (Close);
 *                                     has what failed as a duplicate left Failed (the disk)
 */
#define LOG_MODULE "worker"

#include "duplicates.h"
#include "brought_back.h"
#include "moves.h"
#include "stages.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/base/log.h"
#include "closedrop/base/moment.h"
#include "closedrop/base/remedy.h"
#include "closedrop/base/str.h"
#include "closedrop/base/utf8.h"
#include "closedrop/close/activity.h"
#include "closedrop/files/path.h"
#include "closedrop/queue/filed_memory.h"
#include "closedrop/queue/job_log.h"
#include "closedrop/queue/reading.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/** How often it is looked whether a POST of the same bytes has ended. */
#define TWIN_POLL_MS 1000

/** What the memory says about a job's bytes; of several filings, the one that says most. */
enum twin_kind {
    TWIN_NONE,
    TWIN_ELSEWHERE,   /* on other leads, which may have been merged into this one */
    TWIN_IN_PROGRESS, /* on this one, by a POST whose end is not known yet */
    TWIN_FILED        /* on this one */
};

struct twin {
    enum twin_kind kind;
    char lead_id[160];
    int64_t at_ms;
    char name[256]; /* of the file that was filed; "": not known any more */
    bool is_sure;   /* Close has said that it was created */
};

/* ---- asking the memory ---- */

struct comparison {
    struct queue *queue;
    const struct config *config;
    const struct job *job;
    struct twin twin;
};

static void compare(void *context, const struct filing *filing)
{
    struct comparison *comparison = context;
    struct twin *twin = &comparison->twin;
    if (filing->job == comparison->job->id)
        return;
    CLEANUP(job_freep) struct job *other = queue_load(comparison->queue, filing->job);
    /* if its folder is gone, nobody asks for its outcome */
    bool is_in_progress = other && other->state == JOB_ATTACHING && !other->ending &&
                          config_folder(comparison->config, other->folder);
    if (twin->kind == TWIN_FILED || (is_in_progress && twin->kind == TWIN_IN_PROGRESS))
        return;
    *twin = (struct twin){.kind = is_in_progress ? TWIN_IN_PROGRESS : TWIN_FILED,
        .at_ms = filing->at_ms,
        .is_sure = other ? !other->posting
                         : !queue_is_unclear_by_hand(
                               comparison->queue, comparison->job->sha256, filing->lead_id)};
    snprintf(twin->lead_id, sizeof(twin->lead_id), "%s", filing->lead_id);
    if (other)
        snprintf(twin->name, sizeof(twin->name), "%s", path_name(job_filed_path(other)));
}

/** The first of its merged leads is the lead itself. */
static struct twin find_twin(struct worker *worker, const struct task *task, const struct job *job)
{
    struct queue *queue = worker->queue;
    struct comparison comparison = {.queue = queue, .config = worker->config, .job = job};
    struct twin *twin = &comparison.twin;
    if (job->approved)
        return *twin;
    queue_filings(queue, job->sha256, job->activity, job->lead_id, compare, &comparison);
    for (size_t i = 1; i < task->merged.count && twin->kind == TWIN_NONE; i++)
        queue_filings(queue, job->sha256, job->activity, task->merged.ids[i], compare, &comparison);
    bool may_be_merged = twin->kind == TWIN_NONE && !task->merged.count;
    if (may_be_merged && queue_is_filed_elsewhere(queue, job->sha256, job->activity, job->lead_id))
        twin->kind = TWIN_ELSEWHERE;
    return *twin;
}

/* ---- what is done about it ---- */

/** "the lead "ACME" (lead_...) on 29 November 2026", and where that lead has gone. */
static void add_where(struct str *text, const struct job *job, const struct twin *twin)
{
    const char *known = job->values ? job->values : "";
    CLEANUP(json_freep) struct json *values = json_parse(known, strlen(known));
    const char *name = json_get_text(values, "lead.name");
    bool is_same_lead = strcmp(twin->lead_id, job->lead_id) == 0;
    char day[MOMENT_TEXT];
    if (is_same_lead && name && *name)
        str_printf(text, "the lead \"%s\" (%s)", name, twin->lead_id);
    else
        str_printf(text, "the lead %s", twin->lead_id);
    if (!is_same_lead)
        str_printf(text, ", which was merged into %s,", job->lead_id);
    str_printf(text, " on %s", moment_print(twin->at_ms, MOMENT_DAY, day));
}

/** Its own job was filed before: no activity; a question to a person where that is wanted. */
static void hold_back(struct worker *worker, struct task *task, const struct twin *twin)
{
    const struct folder *folder = task->folder;
    bool asks = folder->duplicates == DUPLICATES_ASK && folder->after_upload != AFTER_KEEP;
    CLEANUP(free_text) char *name = utf8_escape_copy(twin->name);
    struct str where = STR_INIT(1024);
    add_where(&where, task->job, twin);
    struct verdict verdict = verdict_make(VERDICT_FAIL, "already_filed",
        "a file with exactly the same content, %s, %s added to %s%s",
        name && *name ? name : "whose name is no longer known",
        twin->is_sure ? "was already" : "may already have been", str_text(&where),
        asks ? REMEDY
            "if once is enough, delete this one; to add it again, move it back into the drop folder"
             : "; it is not added again");
    str_release(&where);
    task_free_members(task); /* they continue without it */
    if (asks) {
        moves_fail(worker, task, &verdict);
        return;
    }
    moves_done(worker, task, verdict.message);
    job_log(LOG_LEVEL_INFO, LOG_MODULE, task->job, NULL, verdict.message);
}

/** The same bytes are being filed there right now: wait for the outcome. */
static void wait_for_twin(struct worker *worker, struct task *task)
{
    bool is_news = task->stage != STAGE_ATTACH; /* not just checked again */
    task_free_members(task);
    moves_release(worker, task, clock_wall_ms() + TWIN_POLL_MS, false,
        is_news ? "the same bytes are being filed on the same lead right now; waiting for that"
                : NULL);
}

/** Find out more, and come back. */
static void find_out(struct worker *worker, struct task *task, bool is_filed_before)
{
    task->is_filed_before = is_filed_before;
    moves_find_out(worker, task, STAGE_DUPLICATE);
}

/** Leave out the members of its group that were filed before: each fails in a claim of its own.
 * False where it must be found out first which leads were merged. */
static bool leave_out_members(struct worker *worker, struct task *task)
{
    size_t left = 0;
    for (size_t i = 0; i < task->member_count; i++)
        if (find_twin(worker, task, task->members[i]).kind == TWIN_ELSEWHERE)
            return false;
    for (size_t i = 0; i < task->member_count; i++) {
        if (find_twin(worker, task, task->members[i]).kind == TWIN_NONE)
            task->members[left++] = task->members[i];
        else
            job_free(task->members[i]);
    }
    task->member_count = left;
    return true;
}

bool duplicates_let_through(struct worker *worker, struct task *task)
{
    if (task->folder->duplicates == DUPLICATES_FILE ||
        activity_traits(task->job->activity)->replaces)
        return true;
    struct twin twin = find_twin(worker, task, task->job);
    switch (twin.kind) {
    case TWIN_NONE:
        if (leave_out_members(worker, task))
            return true;
        find_out(worker, task, false);
        break;
    case TWIN_ELSEWHERE:
        find_out(worker, task, false);
        break;
    case TWIN_IN_PROGRESS:
        wait_for_twin(worker, task);
        break;
    case TWIN_FILED:
        if (task->searched_failed)
            hold_back(worker, task, &twin);
        else
            find_out(worker, task, true);
    }
    return false;
}

/* ---- the stage ---- */

struct verdict duplicate_start(struct task *task, const struct stage_tools *tools)
{
    if (task->is_filed_before)
        return brought_back_search(tools->worker, task);
    if (!task->merged.count && merged_leads_init(&task->merged, task->job->lead_id) < 0)
        return verdict_no_memory();
    return task_await(task, merged_leads_ask(&task->merged, &tools->api));
}

struct verdict duplicate_finish(struct task *task, const struct stage_tools *tools)
{
    (void)tools;
    return merged_leads_read(&task->merged, task->step.request);
}

void duplicates_found_out(struct worker *worker, struct task *task)
{
    int64_t failed = task->brought_back;
    task->brought_back = 0;
    if (failed && queue_approve(worker->queue, task->job, failed))
        job_log(LOG_LEVEL_INFO, LOG_MODULE, task->job, NULL, "was brought back and is filed again");
}
