/**
 * Finds out whether a failed file was brought back by a person: by itself, and not because the
 * directory that it was put into was renamed, or a copy of it, after which it has left Failed.
 * Whoever touches the files of a folder says in which directories a file is (ERRAND_ABOVE), and
 * whether one has left Failed (ERRAND_TAKEN_OUT); the queue knows what that means.
 */
#define LOG_MODULE "worker"

#include "brought_back.h"
#include "errand_rows.h"
#include "failed_directories.h"
#include "failed_files.h"
#include "folder_view.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/log.h"
#include "closedrop/base/str.h"
#include "closedrop/files/safe_open.h"
#include "closedrop/queue/filed_memory.h"
#include "closedrop/queue/job_wire.h"
#include "closedrop/queue/reading.h"

#include <string.h>

/* ---- where the files are ---- */

void above_run(const struct folder *folder, struct wire *question, struct str *answer)
{
    int64_t id = wire_number(question);
    CLEANUP(free_text) char *path = wire_whole_text(question);
    CLEANUP(close_fd) int root = safe_open_root(folder->path);
    if (question->broken)
        return;
    wire_add_number(answer, id);
    wire_add_text(answer, path);
    failed_directories_list_above(answer, folder->name, root, path);
}

/**
 * Its file alone must have left; one that was deleted there with its text is wanted by nobody. The
 * text goes only once that is known, by a second errand: an answer may be lost.
 */
void taken_out_run(const struct folder *folder, struct wire *question, struct str *answer)
{
    bool is_known = wire_number_in(question, 0, 1);
    CLEANUP(job_freep) struct job *failed = job_from_wire(question);
    CLEANUP(close_fd) int root = safe_open_root(folder->path);
    bool was_taken_out = failed && root >= 0 && failed_text_is_there(root, failed) &&
                         failed_file_has_left(root, folder->failed, failed);
    if (!is_known)
        wire_add_number(answer, was_taken_out);
    else if (was_taken_out)
        failed_text_remove(root, failed);
}

/* ---- the search of a task ---- */

/** Whether a job that failed as a duplicate would be filed as the same as the task's. */
static bool would_be_the_same(const struct task *task, const struct job *failed)
{
    return failed->activity == task->job->activity && failed->lead_id &&
           (strcmp(failed->lead_id, task->job->lead_id) == 0 ||
               merged_leads_have(&task->merged, failed->lead_id));
}

/** Whether the failed file itself is the task's. */
static bool is_the_file(const struct task *task, const struct job *failed)
{
    return identity_same_file(&failed->identity, &task->job->identity) &&
           !job_is_at_location(failed, task->job->path);
}

/** What the search asks next about a failed job. ERRANDS: nothing. */
static enum errand question_about(const struct task *task, const struct job *failed)
{
    const struct failed_search *search = &task->failed_search;
    bool is_new = search->failed != failed->id;
    if (is_new && !would_be_the_same(task, failed))
        return ERRANDS;
    if (is_new && is_the_file(task, failed))
        return ERRAND_ABOVE;
    bool was_asked = !is_new && search->asked == ERRAND_TAKEN_OUT;
    return was_asked || failed->put_away == JOB_DISCARDED ? ERRANDS : ERRAND_TAKEN_OUT;
}

static void add_taken_out(struct str *question, const struct job *failed, bool is_known)
{
    wire_add_number(question, is_known);
    job_to_wire(question, failed);
}

/** Until it is answered, the search waits. */
static void ask(
    struct worker *worker, struct task *task, const struct job *failed, enum errand errand)
{
    struct failed_search *search = &task->failed_search;
    const char *name = errand == ERRAND_ABOVE ? task->folder->name : failed->folder;
    const struct folder *folder = config_folder(worker->config, name);
    struct str question = STR_INIT(FRAME_MAX);
    search->asked = errand;
    search->answer = SEARCH_FOUND_NOT;
    if (!folder)
        return;
    search->folder = (size_t)(folder - worker->config->folders);
    search->answer = SEARCH_WAITS;
    if (errand == ERRAND_ABOVE) {
        wire_add_number(&question, failed->id);
        wire_add_text(&question, task->job->path);
    } else {
        add_taken_out(&question, failed, false);
    }
    task_assign(task, worker->orders + 1);
    bool is_own = strcmp(name, task->folder->name) == 0;
    if (errand_begin(worker, search->folder, errand, &question) == ERRAND_REFUSED)
        search->answer = is_own ? SEARCH_IMPOSSIBLE : SEARCH_FOUND_NOT;
}

/** The failed job that the search is about, or the next one; NULL: there are no more. */
static struct job *next_failed(struct worker *worker, const struct task *task)
{
    const struct failed_search *search = &task->failed_search;
    bool is_asked_on = search->asked == ERRAND_ABOVE;
    struct job *same = is_asked_on ? queue_load(worker->queue, search->failed) : NULL;
    return same ? same : queue_already_filed(worker->queue, task->job->sha256, search->failed);
}

/** Ask about one failed job after another, until an answer has to be waited for. */
static void search_on(struct worker *worker, struct task *task)
{
    struct failed_search *search = &task->failed_search;
    struct verdict verdict = verdict_make(VERDICT_NEXT, NULL, "looked");
    struct job *failed;
    while (search->answer == SEARCH_FOUND_NOT && (failed = next_failed(worker, task)) != NULL) {
        enum errand errand = question_about(task, failed);
        search->failed = failed->id;
        search->asked = ERRANDS;
        if (errand != ERRANDS)
            ask(worker, task, failed, errand);
        job_free(failed);
    }
    if (search->answer == SEARCH_WAITS)
        return;
    if (search->answer == SEARCH_IMPOSSIBLE)
        verdict =
            task_wait(task->folder->poll_ms, "folder_away", "its folder cannot be reached now");
    task->brought_back = search->answer == SEARCH_FOUND ? search->failed : 0;
    task_end_stage(task, &verdict);
}

struct verdict brought_back_search(struct worker *worker, struct task *task)
{
    task->failed_search = (struct failed_search){.asked = ERRANDS};
    task->searched_failed = true;
    search_on(worker, task);
    return verdict_make(VERDICT_RUNNING, NULL, "looking");
}

static bool searches(const struct task *task)
{
    return task->stage == STAGE_DUPLICATE && task->step.kind == STEP_ELSEWHERE;
}

bool brought_back_skip(struct worker *worker, struct task *task, size_t folder)
{
    const char *name = worker->config->folders[folder].name;
    if (!searches(task) || task->failed_search.folder != folder ||
        strcmp(task->folder->name, name) == 0)
        return false;
    task->failed_search.answer = SEARCH_FOUND_NOT;
    search_on(worker, task);
    return true;
}

/** Whose search waits for this answer, or NULL. */
static struct task *task_of(const struct worker *worker, const struct errand_answer *answer)
{
    for (struct task *task = worker->tasks; task; task = task->next)
        if (searches(task) && task->step.order == answer->number)
            return task;
    return NULL;
}

static void take_found(
    struct worker *worker, struct task *task, const struct errand_answer *answer, bool is_found)
{
    task->failed_search.answer = is_found ? SEARCH_FOUND : SEARCH_FOUND_NOT;
    if (answer->is_late) /* else the search continues anyway */
        search_on(worker, task);
}

static void remove_text(struct worker *worker, size_t folder, int64_t id)
{
    CLEANUP(job_freep) struct job *failed = queue_load(worker->queue, id);
    struct str question = STR_INIT(FRAME_MAX);
    if (!failed)
        return;
    add_taken_out(&question, failed, true);
    (void)errand_begin(worker, folder, ERRAND_TAKEN_OUT, &question);
}

void taken_out_take(struct worker *worker, const struct errand_answer *answer)
{
    struct task *task = task_of(worker, answer);
    bool was_taken_out = wire_number_in(answer->wire, 0, 1) && wire_is_read(answer->wire);
    if (task && was_taken_out)
        remove_text(worker, answer->folder, task->failed_search.failed);
    if (task)
        take_found(worker, task, answer, was_taken_out);
}

/* ---- a file that was seen ---- */

/** Whether it is known that the file of this job came by itself. That is then forgotten: it may
 * leave again. */
static bool take_out(struct folder_view *view, int64_t job)
{
    for (size_t i = 0; i < CAME_BACK_MAX; i++)
        if (view->came_back[i] == job) {
            view->came_back[i] = 0;
            return true;
        }
    return false;
}

static void note(
    struct worker *worker, const struct errand_answer *answer, int64_t id, const char *path)
{
    struct folder_view *view = &worker->folders[answer->folder];
    view->came_back[view->came_back_next++ % CAME_BACK_MAX] = id;
    if (answer->is_late) /* nobody waits for it: it is to be seen again */
        worker->resettle(worker->watch_context, view->folder->name, path);
}

static void keep_location(
    struct worker *worker, const struct errand_answer *answer, int64_t id, const char *path)
{
    CLEANUP(job_freep) struct job *job = queue_load(worker->queue, id);
    if (!job || job->state != JOB_FAILED ||
        strcmp(job->folder, worker->folders[answer->folder].folder->name) != 0)
        return; /* it is another one by now */
    const struct log_about about = {.job = id, .folder = job->folder, .file = path};
    log_about(LOG_LEVEL_INFO, &about,
        "job %lld: %s/%s was renamed together with the directory for failed files and is "
        "ignored; to try it again, drag it out of there",
        (long long)id, job->folder, path);
    queue_set_location_in_failed(worker->queue, job, path);
}

void above_take(struct worker *worker, const struct errand_answer *answer)
{
    const struct folder *folder = worker->folders[answer->folder].folder;
    struct task *task = task_of(worker, answer);
    int64_t id = wire_number(answer->wire);
    CLEANUP(free_text) char *path = wire_whole_text(answer->wire);
    int result = failed_directories_know(worker->queue, folder, answer->wire);
    if (task)
        take_found(worker, task, answer, result == 0);
    else if (result == 0)
        note(worker, answer, id, path);
    else if (result > 0)
        keep_location(worker, answer, id, path);
}

bool worker_came_with_failed(struct worker *worker, int64_t id, const char *path)
{
    CLEANUP(job_freep) struct job *job = queue_load(worker->queue, id);
    struct folder_view *view = job ? folder_view_of(worker, job->folder) : NULL;
    struct str question = STR_INIT(FRAME_MAX);
    if (!view || take_out(view, id))
        return !view;
    wire_add_number(&question, id);
    wire_add_text(&question, path);
    (void)errand_begin(worker, (size_t)(view - worker->folders), ERRAND_ABOVE, &question);
    return !take_out(view, id); /* what cannot be told now is asked again by the next scan */
}
