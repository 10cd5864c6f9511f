/** The file of a task: fetched to where it belongs, opened, and seen to be the one that was queued.
 */
#include "task_file.h"

#include "beside.h"
#include "bring_back.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/remedy.h"
#include "closedrop/base/shortage.h"
#include "closedrop/base/str.h"
#include "closedrop/config/own_files.h"
#include "closedrop/config/refusal.h"
#include "closedrop/files/path.h"
#include "closedrop/files/rights.h"
#include "closedrop/files/safe_open.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/** Whoever writes to a file is given that long, whatever the folder's settle says. */
#define BUSY_MIN_MS 2000

/** An upload that had got through must be made again: what is missing now is a person's business.
 */
static bool was_uploaded(const struct task *task)
{
    /* what waited to be sent is recalled by being taken away */
    return task->job->uploaded_ms != 0 && task->job->held == HELD_NEVER;
}

static struct verdict verdict_gone(const struct task *task)
{
    if (was_uploaded(task))
        return verdict_make(VERDICT_FAIL, "gone",
            "the upload has expired and must be repeated, but the file was removed from the "
            "folder" REMEDY "put it there again");
    return verdict_make(VERDICT_GONE, "gone", "the file was removed from the folder");
}

struct verdict verdict_changed(const struct task *task)
{
    if (was_uploaded(task))
        return verdict_make(VERDICT_FAIL, "changed",
            "the upload has expired and must be repeated, but the file was rewritten" REMEDY
            "nothing, the new version is filed by itself");
    return verdict_make(VERDICT_CHANGED, "changed", "the file was rewritten or replaced");
}

/** It became unreadable after it was queued. */
static struct verdict verdict_denied(const struct task *task)
{
    char words[RIGHTS_WORDS];
    CLEANUP(close_fd) int path_fd = safe_open_path(task->root, task->job->path);
    return verdict_make(VERDICT_RETRY, "unreadable", "the file cannot be opened: %s%s%s",
        strerror(EACCES), path_fd < 0 ? "" : "; it ",
        path_fd < 0 ? "" : rights_words(path_fd, RIGHTS_READ_FILE, words));
}

/** What it means that the file cannot be opened. */
static struct verdict verdict_of_error(
    const struct task *task, const struct stage_tools *tools, int error)
{
    if (is_shortage(error))
        return verdict_shortage(error);
    switch (error) {
    case -ENOENT:
    case -ENOTDIR:
    case -ELOOP:
    case -EINVAL:
        if (!task_folder_is_here(task, tools))
            return task_wait(
                task->folder->poll_ms, "folder_away", "the folder appears to be unmounted");
        return verdict_gone(task);
    case -ENOTCONN: /* a FUSE mount whose server has died, a share that was cut off */
    case -ESTALE:
    case -EHOSTDOWN:
    case -EHOSTUNREACH:
        return task_wait(task->folder->poll_ms, "folder_away", strerror(-error));
    case -EWOULDBLOCK:
    case -EBUSY:
        return task_wait(
            task->folder->settle_ms > BUSY_MIN_MS ? task->folder->settle_ms : BUSY_MIN_MS, "busy",
            "another program has the file open for writing");
    case -EACCES:
        return verdict_denied(task);
    default:
        return verdict_make(VERDICT_RETRY, "unreadable",
            "the file cannot be opened: %s" REMEDY
            "make it readable for the user closedrop runs as",
            strerror(-error));
    }
}

static bool lies_in_folder(const struct task *task)
{
    CLEANUP(close_fd) int path_fd = safe_open_path(task->root, task->job->path);
    return path_fd >= 0;
}

struct verdict task_fetch_file(struct task *task, const struct stage_tools *tools)
{
    int result = task_open_root(task);
    if (result < 0)
        return task_wait(task->folder->poll_ms, "folder_away", strerror(-result));
    if (task->job->location)
        result = bring_back_start(task);
    if (result == -ENOENT && !lies_in_folder(task) && task_folder_is_here(task, tools))
        return verdict_make(VERDICT_FAIL, "gone",
            "its file is no longer where closedrop put it, or was changed there" REMEDY
            "drag it back into the folder");
    if (result == -ENOENT) /* a person, or we before a crash, brought it back already */
        (void)str_assign(&task->job->location, NULL);
    else if (result < 0)
        return verdict_of_error(task, tools, result);
    return verdict_make(
        task->step.kind == STEP_COPYING ? VERDICT_RUNNING : VERDICT_NEXT, NULL, "fetched");
}

/**
 * What its folder's limits say about the file now: they may have changed since it was settled. Its
 * names count where it had failed for them, and `retry` went past the settling.
 */
static struct verdict check_limits(struct task *task, const struct file_state *state)
{
    struct job *job = task->job;
    struct refusal refusal;
    if (refusal_of_size(task->folder, state->identity.size, &refusal) ||
        (job_has_error(job, "links") && refusal_of_links(state->links, &refusal)))
        return verdict_make(VERDICT_FAIL, refusal.code, "%s", refusal.message);
    if (job_has_error(job, "links"))
        job_forget_error(job);
    return verdict_make(VERDICT_NEXT, NULL, "within the limits");
}

/** Check what is at the job's path: whether it is its file, and may be sent. */
static struct verdict check_file(
    struct task *task, const struct stage_tools *tools, int path_fd, struct file_state *ret_state)
{
    struct file_state state;
    int result = path_fd < 0 ? path_fd : file_state_read(path_fd, &state);
    if (result == 0 && !S_ISREG(state.mode))
        result = -EINVAL;
    if (result < 0)
        return verdict_of_error(task, tools, result);
    int own = own_file(task->config, &state); /* since a reload, perhaps */
    if (own < 0)
        return verdict_of_error(task, tools, own);
    if (own)
        return verdict_make(VERDICT_GONE, "own_file", "it is used by closedrop itself");
    if (!identity_equal(&state.identity, &task->job->identity))
        return verdict_changed(task);
    *ret_state = state;
    return check_limits(task, &state);
}

struct verdict task_check_file(
    const struct task *task, const struct stage_tools *tools, const struct job *job)
{
    struct file_state state;
    CLEANUP(close_fd) int path_fd = safe_open_path(task->root, job->path);
    int result = path_fd < 0 ? path_fd : file_state_read(path_fd, &state);
    bool is_refused = result == -EACCES || result == -EPERM; /* it may be there all the same */
    if (result < 0 && (is_refused || !safe_open_is_absent(result)))
        return task_wait(task->folder->poll_ms, "unreadable", strerror(-result));
    if (result < 0 && !task_folder_is_here(task, tools))
        return task_wait(
            task->folder->poll_ms, "folder_away", "the folder appears to be unmounted");
    if (result < 0)
        return verdict_make(VERDICT_GONE, "gone", "its file was removed from the folder");
    if (!S_ISREG(state.mode) || !identity_equal(&state.identity, &job->identity))
        return verdict_make(VERDICT_CHANGED, "changed", "its file was rewritten or replaced");
    return verdict_make(VERDICT_NEXT, NULL, "is there");
}

struct verdict task_open_file(
    struct task *task, const struct stage_tools *tools, struct file_state *ret_state, int *ret_fd)
{
    CLEANUP(close_fd) int path_fd = safe_open_path(task->root, task->job->path);
    struct verdict verdict = check_file(task, tools, path_fd, ret_state);
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    int fd = safe_reopen_known(path_fd, ret_state->mode);
    if (fd < 0)
        return verdict_of_error(task, tools, fd);
    *ret_fd = fd;
    return verdict;
}

struct verdict task_open_source(
    struct task *task, const struct stage_tools *tools, struct source **ret_source)
{
    int fd = -1;
    struct file_state state = {.mode = 0};
    struct verdict verdict = task_fetch_file(task, tools);
    if (verdict.kind == VERDICT_NEXT)
        verdict = task_open_file(task, tools, &state, &fd);
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    int result = source_open(fd, &state, ret_source);
    return result < 0 ? verdict_of_error(task, tools, result) : verdict;
}
