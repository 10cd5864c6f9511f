/** Which of several files for one template of Close is put there, and when. */
#define LOG_MODULE "worker"

#include "replacing.h"

#include "moves.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/str.h"
#include "closedrop/base/text.h"
#include "closedrop/base/utf8.h"
#include "closedrop/close/activity.h"
#include "closedrop/files/path.h"
#include "closedrop/queue/job_log.h"
#include "closedrop/queue/reading.h"
#include "closedrop/work/attach.h"

#include <string.h>

/** How often it is checked whether the one before it is there. */
#define TURN_POLL_MS 1000
/** How many jobs are read at once. */
#define PAGE 100

/* ---- whose turn it is ---- */

struct turn {
    const struct config *config;
    const struct job *job;
    bool is_taken;
};

/** If its folder or rule is gone, it does not continue. */
static void note_turn(void *context, const struct job *other)
{
    struct turn *turn = context;
    turn->is_taken |= other->id != turn->job->id && other->activity == turn->job->activity &&
                      config_folder(turn->config, other->folder) && other->rule &&
                      config_rule(turn->config, other->rule);
}

static bool is_taken_by_one_on(struct worker *worker, const struct job *job, const char *target)
{
    const struct job_filter filter = {.lead_id = target, .state = job_state_names[JOB_ATTACHING]};
    struct turn turn = {worker->config, job, false};
    queue_list(worker->queue, &filter, &(struct job_page){.limit = PAGE}, note_turn, &turn);
    return turn.is_taken;
}

/** Whether the request of another one may still arrive there: also of one that creates it. */
static bool is_taken(struct worker *worker, const struct job *job)
{
    return is_taken_by_one_on(worker, job, "") ||
           (*job->lead_id && is_taken_by_one_on(worker, job, job->lead_id));
}

static void wait_for_turn(struct worker *worker, struct task *task)
{
    bool is_news = task->stage != STAGE_ATTACH; /* not just checked again */
    moves_release(worker, task, clock_wall_ms() + TURN_POLL_MS, false,
        is_news ? "another file is being put into the same template; waiting for that" : NULL);
}

/* ---- what is newer ---- */

static bool is_newer(const struct job *one, const struct job *than)
{
    if (one->identity.mtime_ns != than->identity.mtime_ns)
        return one->identity.mtime_ns > than->identity.mtime_ns;
    return one->id > than->id;
}

struct comparison {
    const struct job *job;
    char *newer;       /* the name of a file that is newer */
    int64_t at_ms, id; /* of the last one in the page */
    int count;
};

static void compare(void *context, const struct job *other)
{
    struct comparison *comparison = context;
    comparison->at_ms = other->done_ms;
    comparison->id = other->id;
    comparison->count++;
    if (!comparison->newer && other->activity_id && is_newer(other, comparison->job))
        comparison->newer = utf8_escape_copy(path_name(job_filed_path(other)));
}

/** A newer file that was put there since this one came, by its name; NULL: there is none. What
 * somebody drops later is wanted, however old it is. */
static char *find_newer(struct queue *queue, const struct job *job)
{
    const struct job_filter filter = {.lead_id = job->lead_id,
        .state = job_state_names[JOB_DONE],
        .since_ms = job->queued_ms,
        .all = true};
    struct comparison comparison = {.job = job, .count = PAGE};
    while (*job->lead_id && !comparison.newer && comparison.count == PAGE) {
        const struct job_page page = {comparison.at_ms, comparison.id, PAGE};
        comparison.count = 0;
        queue_list(queue, &filter, &page, compare, &comparison);
    }
    return comparison.newer;
}

static void end_without(struct worker *worker, struct task *task, const char *newer)
{
    CLEANUP(free_text)
    char *why = str_format("is not put into the template, because a newer file, %s, was put there "
                           "after this one had arrived",
        newer);
    moves_done(worker, task, why ? why : "a newer file is in the template");
    job_log(LOG_LEVEL_INFO, LOG_MODULE, task->job, NULL, why ? why : "a newer file is there");
}

bool replacing_may_go(struct worker *worker, struct task *task)
{
    struct job *job = task->job;
    if (!activity_traits(job->activity)->is_template)
        return true;
    if (is_taken(worker, job)) {
        wait_for_turn(worker, task);
        return false;
    }
    CLEANUP(free_text) char *newer = find_newer(worker->queue, job);
    if (newer)
        end_without(worker, task, newer);
    return !newer;
}

/* ---- what is there ---- */

struct ours {
    struct queue *queue;
    const struct job *job;
    const char *filename; /* in Close */
    bool is_found;
};

static void note_ours(void *context, const struct job *other)
{
    struct ours *ours = context;
    CLEANUP(free_text) char *sent = text_clean_name(path_name(other->path));
    bool is_named_so = sent && strcmp(sent, ours->filename) == 0;
    ours->is_found |= is_named_so && other->activity == ours->job->activity;
}

/** Among the latest that were put there, or meant for it: of one that created the template, Close
 * may never have said which that is. */
static bool is_ours(void *context, const char *filename)
{
    struct ours *ours = context;
    const char *const targets[] = {ours->job->lead_id, ""};
    ours->filename = filename;
    for (size_t i = 0; i < COUNT(targets) && !ours->is_found; i++) {
        const struct job_filter filter = {.lead_id = targets[i], .all = true};
        queue_list(ours->queue, &filter, &(struct job_page){.limit = PAGE}, note_ours, ours);
    }
    return ours->is_found;
}

struct verdict replacing_takes(
    struct queue *queue, const struct job *job, const struct close_template *template)
{
    struct ours ours = {.queue = queue, .job = job};
    return attach_template_takes(template, job, is_ours, &ours);
}
