/**
 * The last stage: the outcome is on disk, now the file goes where the outcome says, and a text
 * next to it tells a person the outcome. Each step survives a crash before the next begins:
 *
 *     folder/a.pdf
 *        |  put_away_take(): under its job's id, so that nobody else's new a.pdf is taken for it
 *        v
 *     folder/.closedrop/17 ---- after_upload = "delete": gone
 *        |        |
 *        |        |  another file system (-EXDEV): copied a slice a turn (copying.c), then unlinked
 *        |  put_away_move(): never over another file, but as "a (2).pdf"
 *        v        v
 *     Uploaded/a.pdf    Failed/a.pdf
 *        |              \-- a.pdf.error.txt, or with receipts a.pdf.close.json (beside.c)
 *        |  its marker and sidecar follow, from wherever it had a name
 *        v
 *     the queue: put away, and where
 *
 * Whoever comes here a second time finds the file in .closedrop/ (TAKEN), or where it belongs
 * (find_at_place()), and does only what is left; a file that is in neither was taken by a person,
 * or renamed, so its folder is scanned once. What does not work is tried again indefinitely:
 * the job has its outcome, so nothing is sent for it. A kept file stays, and gets its receipt.
 */
#include "beside.h"
#include "copying.h"
#include "durable.h"
#include "failed_directories.h"
#include "stages.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/base/units.h"
#include "closedrop/base/utf8.h"
#include "closedrop/files/companion.h"
#include "closedrop/files/copy.h"
#include "closedrop/files/destination.h"
#include "closedrop/files/path.h"
#include "closedrop/files/put_away.h"
#include "closedrop/files/rights.h"
#include "closedrop/files/safe_open.h"
#include "closedrop/queue/reading.h"
#include "closedrop/queue/view.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/** Open a directory of the folder, or an absolute one, if only to look at it (O_PATH). */
static int open_path(int root, const char *path)
{
    if (*path != '/')
        return safe_open_path(root, path);
    int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

/** The directory at `path`, or the nearest one above it that is there; and its name for people. */
static int open_nearest_path(const struct task *task, const char *path, char **ret_name)
{
    bool is_absolute = *path == '/';
    const char *top = is_absolute ? "/" : task->folder->path;
    CLEANUP(free_text) char *at = strdup(path);
    int fd = -ENOMEM;
    while (at && (fd = open_path(task->root, *at || !is_absolute ? at : "/")) < 0 && *at) {
        char *above = path_directory(at);
        free(at);
        at = above;
    }
    bool is_top = !at || !*at;
    *ret_name = is_top ? strdup(top) : is_absolute ? strdup(at) : path_join(top, at);
    return fd;
}

/** It was refused in the directory `path`: names it, and what would grant it. */
static struct verdict not_put_away_in(
    const struct task *task, const char *what, const char *path, int error)
{
    char words[RIGHTS_WORDS];
    CLEANUP(free_text) char *name = NULL;
    if (error != -EACCES && error != -EPERM)
        return task_not_put_away(what, error);
    CLEANUP(close_fd) int fd = open_nearest_path(task, path, &name);
    return verdict_make(VERDICT_RETRY, "not_put_away", "%s: %s; the directory %.400s %s", what,
        strerror(-error), name ? name : path, rights_words(fd, RIGHTS_CHANGE_DIRECTORY, words));
}

/** The directory the file belongs in, from the folder's pattern and the moment the job was done. */
static char *target_directory(const struct task *task)
{
    const struct job *job = task->job;
    const char *failed = task->folder->failed;
    if (job->state != JOB_FAILED)
        return destination_path(task->folder->archive, job->done_ms, job->path);
    CLEANUP(free_text) char *below = path_directory(job->path);
    if (!below)
        return NULL;
    return *below ? path_join(failed, below) : strdup(failed);
}

static void send_companions_of(const struct task *task, const char *path,
    const struct destination *destination, const char *new_name)
{
    CLEANUP(free_text) char *parent = path ? path_directory(path) : NULL;
    CLEANUP(close_fd) int directory = parent ? safe_open_directory(task->root, parent) : -1;
    if (directory >= 0)
        beside_move_companions(task, directory, path_name(path), destination, new_name);
}

/** Marker and sidecar go where the file went, also those of the names it had; they are deleted with
 * it if `destination` is NULL. */
static void send_companions_after(
    const struct task *task, const struct destination *destination, const char *new_name)
{
    const struct job *job = task->job;
    if (!beside_has_companions(task->folder))
        return;
    send_companions_of(task, job->path, destination, new_name);
    send_companions_of(task, job->filed_path, destination, new_name);
    send_companions_of(task, job->queued_path, destination, new_name);
}

/** Done with the file, which is at `location` now; that is the task's from here on. */
static struct verdict verdict_away(struct task *task, const char *how, char *location)
{
    if (!location)
        return task_not_put_away("cannot copy its new path", -ENOMEM);
    task->outcome_location = location;
    if (task->job->state == JOB_FAILED)
        failed_directories_name(&task->failed_names, task->folder, task->root);
    return verdict_make(VERDICT_NEXT, NULL, "%s%s", how, location);
}

/** The file has its final name: write what goes next to it, and remember its location. */
static struct verdict arrived(struct task *task, const char *name)
{
    int result = beside_write(task, name);
    if (result < 0)
        return not_put_away_in(
            task, "the text next to the file cannot be written", task->destination.path, result);
    send_companions_after(task, &task->destination, name);
    return verdict_away(task, "moved to ", path_join(task->destination.path, name));
}

/** Only a file that can be read can be copied; any can be renamed. */
static struct verdict begin_copy(struct task *task, const char *staged)
{
    char words[RIGHTS_WORDS];
    struct copy *copy;
    int result = copy_begin(task->staging, staged, &task->destination, &copy);
    if (result == 0) {
        task_copy(task, copy);
        return verdict_make(VERDICT_RUNNING, NULL, "copying");
    }
    CLEANUP(close_fd) int file = safe_open_path(task->staging, staged);
    CLEANUP(close_fd) int readable = safe_reopen_file(file);
    if (readable != -EACCES)
        return not_put_away_in(task, "the file cannot be moved", task->destination.path, result);
    return verdict_make(VERDICT_RETRY, "not_put_away",
        "the file cannot be copied to another file system: %s; it %s", strerror(EACCES),
        rights_words(file, RIGHTS_READ_FILE, words));
}

static struct verdict put_in_place(struct task *task)
{
    CLEANUP(free_text) char *directory = target_directory(task);
    int result = directory ? destination_open(task->root, directory, &task->destination) : -ENOMEM;
    if (result < 0)
        return not_put_away_in(task, "the directory for the file cannot be created",
            directory ? directory : "", result);
    CLEANUP(free_text) char *name = NULL;
    char staged[STAGED_NAME_MAX];
    staged_name(task->job->id, staged);
    result =
        put_away_move(task->staging, staged, &task->destination, path_name(task->job->path), &name);
    if (result == -EXDEV)
        return begin_copy(task, staged);
    if (result == 0)
        result = durable_note(task, task->destination.directory);
    if (result < 0)
        return not_put_away_in(task, "the file cannot be moved", task->destination.path, result);
    return arrived(task, name);
}

/** The file is safe in staging: on to where it belongs. */
static struct verdict put_away(struct task *task)
{
    if (beside_is_put_in_place(task))
        return put_in_place(task);
    int result = put_away_delete(task->staging, task->job->id);
    if (result == 0)
        result = durable_note(task, task->staging);
    if (result < 0)
        return task_not_put_away("the file cannot be deleted", result);
    send_companions_after(task, NULL, "");
    return verdict_away(task, "deleted", strdup(""));
}

/** A kept file stays; its receipt is written next to it. */
static struct verdict keep(struct task *task)
{
    CLEANUP(free_text) char *directory = path_directory(task->job->path);
    int result = directory ? 0 : -ENOMEM;
    if (result == 0 && (task->folder->receipts || beside_wants_text(task))) {
        result = destination_open(task->root, *directory ? directory : ".", &task->destination);
        if (result == 0)
            result = beside_write(task, path_name(task->job->path));
    }
    return result < 0 ? not_put_away_in(task, "the receipt cannot be written",
                            directory ? directory : "", result)
                      : verdict_make(VERDICT_NEXT, NULL, "kept in the folder");
}

/** Find the file at its place, and have its name there on disk. As destination_find(). */
static int find_at_place(struct task *task, char **ret_name)
{
    const struct job *job = task->job;
    CLEANUP(free_text)
    char *directory = beside_is_put_in_place(task) ? target_directory(task) : NULL;
    int result = directory ? destination_open(task->root, directory, &task->destination) : -ENOENT;
    if (result == 0)
        result =
            destination_find(&task->destination, path_name(job->path), &job->identity, ret_name);
    if (result == 0)
        result = durable_note(task, task->destination.directory);
    return result != 0 ? result : copying_take_identity(task, *ret_name);
}

/** Whether its outcome counts whatever becomes of its file: another file has no part in it. */
static bool must_be_told(const struct job *job)
{
    return job->state == JOB_DONE || job->posting || job_has_error(job, "changed");
}

static bool has_successor(const struct task *task, const struct stage_tools *tools)
{
    return tools->queue ? queue_has_successor(tools->queue, task->job) : tools->has_successor;
}

/**
 * It is not where it was. A failure or a crash may have come between the move and the moment
 * the queue knew of it: the file is where it belongs, and only what follows remains to be done.
 */
static struct verdict take_failed(struct task *task, const struct stage_tools *tools, int taken)
{
    CLEANUP(free_text) char *name = NULL;
    int result = find_at_place(task, &name);
    if (result == 0)
        return arrived(task, name);
    if (result != -ENOENT)
        return task_not_put_away("cannot determine what happened to the file", result);
    /* it may be in the folder under another name: the watch thread has not said so yet */
    if (task->job->identity.handle_length && !task->was_searched)
        return verdict_make(VERDICT_GONE, "gone", "looking for the file in the folder");
    bool is_replaced = taken == TAKEN_ANOTHER || has_successor(task, tools);
    if (is_replaced && !must_be_told(task->job))
        return verdict_make(
            VERDICT_CHANGED, "changed", "its file was rewritten or replaced before it was moved");
    const char *location = job_has_error(task->job, "gone") ? task->job->location : NULL;
    /* discards.c finds out whether it is there under another name */
    return verdict_away(task,
        taken == TAKEN_GONE ? "the file had been removed from the folder in the meantime"
                            : "another file has taken its name in the meantime, and stays",
        strdup(location ? location : ""));
}

/** Its directory does not let us, as Samba's default of 0755 for another user's does not. */
static struct verdict not_taken_away(const struct task *task, int error)
{
    CLEANUP(free_text) char *directory = path_directory(task->job->path);
    return not_put_away_in(task, "the file cannot be moved", directory ? directory : "", error);
}

struct verdict finish_start(struct task *task, const struct stage_tools *tools)
{
    struct job *job = task->job;
    int result = task_open_root(task);
    task_leave_directories(task);
    if (result < 0)
        return task_not_put_away("the folder cannot be opened", result);
    if (task->folder->tell.late_ms)
        beside_remove_waiting(task);
    if (job->state == JOB_DONE && task->folder->after_upload == AFTER_KEEP)
        return keep(task);
    if (!task_folder_is_here(task, tools))
        return task_not_put_away("the folder appears to be unmounted", -ENODEV);
    beside_remove_old_texts(task);
    task->staging = staging_open(task->root);
    if (task->staging == -EACCES)
        return not_put_away_in(task, "the file cannot be moved", STAGING_NAME, task->staging);
    if (task->staging < 0)
        return task_not_put_away(
            "the directory " STAGING_NAME " of the folder cannot be used", task->staging);
    int taken =
        put_away_take(task->root, task->staging, job->path, job->id, &job->identity, &task->sent);
    if (taken == -EBUSY)
        return verdict_make(
            VERDICT_RETRY, "not_put_away", "another program has the file open for writing");
    if (taken < 0)
        return not_taken_away(task, taken);
    return taken == TAKEN ? put_away(task) : take_failed(task, tools, taken);
}

struct verdict finish_step(struct task *task)
{
    CLEANUP(free_text) char *name = NULL;
    int result = copying_step(task, &name);
    if (result > 0)
        return verdict_make(VERDICT_RUNNING, NULL, "copying");
    return result < 0 ? task_not_put_away("the file cannot be copied", result)
                      : arrived(task, name);
}
