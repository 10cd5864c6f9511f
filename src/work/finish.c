/**
 * The last stage: the outcome is on disk, now the file goes where the outcome says, and a text
 * beside it tells a person what became of it.
 */
#include "task.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/base/units.h"
#include "closedrop/base/utf8.h"
#include "closedrop/files/companion.h"
#include "closedrop/files/path.h"
#include "closedrop/files/rights.h"
#include "closedrop/files/safe_open.h"
#include "closedrop/queue/store.h"
#include "closedrop/queue/view.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define ERROR_SUFFIX ".error.txt"
#define RECEIPT_SUFFIX ".close.json"
/** How deep Failed is searched for a file that may have been sorted in it. */
#define FAILED_DEPTH_MOST 16

void task_leave_directories(struct task *task)
{
    place_close(&task->place);
    close_fd(&task->staging);
    task->staging = -1;
}

static struct verdict refile(const char *what, int error)
{
    return verdict_make(VERDICT_RETRY, "not_put_away", "%s: %s", what, strerror(-error));
}

/** Open a directory of the folder, or an absolute one, if only to look at it (O_PATH). */
static int look_at_directory(int root, const char *path)
{
    if (*path != '/')
        return safe_open_look(root, path);
    int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

/** The directory at `path`, or the nearest one above it that is there; and its name for people. */
static int look_at_nearest(const struct task *task, const char *path, char **ret_name)
{
    bool is_absolute = *path == '/';
    const char *top = is_absolute ? "/" : task->folder->path;
    CLEANUP(free_text) char *at = strdup(path);
    int fd = -ENOMEM;
    while (at && (fd = look_at_directory(task->root, *at || !is_absolute ? at : "/")) < 0 && *at) {
        char *above = path_directory(at);
        free(at);
        at = above;
    }
    bool is_top = !at || !*at;
    *ret_name = is_top ? strdup(top) : is_absolute ? strdup(at) : path_join(top, at);
    return fd;
}

/** It was refused in the directory `path`: names it, and what would grant it. */
static struct verdict refile_in(
    const struct task *task, const char *what, const char *path, int error)
{
    char words[RIGHTS_WORDS];
    CLEANUP(free_text) char *name = NULL;
    if (error != -EACCES && error != -EPERM)
        return refile(what, error);
    CLEANUP(close_fd) int fd = look_at_nearest(task, path, &name);
    return verdict_make(VERDICT_RETRY, "not_put_away", "%s: %s; the directory %.400s %s", what,
        strerror(-error), name ? name : path, rights_words(fd, RIGHTS_CHANGE_DIRECTORY, words));
}

/** The directory the file belongs in, from the folder's pattern and the moment the job was done. */
static char *target_directory(const struct task *task)
{
    const struct job *job = task->job;
    const char *failed = task->folder->failed;
    if (job->state != JOB_FAILED)
        return place_path(task->folder->archive, job->done_ms, job->path);
    CLEANUP(free_text) char *below = path_directory(job->path);
    if (!below)
        return NULL;
    return *below ? path_join(failed, below) : strdup(failed);
}

/** What to do about it, where that is not to mend a cause. */
static void add_advice(struct str *text, const struct task *task)
{
    const struct job *job = task->job;
    if (job->error_code && strcmp(job->error_code, "already_filed") == 0)
        str_printf(text,
            "\nWhat to do: if once is enough, nothing: delete this file and this text. To file it "
            "once more, drag\n"
            "the file back into the folder \"%s\"; you may give it another name.",
            task->folder->name);
    else
        str_printf(text,
            "\nWhat to do: mend the cause, then drag the file back into the folder \"%s\";\n"
            "you may give it another name. It is tried again.",
            task->folder->name);
}

/** What `NAME.error.txt` says, for somebody who only knows the folder. */
static void add_error_text(struct str *text, const struct task *task)
{
    const struct job *job = task->job;
    char when[64];
    time_t done = (time_t)(job->done_ms / 1000);
    struct tm local;
    bool is_dated =
        localtime_r(&done, &local) && strftime(when, sizeof(when), "%Y-%m-%d %H:%M", &local);
    bool has_rules = task->folder->rules[0] != NULL;
    str_printf(text,
        "This file could not be %s Close.\n\nFile:   ", has_rules ? "filed in" : "uploaded to");
    utf8_escape(text, job->path, strlen(job->path));
    str_add(text, "\nSize:   ");
    units_print_size(text, job->identity.size);
    str_printf(text, "\nWhen:   %s\nReason: %s\n", is_dated ? when : "?",
        job->error_message ? job->error_message : "unknown");
    add_advice(text, task);
    str_printf(text,
        " (For the administrator: job %lld, error \"%s\";\n"
        "closedrop show %lld tells more, closedrop retry %lld tries again.)\n",
        (long long)job->id, job->error_code ? job->error_code : "", (long long)job->id,
        (long long)job->id);
}

/** The file was filed on one lead, and its new name speaks of another. */
static void add_other_lead_text(struct str *text, const struct task *task)
{
    const struct job *job = task->job;
    str_add(text, "This file was filed in Close under another name.\n\nFile:     ");
    utf8_escape(text, job->path, strlen(job->path));
    str_add(text, "\nFiled as: ");
    utf8_escape(text, job_filed_path(job), strlen(job_filed_path(job)));
    str_printf(text,
        "\nFiled on: %s\nReason:   it was renamed after it had been filed; its new name would "
        "belong to %s, where it was not filed\n"
        "\nWhat to do: look at both leads in Close. To file it on %s as well, drag the file back "
        "into the folder\n\"%s\". (For the administrator: closedrop show %lld tells more.)\n",
        job->lead_id, task->other_lead, task->other_lead, task->folder->name, (long long)job->id);
}

/**
 * For all who may list the directory: whoever wonders why the file lies there may not be allowed to
 * read the file itself, which is often of a scanner's own user and mode 0600.
 */
static int write_error_text(const struct task *task, const char *name)
{
    struct stat directory;
    CLEANUP(free_text) char *text_name = path_with_suffix(name, ERROR_SUFFIX);
    struct str text = STR_INIT(16384);
    if (fstat(task->place.directory, &directory) < 0)
        return -errno;
    if (task->other_lead)
        add_other_lead_text(&text, task);
    else
        add_error_text(&text, task);
    int result = text_name ? str_error(&text) : -ENOMEM;
    if (result == 0)
        result = place_write(&task->place, text_name, str_text(&text),
            (directory.st_mode & 0444) | 0600, directory.st_gid);
    str_release(&text);
    return result;
}

/** Whether its outcome gives the file a place of its own. */
static bool is_put_in_place(const struct task *task)
{
    return task->job->state == JOB_FAILED || task->folder->after_upload == AFTER_ARCHIVE ||
           task->other_lead; /* not deleted: a person must look at it */
}

/** The rights of the file at its place; those of a plain file where it lies there no longer. */
static void read_rights(const struct task *task, const char *name, mode_t *mode, gid_t *gid)
{
    struct stat stat;
    bool is_there = fstatat(task->place.directory, name, &stat, AT_SYMLINK_NOFOLLOW) == 0;
    *mode = is_there ? stat.st_mode : 0644;
    *gid = is_there ? stat.st_gid : task->place.like.st_gid;
}

/** With the file's rights: it says as much as the file does, of whom and what. */
static int write_receipt(const struct task *task, const char *name)
{
    mode_t mode;
    gid_t gid;
    CLEANUP(free_text) char *receipt_name = path_with_suffix(name, RECEIPT_SUFFIX);
    CLEANUP(free_text)
    char *place = is_put_in_place(task) ? path_join(task->place.path, name) : NULL;
    struct job job = *task->job; /* as it will be once it has a place */
    job.place = place;
    job.error_code = job.error_message = NULL; /* that it was not put away before is over */
    CLEANUP(json_freep) struct json *receipt = view_job(&job);
    CLEANUP(free_text) char *text = json_print(receipt);
    CLEANUP(free_text) char *line = text ? str_format("%s\n", text) : NULL;
    bool is_whole = receipt_name && line && (place || !is_put_in_place(task));
    read_rights(task, name, &mode, &gid);
    return is_whole ? place_write(&task->place, receipt_name, line, mode, gid) : -ENOMEM;
}

/** The texts that lie beside the file, whichever its outcome asks for. */
static int write_beside(const struct task *task, const char *name)
{
    int result = 0;
    if (task->job->state == JOB_FAILED || task->other_lead)
        result = write_error_text(task, name);
    if (result == 0 && task->job->state == JOB_DONE && task->folder->receipts)
        result = write_receipt(task, name);
    return result;
}

/** Open the directory an absolute or relative place lies in. */
static int open_place_directory(int root, const char *place)
{
    CLEANUP(free_text) char *directory = path_directory(place);
    if (!directory)
        return -ENOMEM;
    if (*place != '/')
        return safe_open_directory(root, directory);
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

static void remove_error_text(int directory, const char *name)
{
    CLEANUP(free_text) char *text_name = path_with_suffix(name, ERROR_SUFFIX);
    if (text_name)
        (void)unlinkat(directory, text_name, 0);
}

void finish_remove_error_text(const struct task *task)
{
    CLEANUP(free_text) char *parent = path_directory(task->job->path);
    CLEANUP(close_fd) int directory = parent ? safe_open_directory(task->root, parent) : -1;
    if (directory >= 0)
        remove_error_text(directory, path_name(task->job->path));
}

/**
 * The file has failed before, and is no longer where it was put then, nor is another of that name:
 * the error text there is of no use any more.
 */
static void leave_former_place(struct job *job, int directory)
{
    const char *name = path_name(job->place);
    CLEANUP(close_fd) int look = safe_open_look(directory, name);
    if (look != -ENOENT)
        return;
    remove_error_text(directory, name);
    (void)job_set_text(&job->place, NULL);
}

/** Remove the error texts of earlier failures, in the folder and where the file was put then. */
static void remove_old_texts(struct task *task)
{
    const char *place = task->job->place;
    finish_remove_error_text(task);
    CLEANUP(close_fd)
    int directory = place && *place ? open_place_directory(task->root, place) : -1;
    if (directory >= 0)
        leave_former_place(task->job, directory);
}

/** What lies beside a file by its pattern, and belongs to it: a marker, a sidecar. */
static void move_companion(const char *pattern, int directory, const char *name,
    const struct place *place, const char *new_name)
{
    CLEANUP(free_text) char *spelled = companion_pattern(directory, pattern, name);
    CLEANUP(free_text) char *from = spelled ? path_marker(spelled, name) : NULL;
    CLEANUP(free_text) char *to = spelled ? path_marker(spelled, new_name) : NULL;
    if (from && to)
        put_away_companion(directory, from, place, to);
}

static void move_companions(const struct task *task, int directory, const char *name,
    const struct place *place, const char *new_name)
{
    if (!path_marker_is_of_batch(task->folder->marker)) /* that one goes last: end_marker.h */
        move_companion(task->folder->marker, directory, name, place, new_name);
    if (task->folder->sidecar)
        move_companion(SIDECAR_PATTERN, directory, name, place, new_name);
}

static void send_companions_of(
    const struct task *task, const char *path, const struct place *place, const char *new_name)
{
    CLEANUP(free_text) char *parent = path ? path_directory(path) : NULL;
    CLEANUP(close_fd) int directory = parent ? safe_open_directory(task->root, parent) : -1;
    if (directory >= 0)
        move_companions(task, directory, path_name(path), place, new_name);
}

/** Marker and sidecar go where the file went (product.md 5), also those of the names it had;
 * deleted with it where `place` is NULL. */
static void send_companions_after(
    const struct task *task, const struct place *place, const char *new_name)
{
    const struct job *job = task->job;
    send_companions_of(task, job->path, place, new_name);
    send_companions_of(task, job->filed_path, place, new_name);
    send_companions_of(task, job->queued_path, place, new_name);
}

/** Done with the file, which is at `place` now; that is the task's from here on. */
static struct verdict is_away(struct task *task, const char *how, char *place)
{
    if (!place)
        return refile("its new place cannot be kept in mind", -ENOMEM);
    task->outcome_place = place;
    return verdict_make(VERDICT_NEXT, NULL, "%s%s", how, place);
}

/** The file has its final name: write beside it and remember the place. */
static struct verdict arrived(struct task *task, const char *name)
{
    int result = write_beside(task, name);
    if (result < 0)
        return refile_in(
            task, "the text beside the file cannot be written", task->place.path, result);
    send_companions_after(task, &task->place, name);
    return is_away(task, "moved to ", path_join(task->place.path, name));
}

/** Only a file that can be read can be copied; any can be renamed. */
static struct verdict begin_copy(struct task *task, const char *staged)
{
    char words[RIGHTS_WORDS];
    int result = copy_begin(task->staging, staged, &task->place, &task->copy);
    if (result == 0)
        return verdict_make(VERDICT_RUNNING, NULL, "copying");
    CLEANUP(close_fd) int file = safe_open_look(task->staging, staged);
    CLEANUP(close_fd) int readable = safe_reopen_file(file);
    if (readable != -EACCES)
        return refile_in(task, "the file cannot be moved", task->place.path, result);
    return verdict_make(VERDICT_RETRY, "not_put_away",
        "the file cannot be copied to another file system: %s; it %s", strerror(EACCES),
        rights_words(file, RIGHTS_READ_FILE, words));
}

static struct verdict put_in_place(struct task *task)
{
    CLEANUP(free_text) char *directory = target_directory(task);
    int result = directory ? place_open(task->root, directory, &task->place) : -ENOMEM;
    if (result < 0)
        return refile_in(
            task, "the directory for the file cannot be made", directory ? directory : "", result);
    CLEANUP(free_text) char *name = NULL;
    char staged[STAGED_NAME_MOST];
    staged_name(task->job->id, staged);
    result = put_away_move(task->staging, staged, &task->place, path_name(task->job->path), &name);
    if (result == -EXDEV)
        return begin_copy(task, staged);
    if (result < 0)
        return refile_in(task, "the file cannot be moved", task->place.path, result);
    return arrived(task, name);
}

/** The file is safe in staging: on to where it belongs. */
static struct verdict put_away(struct task *task)
{
    if (is_put_in_place(task))
        return put_in_place(task);
    int result = put_away_delete(task->staging, task->job->id);
    if (result < 0)
        return refile("the file cannot be deleted", result);
    send_companions_after(task, NULL, "");
    return is_away(task, "deleted", strdup(""));
}

/** A kept file stays; its receipt goes beside it. */
static struct verdict keep(struct task *task)
{
    CLEANUP(free_text) char *directory = path_directory(task->job->path);
    int result = directory ? 0 : -ENOMEM;
    if (result == 0 && (task->folder->receipts || task->other_lead)) {
        result = place_open(task->root, *directory ? directory : ".", &task->place);
        if (result == 0)
            result = write_beside(task, path_name(task->job->path));
    }
    return result < 0 ? refile_in(task, "the receipt cannot be written", directory ? directory : "",
                            result)
                      : verdict_make(VERDICT_NEXT, NULL, "kept in the folder");
}

/** A copy is another file: from now on it is the job's. */
static int take_identity_of_copy(struct task *task, const char *name)
{
    struct file_state state;
    CLEANUP(close_fd) int look = safe_open_look(task->place.directory, name);
    int result = look < 0 ? look : file_state_read(look, &state);
    if (result == 0)
        task->job->identity = state.identity;
    return result;
}

/** Find the file at its place, and have its name there on disk. As place_find(). */
static int find_at_place(struct task *task, char **ret_name)
{
    const struct job *job = task->job;
    CLEANUP(free_text) char *directory = is_put_in_place(task) ? target_directory(task) : NULL;
    int result = directory ? place_open(task->root, directory, &task->place) : -ENOENT;
    if (result == 0)
        result = place_find(&task->place, path_name(job->path), &job->identity, ret_name);
    if (result == 0 && fsync(task->place.directory) < 0)
        result = -errno;
    return result != 0 ? result : take_identity_of_copy(task, *ret_name);
}

/** Whether its outcome counts whatever becomes of its file: another file has no part in it. */
static bool must_be_told(const struct job *job)
{
    return job->state == JOB_DONE || job->posting || job_has_error(job, "changed");
}

/**
 * It is not where it was. A failure or an unclean end may have come between the move and the moment
 * the queue knew of it: the file lies where it belongs, and only what follows is still to do.
 */
static struct verdict take_failed(struct task *task, const struct stage_tools *tools, int taken)
{
    CLEANUP(free_text) char *name = NULL;
    int result = find_at_place(task, &name);
    if (result == 0)
        return arrived(task, name);
    if (result != -ENOENT)
        return refile("what became of the file cannot be seen", result);
    /* it may lie in the folder under another name: the watch thread has not said so yet */
    if (task->job->identity.handle_length && !task->was_scanned)
        return verdict_make(VERDICT_GONE, "gone", "the file is looked for in the folder");
    bool is_replaced = taken == TAKEN_ANOTHER || store_has_successor(tools->store, task->job);
    if (is_replaced && !must_be_told(task->job))
        return verdict_make(VERDICT_CHANGED, "changed",
            "its file was rewritten or replaced before it was put away");
    return is_away(task,
        taken == TAKEN_GONE ? "the file had gone from the folder meanwhile"
                            : "another file has taken its name meanwhile, which stays",
        strdup(""));
}

/** Its directory does not let us, as Samba's default of 0755 for another user's does not. */
static struct verdict refile_taking(const struct task *task, int error)
{
    CLEANUP(free_text) char *directory = path_directory(task->job->path);
    return refile_in(task, "the file cannot be moved", directory ? directory : "", error);
}

struct verdict finish_start(struct task *task, const struct stage_tools *tools)
{
    struct job *job = task->job;
    int result = task_open_root(task);
    task_leave_directories(task);
    if (result < 0)
        return refile("the folder cannot be opened", result);
    if (job->state == JOB_DONE && task->folder->after_upload == AFTER_KEEP)
        return keep(task);
    if (!task_folder_is_here(task, tools))
        return refile("the folder looks unmounted", -ENODEV);
    remove_old_texts(task);
    task->staging = staging_open(task->root);
    if (task->staging == -EACCES)
        return refile_in(task, "the file cannot be moved", STAGING_NAME, task->staging);
    if (task->staging < 0)
        return refile("the folder's .closedrop directory cannot be used", task->staging);
    int taken = put_away_take(task->root, task->staging, job->path, job->id, &job->identity);
    if (taken == -EBUSY)
        return verdict_make(
            VERDICT_RETRY, "not_put_away", "somebody has the file open for writing");
    if (taken < 0)
        return refile_taking(task, taken);
    return taken == TAKEN ? put_away(task) : take_failed(task, tools, taken);
}

/** Copy a slice. 1: more is left, 0: done, under the name the caller frees; or a negative errno. */
static int copy_a_slice(struct task *task, char **ret_name)
{
    int result = copy_step(task->copy);
    if (result > 0)
        return result;
    if (result == 0)
        result = copy_finish(task->copy, path_name(task->job->path), ret_name);
    copy_free(task->copy);
    task->copy = NULL;
    return result != 0 ? result : take_identity_of_copy(task, *ret_name);
}

struct verdict finish_step(struct task *task)
{
    CLEANUP(free_text) char *name = NULL;
    int result = copy_a_slice(task, &name);
    if (result > 0)
        return verdict_make(VERDICT_RUNNING, NULL, "copying");
    return result < 0 ? refile("the file cannot be copied", result) : arrived(task, name);
}

/** The failed file is back in the folder: its error text goes, and the job knows its name. */
static int came_back(struct task *task, const char *name)
{
    struct job *job = task->job;
    CLEANUP(free_text) char *parent = path_directory(job->path);
    CLEANUP(free_text) char *path = parent ? path_join(parent, name) : NULL;
    if (!path)
        return -ENOMEM;
    remove_error_text(task->staging, path_name(job->place));
    move_companions(task, task->staging, path_name(job->place), &task->place, name);
    free(job->path);
    job->path = TAKE_PTR(path);
    task_leave_directories(task);
    return job_set_text(&job->place, NULL);
}

/**
 * Whether the failed file still lies where it was put, in an open directory. If a person took it
 * from there, its error text goes too, but for one that belongs to another file of the same name.
 */
static bool lies_in(int directory, const struct job *job)
{
    struct file_state state;
    const char *name = path_name(job->place);
    CLEANUP(close_fd) int look = safe_open_look(directory, name);
    if (look == -ENOENT)
        remove_error_text(directory, name);
    return look >= 0 && file_state_read(look, &state) == 0 &&
           identity_equal(&state.identity, &job->identity);
}

/** Whether a file of its name and size lies there: touched, or restored from a backup, perhaps. */
static bool has_its_like(int directory, const struct job *job)
{
    struct stat stat;
    return fstatat(directory, path_name(job->place), &stat, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISREG(stat.st_mode) && stat.st_size == job->identity.size;
}

static bool is_sought(const struct sought *sought, const struct identity *found)
{
    const struct identity *identity = sought->identity;
    bool is_like = found->size == identity->size && found->mtime_ns == identity->mtime_ns;
    return identity_same_file(found, identity) ||
           (sought->takes_like && !identity->handle_length && is_like);
}

/** A file that lies at `path`: is it one of them? 0 or -ENOMEM. */
static int compare_sought(
    const char *path, const struct identity *found, struct sought *sought, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!sought[i].place && is_sought(&sought[i], found)) {
            sought[i].place = strdup(path);
            return sought[i].place ? 0 : -ENOMEM;
        }
    return 0;
}

static int search_below(
    int directory, const char *path, struct sought *sought, size_t count, int depth);

/** As search_below(), for one name in an open directory. */
static int search_at(
    int directory, const char *path, struct sought *sought, size_t count, int depth)
{
    struct file_state state;
    CLEANUP(close_fd) int look = safe_open_look(directory, path_name(path));
    int result = look < 0 ? look : file_state_read(look, &state);
    if (result < 0)
        return result == -ENOENT || result == -ELOOP ? 0 : result;
    if (!S_ISDIR(state.mode))
        return compare_sought(path, &state.identity, sought, count);
    return depth > 0 ? search_below(look, path, sought, count, depth - 1) : -E2BIG;
}

/** The next name in a directory, without the dots. NULL after the last, with errno 0, or where it
 * cannot be read. */
static const char *next_name(DIR *entries)
{
    const struct dirent *entry;
    do {
        errno = 0;
        entry = readdir(entries);
    } while (entry && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0));
    return entry ? entry->d_name : NULL;
}

/**
 * Look for files, however they are called, below an open directory, whose name is `path`. 0, or a
 * negative errno where not all of it could be looked at.
 */
static int search_below(
    int directory, const char *path, struct sought *sought, size_t count, int depth)
{
    CLEANUP(close_fd) int listed = safe_open_directory(directory, "");
    DIR *entries = listed < 0 ? NULL : fdopendir(listed);
    if (!entries)
        return listed < 0 ? listed : -ENOMEM;
    (void)TAKE_FD(listed); /* it is closed with them */
    int missed = 0;
    const char *name;
    while ((name = next_name(entries)) != NULL) {
        CLEANUP(free_text) char *below = path_join(path, name);
        int result = below ? search_at(directory, below, sought, count, depth) : -ENOMEM;
        missed = result < 0 ? result : missed;
    }
    missed = errno ? -errno : missed;
    closedir(entries);
    return missed;
}

/**
 * Where failed files are put, as it was when the job's was: the fixed directory its place begins
 * with, or an absolute one as it is configured now.
 */
static int open_failed(int root, const char *failed, const char *place)
{
    CLEANUP(free_text) char *first = strndup(place, strcspn(place, "/"));
    if (*place != '/')
        return first ? safe_open_directory(root, first) : -ENOMEM;
    int fd = open(failed, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

bool finish_has_left(int root, const char *failed, const struct job *job)
{
    const char *place = job->place ? job->place : "";
    CLEANUP(close_fd) int top = *place ? open_failed(root, failed, place) : -ENOENT;
    /* all of it was renamed, or is not mounted: nobody has spoken of this file */
    if (top < 0 || (*place == '/' && directory_is_empty(top)))
        return false;
    CLEANUP(close_fd) int directory = open_place_directory(root, place);
    if (directory < 0 && directory != -ENOENT)
        return false;
    if (directory >= 0 && (has_its_like(directory, job) || lies_in(directory, job)))
        return false;
    struct sought sought = {.identity = &job->identity};
    (void)search_below(top, "", &sought, 1, FAILED_DEPTH_MOST);
    bool was_found = sought.place != NULL;
    free(sought.place);
    return !was_found;
}

/** Whether something of this name is there, or that cannot be told. */
static bool may_be_there(int directory, const char *name)
{
    return faccessat(directory, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0 ||
           (errno != ENOENT && errno != ENOTDIR);
}

bool finish_still_lies(int root, const struct job *job)
{
    const char *place = job->place && *job->place ? job->place : NULL;
    if (!place || may_be_there(root, place))
        return true;
    CLEANUP(free_text) char *text = path_with_suffix(place, ERROR_SUFFIX);
    return !text || may_be_there(root, text);
}

int finish_search(
    int root, const char *failed, const char *place, struct sought *sought, size_t count)
{
    CLEANUP(free_text)
    char *name = *place == '/' ? strdup(failed) : strndup(place, strcspn(place, "/"));
    if (!name)
        return -ENOMEM;
    CLEANUP(close_fd) int top = open_failed(root, failed, place);
    return top < 0 ? top : search_below(top, name, sought, count, FAILED_DEPTH_MOST);
}

int bring_back_start(struct task *task)
{
    struct job *job = task->job;
    CLEANUP(free_text) char *parent = path_directory(job->path);
    task_leave_directories(task);
    task->staging = open_place_directory(task->root, job->place);
    CLEANUP(close_fd) int top = open_failed(task->root, task->folder->failed, job->place);
    if (top == -ENOENT) /* all of Failed was renamed: nobody has spoken of this file */
        job->approved = false;
    if (task->staging < 0 || !parent)
        return task->staging < 0 ? task->staging : -ENOMEM;
    if (!lies_in(task->staging, job))
        return -ENOENT;
    int result = place_open(task->root, *parent ? parent : ".", &task->place);
    if (result < 0)
        return result;
    CLEANUP(free_text) char *name = NULL;
    const char *from = path_name(job->place);
    result = put_away_move(task->staging, from, &task->place, path_name(job->path), &name);
    if (result == -EXDEV)
        return copy_begin(task->staging, from, &task->place, &task->copy);
    return result < 0 ? result : came_back(task, name);
}

struct verdict bring_back_step(struct task *task)
{
    CLEANUP(free_text) char *name = NULL;
    int result = copy_a_slice(task, &name);
    if (result > 0)
        return verdict_make(VERDICT_RUNNING, NULL, "copying");
    if (result == 0)
        result = came_back(task, name);
    return result < 0 ? refile("the file cannot be brought back", result)
                      : verdict_make(VERDICT_AGAIN, NULL, "the file was brought back");
}
