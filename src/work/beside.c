/** What is next to a file: the text that says why it failed, its receipt, its marker and sidecar.
 */
#include "beside.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/base/units.h"
#include "closedrop/base/utf8.h"
#include "closedrop/files/companion.h"
#include "closedrop/files/destination.h"
#include "closedrop/files/path.h"
#include "closedrop/files/put_away.h"
#include "closedrop/files/safe_open.h"
#include "closedrop/queue/view.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define RECEIPT_SUFFIX ".close.json"

/** Open the directory that contains an absolute or relative location. */
int beside_open_directory(int root, const char *location)
{
    CLEANUP(free_text) char *directory = path_directory(location);
    if (!directory)
        return -ENOMEM;
    if (*location != '/')
        return safe_open_directory(root, directory);
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

/** What to do about an error, before the file is dragged back, and after that. */
static const struct advice {
    const char *code; /* NULL: of all others */
    const char *first;
    const char *then;
} advices[] = {
    {"already_filed",
        "if once is enough, nothing: delete this file and this text. To file it again,\n",
        "you may rename it."},
    {"crashed", "tell the administrator, and check whether it is in Close already. If it is not,\n",
        "closedrop will try again."},
    {"cut_off", "save or scan it into the folder again, all of it. If it is complete after all,\n",
        "it is then accepted as it is."},
    {"doubtful", "check the lead in Close. If this file is not there,\n", "it is then filed."},
    {"empty", "save or scan it into the folder again. If it is meant to be empty,\n",
        "it is then accepted as it is."},
    {"recalled",
        "if it is not to be sent, nothing: delete this file and this text. To send it after all,\n",
        "it is then sent."},
    {"unclear", "check the lead in Close. If this file is not there,\n", "it is then filed."},
    {NULL, "fix the problem, then ", "you may rename it. closedrop will try again."},
};

static const struct advice *find_advice(const char *code)
{
    const struct advice *advice = advices;
    while (advice->code && (!code || strcmp(advice->code, code) != 0))
        advice++;
    return advice;
}

/** One marker or sidecar, which was put away with the file `name` and is wanted with it again. */
static void add_companion(struct str *text, const struct task *task, const char *what,
    const char *pattern, const char *name)
{
    CLEANUP(free_text)
    char *spelled = companion_pattern(task->root, pattern, task->job->path); /* it follows later */
    CLEANUP(free_text) char *companion = spelled ? path_marker(spelled, name) : NULL;
    if (!companion)
        return;
    str_printf(text, "\nDrag its %s back with it: ", what);
    utf8_escape(text, companion, strlen(companion));
    str_add(text, " (rename it like the file, if you do).");
}

/** What else the folder waits for, before it takes the file that was dragged back. */
static void add_companions(struct str *text, const struct task *task, const char *name)
{
    const struct folder *folder = task->folder;
    if (!path_marker_is_of_batch(folder->marker))
        add_companion(text, task, "marker", folder->marker, name);
    else
        str_printf(text,
            "\nThen write the marker %s next to it again: it only covers files that were there "
            "before it.",
            path_name(folder->marker));
    if (folder->sidecar)
        add_companion(text, task, "sidecar", SIDECAR_PATTERN, name);
}

static void add_advice(struct str *text, const struct task *task, const char *name)
{
    const struct advice *advice = find_advice(task->job->error_code);
    str_printf(text, "\nWhat to do: %sdrag the file back into the folder \"%s\";\n%s",
        advice->first, task->folder->name, advice->then);
    add_companions(text, task, name);
}

static const char *heading(const struct task *task)
{
    if (job_failed_as(task->job, "already_filed"))
        return "This file seems to be in Close already.";
    return task->folder->rules[0] ? "This file could not be filed in Close."
                                  : "This file could not be uploaded to Close.";
}

/** What `NAME.error.txt` says, for somebody who only knows the folder. */
static void add_error_text(struct str *text, const struct task *task, const char *name)
{
    const struct job *job = task->job;
    char when[64];
    time_t done = (time_t)(job->done_ms / 1000);
    struct tm local;
    bool is_dated =
        localtime_r(&done, &local) && strftime(when, sizeof(when), "%Y-%m-%d %H:%M", &local);
    str_printf(text, "%s\n\nFile:   ", heading(task));
    utf8_escape(text, job->path, strlen(job->path));
    str_add(text, "\nSize:   ");
    units_print_size(text, job->identity.size);
    str_printf(text, "\nWhen:   %s\nReason: %s\n", is_dated ? when : "?",
        job->error_message ? job->error_message : "unknown");
    add_advice(text, task, name);
    str_printf(text,
        "\n\nIf you cannot solve this, show this text to your administrator.\n"
        "(For the administrator: job %lld, error \"%s\";\n"
        "closedrop show %lld has the details, closedrop retry %lld tries again.)\n",
        (long long)job->id, job->error_code ? job->error_code : "", (long long)job->id,
        (long long)job->id);
}

/** The file was filed on one lead, and its new name belongs to another. */
static void add_other_lead_text(struct str *text, const struct task *task, const char *name)
{
    const struct job *job = task->job;
    str_add(text, "This file was filed in Close under another name.\n\nFile:     ");
    utf8_escape(text, job->path, strlen(job->path));
    str_add(text, "\nFiled as: ");
    utf8_escape(text, job_filed_path(job), strlen(job_filed_path(job)));
    str_printf(text,
        "\n"
        "Filed on: %s\n"
        "Reason:   it was renamed after it had been filed; under its new name it would belong to "
        "%s, where it was not filed\n"
        "\n"
        "What to do: check both leads in Close. To file it on %s as well, drag the file back into "
        "the folder\n"
        "\"%s\".",
        job->lead_id, task->other_lead, task->other_lead, task->folder->name);
    add_companions(text, task, name);
    str_printf(text, " (For the administrator: closedrop show %lld has the details.)\n",
        (long long)job->id);
}

/**
 * For everybody who may list the directory: whoever wonders why the file is there may not be
 * allowed to read the file itself, which is often of a scanner's own user and mode 0600.
 */
static int write_error_text(const struct task *task, const char *name)
{
    struct stat directory;
    CLEANUP(free_text) char *text_name = path_with_suffix(name, ERROR_SUFFIX);
    struct str text = STR_INIT(16384);
    if (fstat(task->destination.directory, &directory) < 0)
        return -errno;
    if (task->other_lead)
        add_other_lead_text(&text, task, name);
    else
        add_error_text(&text, task, name);
    int result = text_name ? str_error(&text) : -ENOMEM;
    if (result == 0)
        result = destination_write(&task->destination, text_name, str_text(&text),
            (directory.st_mode & 0444) | 0600, directory.st_gid);
    str_release(&text);
    return result;
}

/** Whether its outcome gives the file a place of its own. */
bool beside_is_put_in_place(const struct task *task)
{
    return task->job->state == JOB_FAILED || task->folder->after_upload == AFTER_ARCHIVE ||
           task->other_lead; /* not deleted: a person must look at it */
}

/** The rights of the file at its location; those of a plain file if it is no longer there. */
static void read_rights(const struct task *task, const char *name, mode_t *mode, gid_t *gid)
{
    struct stat stat;
    bool is_there = fstatat(task->destination.directory, name, &stat, AT_SYMLINK_NOFOLLOW) == 0;
    *mode = is_there ? stat.st_mode : 0644;
    *gid = is_there ? stat.st_gid : task->destination.like.st_gid;
}

/** With the file's rights: it says as much as the file does, of whom and what. */
static int write_receipt(const struct task *task, const char *name)
{
    mode_t mode;
    gid_t gid;
    CLEANUP(free_text) char *receipt_name = path_with_suffix(name, RECEIPT_SUFFIX);
    CLEANUP(free_text)
    char *location = beside_is_put_in_place(task) ? path_join(task->destination.path, name) : NULL;
    struct job job = *task->job; /* as it will be once it has a location */
    job.location = location;
    job.error_code = job.error_message = NULL; /* that it was not put away before is over */
    CLEANUP(json_freep) struct json *receipt = view_job(&job);
    CLEANUP(free_text) char *text = json_print(receipt);
    CLEANUP(free_text) char *line = text ? str_format("%s\n", text) : NULL;
    bool is_whole = receipt_name && line && (location || !beside_is_put_in_place(task));
    read_rights(task, name, &mode, &gid);
    return is_whole ? destination_write(&task->destination, receipt_name, line, mode, gid)
                    : -ENOMEM;
}

/** The texts next to the file, whichever its outcome requires. */
int beside_write(const struct task *task, const char *name)
{
    int result = 0;
    if (task->job->state == JOB_FAILED || task->other_lead)
        result = write_error_text(task, name);
    if (result == 0 && task->job->state == JOB_DONE && task->folder->receipts)
        result = write_receipt(task, name);
    return result;
}

void beside_remove_text(int directory, const char *name)
{
    CLEANUP(free_text) char *text_name = path_with_suffix(name, ERROR_SUFFIX);
    if (text_name)
        (void)unlinkat(directory, text_name, 0);
}

void beside_remove_text_in_folder(const struct task *task)
{
    CLEANUP(free_text) char *parent = path_directory(task->job->path);
    CLEANUP(close_fd) int directory = parent ? safe_open_directory(task->root, parent) : -1;
    if (directory >= 0)
        beside_remove_text(directory, path_name(task->job->path));
}

/**
 * The file has failed before, and is no longer where it was put then, nor is another of that name:
 * the error text there is of no use any more.
 */
static void leave_former_location(struct job *job, int directory)
{
    const char *name = path_name(job->location);
    CLEANUP(close_fd) int path_fd = safe_open_path(directory, name);
    if (path_fd != -ENOENT)
        return;
    beside_remove_text(directory, name);
    (void)str_assign(&job->location, NULL);
}

/** Remove the error texts of earlier failures, in the folder and where the file was put then. */
void beside_remove_old_texts(struct task *task)
{
    const char *location = task->job->location;
    beside_remove_text_in_folder(task);
    CLEANUP(close_fd)
    int directory = location && *location ? beside_open_directory(task->root, location) : -1;
    if (directory >= 0)
        leave_former_location(task->job, directory);
}

/** What is next to a file by its pattern, and belongs to it: a marker, a sidecar. */
static void move_companion(const char *pattern, int directory, const char *name,
    const struct destination *destination, const char *new_name)
{
    CLEANUP(free_text) char *spelled = companion_pattern(directory, pattern, name);
    CLEANUP(free_text) char *from = spelled ? path_marker(spelled, name) : NULL;
    CLEANUP(free_text) char *to = spelled ? path_marker(spelled, new_name) : NULL;
    if (from && to)
        put_away_companion(directory, from, destination, to);
}

void beside_move_companions(const struct task *task, int directory, const char *name,
    const struct destination *destination, const char *new_name)
{
    if (!path_marker_is_of_batch(task->folder->marker)) /* that one goes last: end_marker.h */
        move_companion(task->folder->marker, directory, name, destination, new_name);
    if (task->folder->sidecar)
        move_companion(SIDECAR_PATTERN, directory, name, destination, new_name);
}
