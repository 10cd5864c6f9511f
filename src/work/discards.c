/**
 * A failed file that a person deleted, and its text with it, needs nobody any more: its job ends as
 * discarded, so that "failed" is what somebody must look at. After each scan of a folder its failed
 * files are searched for, a slice per turn: one call each, as long as they are there.
 */
#define LOG_MODULE "worker"

#include "discards.h"
#include "failed_directories.h"
#include "failed_files.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/log.h"
#include "closedrop/base/str.h"
#include "closedrop/files/safe_open.h"
#include "closedrop/queue/job_log.h"
#include "closedrop/queue/reading.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SLICE 128

void discards_begin(struct folder_view *view)
{
    int64_t now = clock_steady_ms();
    if (view->checks_discards || now < view->check_next_ms)
        return;
    view->checks_discards = true;
    view->checked_up_to = 0;
    /* a folder that is polled is scanned all the time; any other about when this is over */
    view->check_next_ms = now + view->folder->rescan_ms / 2;
}

void discards_check_now(struct folder_view *view)
{
    view->checks_discards = true;
    view->checked_up_to = 0;
}

/** Whether the folder is the directory that was scanned, and not a bare mount point. */
static bool is_here(int root, const struct folder_view *view)
{
    struct stat stat;
    return root >= 0 && fstat(root, &stat) == 0 && stat.st_dev == view->device &&
           stat.st_ino == view->inode && !directory_is_empty(root);
}

/**
 * An empty directory may be a mount point without its file system. It is not where it had something
 * in it before; of one in the folder that is believed until it is seen to be another one.
 */
static bool is_failed_here(const struct folder *folder, int root, struct folder_view *view)
{
    struct stat stat;
    CLEANUP(close_fd) int failed = openat(root, folder->failed, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (failed < 0 || fstat(failed, &stat) < 0)
        return false;
    bool is_the_same = stat.st_dev == view->failed_device && stat.st_ino == view->failed_inode;
    bool is_outside = *folder->failed == '/';
    if (is_outside && view->failed_inode && !is_the_same)
        return false; /* new failed files may be in the mount point itself */
    if (directory_is_empty(failed))
        return is_the_same || (!view->failed_inode && !is_outside);
    view->failed_device = stat.st_dev;
    view->failed_inode = stat.st_ino;
    return true;
}

/** Whether its location is outside of the folder, and not where failed files are put now: nobody
 * can tell whether what was configured then is mounted. */
static bool lies_elsewhere(const struct folder *folder, const struct job *job)
{
    const char *location = job->location && *job->location == '/' ? job->location : NULL;
    return location &&
           (!str_starts_with(location, folder->failed) || location[strlen(folder->failed)] != '/');
}

/** Whether both locations begin with the same directory: one search finds both. */
static bool lie_together(const struct job *a, const struct job *b)
{
    size_t length = strcspn(a->location, "/");
    return strncmp(a->location, b->location, length) == 0 &&
           b->location[length] == a->location[length];
}

/** Failed jobs whose files are not where they were put. */
struct missing {
    struct job *jobs[SLICE];
    struct sought files[SLICE];
    size_t count;
};

static void add_missing(struct missing *missing, struct job *job)
{
    missing->jobs[missing->count] = job;
    missing->files[missing->count++] =
        (struct sought){.identity = &job->identity, .takes_like = true};
}

/** Look where the next few failed files were put, up to one that needs a search of its own. */
static void collect_missing(struct queue *queue, const struct folder *folder, int root,
    struct folder_view *view, struct missing *missing)
{
    int64_t ids[SLICE];
    size_t count = queue_list_in_failed(queue, folder->name, view->checked_up_to, ids, SLICE);
    view->checks_discards = count > 0;
    for (size_t i = 0; i < count; i++) {
        CLEANUP(job_freep) struct job *job = queue_load(queue, ids[i]);
        bool is_missing = job && !lies_elsewhere(folder, job) && !failed_file_is_there(root, job);
        if (is_missing && missing->count && !lie_together(missing->jobs[0], job))
            break;
        view->checked_up_to = ids[i];
        if (is_missing)
            add_missing(missing, TAKE_PTR(job));
    }
}

static void discard(struct queue *queue, struct job *job)
{
    job_log(LOG_LEVEL_INFO, LOG_MODULE, job, NULL, "its failed file was deleted: discarded");
    queue_discard(queue, job);
}

/** Whether it is in another directory than failed files are put into now: one that was renamed,
 * or configured before. */
static bool lies_in_former(const struct folder *folder, const struct job *job)
{
    size_t length = strcspn(folder->failed, "/");
    return strncmp(job->location, folder->failed, length) != 0 || job->location[length] != '/';
}

/** What was found under another name is known by that; what is nowhere is discarded. */
static void search_for(
    struct queue *queue, const struct folder *folder, int root, struct missing *missing)
{
    struct sought *files = missing->files;
    int searched =
        failed_file_search(root, folder->failed, missing->jobs[0]->location, files, missing->count);
    bool is_all_searched =
        searched == 0 || (searched == -ENOENT && lies_in_former(folder, missing->jobs[0]));
    for (size_t i = 0; i < missing->count; i++) {
        if (files[i].location)
            queue_set_location_in_failed(queue, missing->jobs[i], files[i].location);
        else if (is_all_searched)
            discard(queue, missing->jobs[i]);
        free(files[i].location);
        job_free(missing->jobs[i]);
    }
}

static void check_some(struct worker *worker, const struct folder *folder, struct folder_view *view)
{
    struct missing missing = {.count = 0};
    CLEANUP(close_fd) int root = safe_open_root(folder->path);
    view->checks_discards = is_here(root, view) && is_failed_here(folder, root, view);
    if (view->checks_discards && view->checked_up_to == 0)
        failed_directories_note(worker->queue, folder, root);
    if (view->checks_discards)
        collect_missing(worker->queue, folder, root, view, &missing);
    if (missing.count)
        search_for(worker->queue, folder, root, &missing);
}

static bool may_check(const struct worker *worker, const struct folder_view *view)
{
    return view->checks_discards && view->healthy && !worker->disk_short && !worker->stopping;
}

void discards_continue(struct worker *worker)
{
    for (size_t i = 0; i < worker->config->folder_count; i++) {
        struct folder_view *view = &worker->folders[i];
        if (may_check(worker, view))
            check_some(worker, &worker->config->folders[i], view);
    }
}

bool discards_are_running(const struct worker *worker)
{
    for (size_t i = 0; i < worker->config->folder_count; i++)
        if (may_check(worker, &worker->folders[i]))
            return true;
    return false;
}
