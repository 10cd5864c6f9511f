/**
 * The stages that file a document in Close: which lead it belongs to (resolve), whether an earlier
 * queue has filed it (reconcile), its activity (attach), whether that was created where nobody can
 * say (verify), and whose it would be under the name it has been given since (renamed).
 */
#include "filing.h"
#include "replacing.h"
#include "stages.h"
#include "task_file.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/remedy.h"
#include "closedrop/base/str.h"
#include "closedrop/files/path.h"
#include "closedrop/queue/groups.h"
#include "closedrop/work/attach.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* ---- resolve ---- */

/** A name that Close has for the target, NULL where it has none. */
static const char *name_of_target(const struct resolution *resolution, const char *which)
{
    const char *name = resolution->lead_id ? json_get_text(resolution->values, which) : NULL;
    if (resolution->step == RESOLVE_TEMPLATE && strcmp(which, "lead.name") == 0)
        name = resolution->close_template.name;
    return name && *name ? name : NULL;
}

int keep_resolution(
    struct job *job, const struct resolution *resolution, const struct folder *folder)
{
    const struct rule *rule = resolution->rule;
    CLEANUP(free_text) char *values = resolution->lead_id ? json_print(resolution->values) : NULL;
    int result = resolution->lead_id && !values ? -ENOMEM : 0;
    result |= str_assign(&job->rules_digest, folder->rules_digest);
    result |= str_assign(&job->rule, rule ? rule->name : NULL);
    result |= str_assign(&job->group, resolution->group);
    result |= str_assign(&job->values, values);
    result |= str_assign(&job->lead_id, resolution->lead_id);
    result |= str_assign(&job->contact_id, resolution->contact_id);
    result |= str_assign(&job->lead_name, name_of_target(resolution, "lead.name"));
    result |= str_assign(&job->contact_name, name_of_target(resolution, "contact.name"));
    job->activity = rule ? rule->activity : ACTIVITY_NONE;
    return result ? -ENOMEM : 0;
}

/** The part that needs the file. */
struct verdict resolve_touch(struct task *task, const struct stage_tools *tools)
{
    CLEANUP(close_fd) int fd = -1;
    struct file_state state = {.mode = 0};
    bool is_uploaded = task->job->state != JOB_UPLOADING; /* then its file may have gone */
    struct verdict verdict = task_fetch_file(task, tools);
    if (verdict.kind == VERDICT_NEXT && !is_uploaded)
        verdict = task_open_file(task, tools, &state, &fd);
    else if (verdict.kind == VERDICT_NEXT &&
             task->job->queued_path) /* its new name may be of another type */
        (void)task_open_file(task, tools, &state, &fd);
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    return clues_read(&task->clues, task->job, task->folder, task->root, fd);
}

/** What they say, and what is asked first. The clues are used up. */
static struct verdict judge_clues(struct task *task, const struct stage_tools *tools)
{
    task->has_resolution = true;
    struct verdict verdict = clues_judge(&task->clues, task->job, task->folder,
        &task->config->people, tools->tables, &task->resolution);
    clues_release(&task->clues);
    return verdict;
}

/** The part that needs neither the file nor Close. */
static struct verdict begin_resolution(struct task *task, const struct stage_tools *tools)
{
    struct verdict verdict = judge_clues(task, tools);
    if (verdict.kind != VERDICT_NEXT || !task->resolution.rule)
        return verdict;
    task->resolution.absences = tools->absences;
    verdict = resolution_begin(&task->resolution);
    return verdict.kind == VERDICT_NEXT ? verdict_make(VERDICT_MORE, NULL, "asks") : verdict;
}

struct verdict resolve_start(struct task *task, const struct stage_tools *tools)
{
    if (!task->has_resolution) {
        struct verdict verdict = verdict_make(VERDICT_NEXT, NULL, "read");
        if (!task->clues.are_known)
            verdict = resolve_touch(task, tools);
        if (verdict.kind == VERDICT_NEXT)
            verdict = begin_resolution(task, tools);
        if (verdict.kind != VERDICT_MORE)
            return verdict;
    }
    return task_await(task, resolution_ask(&task->resolution, &tools->api));
}

struct verdict resolve_finish(struct task *task, const struct stage_tools *tools)
{
    (void)tools;
    return resolution_read(&task->resolution, task->step.request);
}

/* ---- renamed since it was filed ---- */

struct verdict renamed_touch(struct task *task, const struct stage_tools *tools)
{
    (void)tools;
    int result = task_open_root(task);
    if (result < 0)
        return task_wait(task->folder->poll_ms, "folder_away", strerror(-result));
    return clues_read(&task->clues, task->job, task->folder, task->root, -1);
}

/** As if the file had come under its present name; only to say whose it would be. */
static struct verdict begin_renamed(struct task *task, const struct stage_tools *tools)
{
    struct verdict verdict = verdict_make(VERDICT_NEXT, NULL, "read");
    if (!task->clues.are_known)
        verdict = renamed_touch(task, tools);
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    verdict = judge_clues(task, tools);
    task->resolution.absences = tools->absences;
    if (verdict.kind == VERDICT_NEXT && task->resolution.rule)
        verdict = resolution_begin(&task->resolution);
    return verdict;
}

struct verdict renamed_start(struct task *task, const struct stage_tools *tools)
{
    if (!task->has_resolution) {
        struct verdict verdict = begin_renamed(task, tools);
        if (verdict.kind != VERDICT_NEXT || !task->resolution.rule)
            return verdict;
    }
    return task_await(task, resolution_ask(&task->resolution, &tools->api));
}

struct verdict renamed_finish(struct task *task, const struct stage_tools *tools)
{
    return resolve_finish(task, tools);
}

/* ---- attach ---- */

/** What creates the activity of the task and its group, as it is now. */
static struct verdict make_post(const struct task *task, struct activity_post *ret_post)
{
    const struct rule *rule = config_rule(task->config, task->job->rule);
    size_t count = 1 + task->member_count;
    CLEANUP(free_text) struct job **jobs = calloc(count, sizeof(struct job *));
    if (!jobs)
        return verdict_no_memory();
    jobs[0] = task->job;
    for (size_t i = 0; i < task->member_count; i++)
        jobs[i + 1] = task->members[i];
    attach_sort(jobs, count);
    return attach_post(rule, &task->config->limits, jobs, count, ret_post);
}

/** What is in the template may have changed since its file was uploaded. */
static struct verdict look_at_template(struct task *task, const struct stage_tools *tools)
{
    const struct rule *rule = config_rule(task->config, task->job->rule);
    struct verdict verdict = verdict_make(VERDICT_NEXT, NULL, "begun");
    if (task->close_template.kind == ACTIVITY_NONE)
        verdict = attach_template(rule, task->job, &task->close_template);
    return verdict.kind == VERDICT_NEXT
               ? task_await(task, close_template_ask(&task->close_template, &tools->api))
               : verdict;
}

static bool must_look(const struct task *task)
{
    return activity_traits(task->job->activity)->is_template &&
           task->close_template.step != TEMPLATE_KNOWN;
}

struct verdict attach_start(struct task *task, const struct stage_tools *tools)
{
    if (must_look(task))
        return look_at_template(task, tools);
    CLEANUP(activity_post_release) struct activity_post post = {0};
    struct verdict verdict = make_post(task, &post);
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    return task_await(task, api_create(&tools->api, task->job->activity, &post));
}

/** MORE: the template takes the file. One that is gone is looked up again. */
static struct verdict read_template(struct task *task, const struct stage_tools *tools)
{
    struct verdict verdict = close_template_read(&task->close_template, task->step.request);
    if (verdict.kind == VERDICT_NEXT)
        verdict = replacing_takes(tools->queue, task->job, &task->close_template);
    if (verdict.kind == VERDICT_FAIL && strcmp(verdict.code, "no_target") == 0)
        verdict.kind = VERDICT_RETRY;
    return verdict.kind == VERDICT_NEXT ? verdict_more() : verdict;
}

struct verdict attach_finish(struct task *task, const struct stage_tools *tools)
{
    if (must_look(task))
        return read_template(task, tools);
    return attach_read(task->step.request, task->job->activity, &task->activity_id);
}

/* ---- verify ---- */

/** What one job ever posted goes into the verification. */
struct gathering {
    struct verification *verification;
    size_t index;
    int result;
};

static void add_posting(void *context, const char *token, const char *lead_id,
    enum activity_kind activity, int64_t at_ms)
{
    struct gathering *gathering = context;
    gathering->result |= verify_add_posting(
        gathering->verification, gathering->index, token, lead_id, activity, at_ms);
}

/** What keeps nothing of ours is known by what it says. A rule that is gone says nothing. */
static void gather_body(struct task *task)
{
    CLEANUP(activity_post_release) struct activity_post post = {0};
    if (!activity_traits(task->job->activity)->cannot_be_recognized ||
        !config_rule(task->config, task->job->rule))
        return;
    if (make_post(task, &post).kind == VERDICT_NEXT)
        verify_by_body(&task->verification, TAKE_PTR(post.body));
}

static int gather(struct task *task, struct queue *queue)
{
    struct gathering gathering = {.verification = &task->verification};
    gathering.result = verify_init(&task->verification, 1 + task->member_count);
    task->has_verification = true;
    for (size_t i = 0; i <= task->member_count && gathering.result == 0; i++) {
        const struct job *job = i ? task->members[i - 1] : task->job;
        gathering.index = i;
        gathering.result = verify_add_file(&task->verification, i, job);
        queue_postings(queue, job->id, add_posting, &gathering);
    }
    gather_body(task);
    return gathering.result;
}

struct verdict verify_touch(struct task *task, const struct stage_tools *tools)
{
    struct verdict fetched = task_fetch_file(task, tools);
    bool is_away = fetched.kind == VERDICT_FAIL || fetched.kind == VERDICT_GONE;
    return is_away ? verdict_make(VERDICT_NEXT, NULL, "to look takes no file") : fetched;
}

struct verdict verify_start(struct task *task, const struct stage_tools *tools)
{
    if (activity_traits(task->job->activity)->replaces)
        return verdict_make(VERDICT_NEXT, NULL, "need not be verified");
    if (!task->has_verification) {
        struct verdict fetched = verdict_make(VERDICT_NEXT, NULL, "there");
        if (task->job->location && !task->was_touched)
            fetched = verify_touch(task, tools);
        if (fetched.kind != VERDICT_NEXT)
            return fetched;
        if (gather(task, tools->queue) < 0)
            return verdict_no_memory();
        if (!task->verification.place_count)
            return verdict_make(
                VERDICT_RETRY, "unclear", "cannot read from the queue what was posted");
    }
    return task_await(task, verify_ask(&task->verification, &tools->api));
}

/** Who asks whether an activity is another job's. */
struct asking {
    struct queue *queue;
    const char *md5; /* only jobs with these bytes count, NULL: all */
};

static bool is_taken(void *context, const char *activity_id)
{
    const struct asking *asking = context;
    return activity_id && queue_has_activity(asking->queue, activity_id, asking->md5);
}

struct verdict verify_finish(struct task *task, const struct stage_tools *tools)
{
    struct asking asking = {tools->queue, NULL};
    return verify_read(&task->verification, task->step.request, is_taken, &asking);
}

/* ---- reconcile ---- */

struct verdict reconcile_start(struct task *task, const struct stage_tools *tools)
{
    if (activity_traits(task->job->activity)->has_no_files)
        return verdict_make(VERDICT_FAIL, "doubtful",
            "the queue that knew whether its %s exists was lost" REMEDY
            "check the lead in Close; if it is not there, drag it back into the folder",
            activity_noun(task->job->activity));
    if (!task->has_verification) {
        task->has_verification = true;
        if (verify_by_content(&task->verification, task->job) < 0)
            return verdict_no_memory();
    }
    return task_await(task, verify_ask(&task->verification, &tools->api));
}

struct verdict reconcile_finish(struct task *task, const struct stage_tools *tools)
{
    /* one activity may hold several files, and so be that of several jobs */
    struct asking asking = {tools->queue, task->job->md5};
    struct verdict verdict =
        verify_read(&task->verification, task->step.request, is_taken, &asking);
    if (verdict.kind == VERDICT_NEXT && task->verification.is_doubtful &&
        !task->verification.files[0].activity_id)
        return verdict_make(VERDICT_FAIL, "doubtful",
            "%s already has a file of this name and size, and the queue that knew whether it is "
            "this one was lost" REMEDY
            "check the lead in Close; if this one is not there, drag it back into the folder",
            task->job->lead_id);
    return verdict;
}
