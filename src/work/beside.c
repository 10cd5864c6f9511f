/** What is next to a file: the text that says why it failed, its receipt, the shortcut to its lead,
 * its marker and sidecar. */
#include "beside.h"
#include "error_text.h"
#include "waiting_text.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/close/record.h"
#include "closedrop/files/companion.h"
#include "closedrop/files/destination.h"
#include "closedrop/files/path.h"
#include "closedrop/files/put_away.h"
#include "closedrop/files/safe_open.h"
#include "closedrop/queue/view.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RECEIPT_SUFFIX ".close.json"
#define LINK_SUFFIX ".url"

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

/**
 * For everybody who may list the directory: whoever wonders why the file is there may not be
 * allowed to read the file itself, which is often of a scanner's own user and mode 0600.
 */
static int write_error_text(const struct task *task, const char *name)
{
    struct stat directory;
    CLEANUP(free_text) char *text_name = path_with_suffix(name, ERROR_SUFFIX);
    struct str text = STR_INIT(65536);
    if (fstat(task->destination.directory, &directory) < 0)
        return -errno;
    error_text_add(&text, task, name);
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
    return task->folder->after_upload == AFTER_ARCHIVE ||
           beside_wants_text(task); /* not deleted: a person must look at it */
}

bool beside_wants_text(const struct task *task)
{
    return task->job->state == JOB_FAILED || task->other_lead || job_lacks_effect(task->job);
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
    if (!job_lacks_effect(&job)) /* that it was not put away before is over */
        job.error_code = job.error_message = NULL;
    CLEANUP(json_freep) struct json *receipt = view_job(&job);
    CLEANUP(free_text) char *text = json_print(receipt);
    CLEANUP(free_text) char *line = text ? str_format("%s\n", text) : NULL;
    bool is_whole = receipt_name && line && (location || !beside_is_put_in_place(task));
    read_rights(task, name, &mode, &gid);
    return is_whole ? destination_write(&task->destination, receipt_name, line, mode, gid)
                    : -ENOMEM;
}

/**
 * A shortcut to the lead: an INI file in ASCII with the line ends of Windows, as its shell reads it
 * and Finder, too. With the file's rights, as a receipt.
 */
static int write_link(const struct task *task, const char *name)
{
    mode_t mode;
    gid_t gid;
    char draft[sizeof(".closedrop-link-") + 20];
    CLEANUP(free_text) char *link_name = path_with_suffix(name, LINK_SUFFIX);
    CLEANUP(free_text)
    char *text =
        str_format("[InternetShortcut]\r\nURL=" RECORD_LEAD_PAGE "\r\n", task->job->lead_id);
    snprintf(draft, sizeof(draft), ".closedrop-link-%lld", (long long)task->job->id);
    read_rights(task, name, &mode, &gid);
    return link_name && text
               ? destination_add(&task->destination, draft, link_name, text, mode, gid)
               : -ENOMEM;
}

/** Only an upload without a rule has no lead. */
static bool wants_link(const struct task *task)
{
    const char *lead_id = task->job->lead_id;
    return task->folder->link && lead_id && record_is_id(lead_id, "lead_");
}

/** The texts next to the file, whichever its outcome requires. */
int beside_write(const struct task *task, const char *name)
{
    int result = 0;
    if (beside_wants_text(task))
        result = write_error_text(task, name);
    if (result == 0 && task->job->state == JOB_DONE && task->folder->receipts)
        result = write_receipt(task, name);
    if (result == 0 && task->job->state == JOB_DONE && wants_link(task))
        result = write_link(task, name);
    return result;
}

void beside_remove_text(int directory, const char *name)
{
    CLEANUP(free_text) char *text_name = path_with_suffix(name, ERROR_SUFFIX);
    if (text_name)
        (void)unlinkat(directory, text_name, 0);
}

/** Remove a text next to the file in the folder. */
static void remove_in_folder(
    const struct task *task, void (*remove_text)(int directory, const char *name))
{
    CLEANUP(free_text) char *parent = path_directory(task->job->path);
    if (!parent)
        return;
    CLEANUP(close_fd) int below = *parent ? safe_open_directory(task->root, parent) : -1;
    int directory = *parent ? below : task->root;
    if (directory >= 0)
        remove_text(directory, path_name(task->job->path));
}

void beside_remove_text_in_folder(const struct task *task)
{
    remove_in_folder(task, beside_remove_text);
}

void beside_remove_waiting(const struct task *task)
{
    remove_in_folder(task, waiting_remove);
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

/** A marker of a batch goes last: end_marker.h. */
static bool has_marker(const struct folder *folder)
{
    return *folder->marker && !path_marker_is_of_batch(folder->marker);
}

bool beside_has_companions(const struct folder *folder)
{
    return has_marker(folder) || folder->sidecar;
}

void beside_move_companions(const struct task *task, int directory, const char *name,
    const struct destination *destination, const char *new_name)
{
    if (has_marker(task->folder))
        move_companion(task->folder->marker, directory, name, destination, new_name);
    if (task->folder->sidecar)
        move_companion(SIDECAR_PATTERN, directory, name, destination, new_name);
}
