/**
 * Classifying: in a folder with groups, which files belong together must be known before the first
 * of them goes. So every queued file gets its rule and group first, without a question to Close.
 */
#define LOG_MODULE "worker"

#include "classify.h"
#include "assignment_wire.h"
#include "clues.h"
#include "errand_rows.h"
#include "filing.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/log.h"
#include "closedrop/base/str.h"
#include "closedrop/files/life.h"
#include "closedrop/files/safe_open.h"
#include "closedrop/queue/job_wire.h"
#include "closedrop/queue/reading.h"

#include <string.h>

/** How many files of a folder are classified in one turn. */
#define CLASSIFY_SLICE 64
/** So much is one question, or one answer, in bytes; the rest is asked later. */
#define ENOUGH (256 * 1024)

static bool has_groups(const struct folder *folder)
{
    for (struct rule **rule = folder->rules; *rule; rule++)
        if ((*rule)->group)
            return true;
    return false;
}

/** Its rule was removed and may return, or a POST of it must be verified. */
static bool keeps_its_rule(const struct job *job, const struct config *config)
{
    return job->posting || (job->rule && !config_rule(config, job->rule));
}

/* ---- where the files are ---- */

/** About one job: how reading its file ended, and what was read. */
static void read_one(const struct folder *folder, int root, const struct job *job, struct str *out)
{
    CLEANUP(close_fd) int fd = safe_open_file(root, job->path);
    struct clues clues = {.are_known = false};
    struct verdict verdict = clues_read(&clues, job, folder, root, fd < 0 ? -1 : fd);
    wire_add_number(out, job->id);
    wire_add_text(out, job->path);
    verdict_to_wire(out, &verdict);
    clues_to_wire(out, &clues);
    clues_release(&clues);
}

void classify_run(const struct folder *folder, struct wire *question, struct str *answer)
{
    CLEANUP(close_fd) int root = safe_open_root(folder->path);
    wire_add_number(answer, root >= 0);
    while (root >= 0 && question->left && answer->length < ENOUGH) {
        CLEANUP(job_freep) struct job *job = job_from_wire(question);
        if (!job)
            return;
        read_one(folder, root, job, answer);
        life_show();
    }
}

/* ---- the worker ---- */

/** Find a job's rule and group, and keep them in it. */
static struct verdict find_rule(
    struct worker *worker, struct job *job, const struct folder *folder, const struct clues *clues)
{
    struct resolution resolution = {0};
    struct verdict verdict =
        clues_judge(clues, job, folder, &worker->config->people, worker->tables, &resolution);
    if (verdict.kind == VERDICT_NEXT)
        classify_leave_group(worker, job, &resolution);
    if (verdict.kind == VERDICT_NEXT && keep_resolution(job, &resolution, folder) < 0)
        verdict = verdict_no_memory();
    resolution_release(&resolution);
    return verdict;
}

/**
 * Classify one job. Where no rule can be found, nothing is kept of what older rules said, and the
 * job's own claim says why. Returns 0, or for how many ms it cannot be said, since a table is
 * written.
 */
static int64_t keep_verdict(struct worker *worker, struct job *job, const struct folder *folder,
    const struct verdict *verdict)
{
    if (verdict->kind == VERDICT_WAIT) {
        const struct log_about about = {
            .job = job->id, .folder = folder->name, .file = job->path, .code = verdict->code};
        log_about(LOG_LEVEL_INFO, &about,
            "folder %s keeps %s waiting, together with the files that may belong to it: %s",
            folder->name, job->path, verdict->message);
        queue_set_waiting_for(worker->queue, job, verdict->code, verdict->message);
        return verdict->wait_ms;
    }
    if (verdict->kind != VERDICT_NEXT) {
        queue_reenter(worker->queue, job);
        job_forget_rule(job);
    }
    if (job_has_error(job, "table"))
        job_forget_error(job);
    if (str_assign(&job->rules_digest, folder->rules_digest) < 0)
        return verdict_no_memory().wait_ms;
    queue_put(worker->queue, job);
    return 0;
}

/** Whether it is still to be classified, as the file that was read. */
static bool is_unclassified(const struct job *job, const struct folder *folder, const char *path)
{
    bool is_current = job->rules_digest && strcmp(job->rules_digest, folder->rules_digest) == 0;
    return strcmp(job->folder, folder->name) == 0 && job->state == JOB_QUEUED && !job->ending &&
           !is_current && strcmp(job->path, path) == 0;
}

/** What was read of one job. Returns as keep_verdict(). */
static int64_t take_one(struct worker *worker, const struct folder *folder, struct wire *wire)
{
    struct clues clues = {.are_known = false};
    struct verdict verdict;
    int64_t wait_ms = 0;
    CLEANUP(job_freep) struct job *job = queue_load(worker->queue, wire_number(wire));
    CLEANUP(free_text) char *path = wire_whole_text(wire);
    verdict_from_wire(wire, &verdict);
    clues_from_wire(wire, &clues);
    bool is_whole = !wire->broken && (verdict.kind != VERDICT_NEXT || clues.are_known);
    if (is_whole && job && is_unclassified(job, folder, path)) {
        if (verdict.kind == VERDICT_NEXT)
            verdict = find_rule(worker, job, folder, &clues);
        wait_ms = keep_verdict(worker, job, folder, &verdict);
    }
    clues_release(&clues);
    return is_whole ? wait_ms : folder->poll_ms;
}

void classify_take(struct worker *worker, const struct errand_answer *answer)
{
    struct folder_view *view = &worker->folders[answer->folder];
    bool is_open = wire_number_in(answer->wire, 0, 1);
    int64_t wait_ms = is_open ? 0 : view->folder->poll_ms;
    while (!wait_ms && answer->wire->left)
        wait_ms = take_one(worker, view->folder, answer->wire);
    if (wait_ms)
        view->classify_again_ms = clock_steady_ms() + wait_ms;
}

/** Ask about the next few files. Returns how many jobs are to be classified; of these, some need no
 * file. */
static size_t add_some(struct worker *worker, const struct folder *folder, struct str *question)
{
    const struct verdict kept = verdict_make(VERDICT_NEXT, NULL, "sorted");
    struct job *jobs[CLASSIFY_SLICE];
    size_t count = queue_list_unclassified(
        worker->queue, folder->name, folder->rules_digest, jobs, CLASSIFY_SLICE);
    for (size_t i = 0; i < count; i++) {
        if (keeps_its_rule(jobs[i], worker->config))
            (void)keep_verdict(worker, jobs[i], folder, &kept);
        else if (question->length < ENOUGH)
            job_to_wire(question, jobs[i]);
        job_free(jobs[i]);
    }
    return count;
}

static enum classifying classify_some(struct worker *worker, struct folder_view *view)
{
    struct str question = STR_INIT(FRAME_MAX / 2);
    if (!add_some(worker, view->folder, &question))
        return CLASSIFY_DONE;
    if (!question.length)
        return CLASSIFY_GOES_ON;
    enum errand_begun begun =
        errand_begin(worker, (size_t)(view - worker->folders), ERRAND_CLASSIFY, &question);
    return begun == ERRAND_OVER && !view->classify_again_ms ? CLASSIFY_GOES_ON : CLASSIFY_CANNOT;
}

static enum classifying classify_folder(struct worker *worker, struct folder_view *view)
{
    bool has_to = view->healthy && has_groups(view->folder);
    if (worker->disk_short || errand_is_given(view, ERRAND_CLASSIFY))
        return CLASSIFY_CANNOT;
    if (has_to && clock_steady_ms() < view->classify_again_ms)
        return CLASSIFY_CANNOT;
    view->classify_again_ms = 0;
    if (has_to)
        return classify_some(worker, view);
    return view->healthy ? CLASSIFY_DONE : CLASSIFY_CANNOT;
}

void classify_continue(struct worker *worker)
{
    for (size_t i = 0; i < worker->config->folder_count; i++)
        worker->folders[i].classifying = classify_folder(worker, &worker->folders[i]);
}

void classify_leave_group(
    struct worker *worker, struct job *job, const struct resolution *resolution)
{
    const char *rule = resolution->rule ? resolution->rule->name : "";
    if (job->rule && strcmp(job->rule, rule) != 0)
        queue_reenter(worker->queue, job);
    else
        queue_wake_group(worker->queue, job);
}
