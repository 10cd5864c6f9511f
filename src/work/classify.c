/**
 * Classifying: in a folder with groups, which files belong together must be known before the first
 * of them goes. So every queued file gets its rule and group first, without a question to Close.
 */
#define LOG_MODULE "worker"

#include "classify.h"
#include "clues.h"
#include "filing.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/log.h"
#include "closedrop/base/str.h"
#include "closedrop/files/safe_open.h"
#include "closedrop/queue/reading.h"

#include <string.h>

/** How many files of a folder are classified in one turn. */
#define CLASSIFY_SLICE 64

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

/** Find a job's rule and group, and keep them in it. */
static struct verdict find_rule(
    struct worker *worker, struct job *job, const struct folder *folder, int root)
{
    struct resolution resolution = {0};
    CLEANUP(close_fd) int fd = safe_open_file(root, job->path);
    struct clues clues = {.are_known = false};
    struct verdict verdict = clues_read(&clues, job, folder, root, fd < 0 ? -1 : fd);
    if (verdict.kind == VERDICT_NEXT)
        verdict =
            clues_judge(&clues, job, folder, &worker->config->people, worker->tables, &resolution);
    clues_release(&clues);
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
static int64_t classify_one(
    struct worker *worker, struct job *job, const struct folder *folder, int root)
{
    struct verdict verdict = verdict_make(VERDICT_NEXT, NULL, "sorted");
    if (!keeps_its_rule(job, worker->config))
        verdict = find_rule(worker, job, folder, root);
    if (verdict.kind == VERDICT_WAIT) {
        const struct log_about about = {
            .job = job->id, .folder = folder->name, .file = job->path, .code = verdict.code};
        log_about(LOG_LEVEL_INFO, &about,
            "folder %s keeps %s waiting, together with the files that may belong to it: %s",
            folder->name, job->path, verdict.message);
        queue_set_waiting_for(worker->queue, job, verdict.code, verdict.message);
        return verdict.wait_ms;
    }
    if (verdict.kind != VERDICT_NEXT) {
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

static enum classifying classify_some(
    struct worker *worker, struct folder_view *view, const struct folder *folder)
{
    CLEANUP(close_fd) int root = safe_open_root(folder->path);
    if (root < 0)
        return CLASSIFY_CANNOT;
    for (int i = 0; i < CLASSIFY_SLICE; i++) {
        CLEANUP(job_freep)
        struct job *job =
            queue_next_unclassified(worker->queue, folder->name, folder->rules_digest);
        if (!job)
            return CLASSIFY_DONE;
        int64_t wait_ms = classify_one(worker, job, folder, root);
        if (wait_ms) {
            view->classify_again_ms = clock_steady_ms() + wait_ms;
            return CLASSIFY_CANNOT;
        }
    }
    return CLASSIFY_GOES_ON;
}

static enum classifying classify_folder(
    struct worker *worker, struct folder_view *view, const struct folder *folder)
{
    bool has_to = view->healthy && has_groups(folder);
    if (worker->disk_short)
        return CLASSIFY_CANNOT;
    if (has_to && clock_steady_ms() < view->classify_again_ms)
        return CLASSIFY_CANNOT;
    view->classify_again_ms = 0;
    if (has_to)
        return classify_some(worker, view, folder);
    return view->healthy ? CLASSIFY_DONE : CLASSIFY_CANNOT;
}

void classify_continue(struct worker *worker)
{
    for (size_t i = 0; i < worker->config->folder_count; i++)
        worker->folders[i].classifying =
            classify_folder(worker, &worker->folders[i], &worker->config->folders[i]);
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
