/**
 * A failed file that a person deleted, and its text with it, needs nobody any more: its job ends as
 * discarded, so that "failed" is what somebody must look at. After each scan of a folder its failed
 * files are searched for, a slice per turn: one call each, as long as they are there.
 */
#define LOG_MODULE "worker"

#include "discards.h"
#include "assignment_wire.h"
#include "errand_rows.h"
#include "failed_directories.h"
#include "failed_files.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/log.h"
#include "closedrop/base/str.h"
#include "closedrop/files/life.h"
#include "closedrop/files/safe_open.h"
#include "closedrop/queue/job_log.h"
#include "closedrop/queue/job_wire.h"
#include "closedrop/queue/reading.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SLICE 128
/** So much is one question, in bytes. */
#define ENOUGH (512 * 1024)

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

/* ---- where the files are ---- */

/** Directories by device and inode: the folder as it was scanned, and where its failed files are
 * put, as that was when it had something in it. */
struct places {
    uint64_t device, inode;
    uint64_t failed_device, failed_inode;
};

static void places_to_wire(struct str *out, const struct places *places)
{
    wire_add_number(out, (int64_t)places->device);
    wire_add_number(out, (int64_t)places->inode);
    wire_add_number(out, (int64_t)places->failed_device);
    wire_add_number(out, (int64_t)places->failed_inode);
}

static void places_from_wire(struct wire *wire, struct places *places)
{
    places->device = (uint64_t)wire_number(wire);
    places->inode = (uint64_t)wire_number(wire);
    places->failed_device = (uint64_t)wire_number(wire);
    places->failed_inode = (uint64_t)wire_number(wire);
}

/** Whether the folder is the directory that was scanned, and not a bare mount point. */
static bool is_here(int root, const struct places *places)
{
    struct stat stat;
    return root >= 0 && fstat(root, &stat) == 0 && stat.st_dev == places->device &&
           stat.st_ino == places->inode && !directory_is_empty(root);
}

/**
 * An empty directory may be a mount point without its file system. It is not where it had something
 * in it before; of one in the folder that is believed until it is seen to be another one.
 */
static bool is_failed_here(const struct folder *folder, int root, struct places *places)
{
    struct stat stat;
    CLEANUP(close_fd) int failed = openat(root, folder->failed, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (failed < 0 || fstat(failed, &stat) < 0)
        return false;
    bool is_the_same = stat.st_dev == places->failed_device && stat.st_ino == places->failed_inode;
    bool is_outside = *folder->failed == '/';
    if (is_outside && places->failed_inode && !is_the_same)
        return false; /* new failed files may be in the mount point itself */
    if (directory_is_empty(failed))
        return is_the_same || (!places->failed_inode && !is_outside);
    places->failed_device = stat.st_dev;
    places->failed_inode = stat.st_ino;
    return true;
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

/** Look where the failed files were put. Returns 0; or, before one that needs a search of its own,
 * the ID of the last one. */
static int64_t collect_missing(int root, struct wire *question, struct missing *missing)
{
    int64_t last = 0;
    while (question->left && missing->count < SLICE) {
        CLEANUP(job_freep) struct job *job = job_from_wire(question);
        bool is_missing = job && job->location && !failed_file_is_there(root, job);
        if (!job || (is_missing && missing->count && !lie_together(missing->jobs[0], job)))
            return last;
        last = job->id;
        if (is_missing)
            add_missing(missing, TAKE_PTR(job));
        life_show();
    }
    return 0;
}

/** Whether it is in another directory than failed files are put into now: one that was renamed,
 * or configured before. */
static bool lies_in_former(const struct folder *folder, const struct job *job)
{
    size_t length = strcspn(folder->failed, "/");
    return strncmp(job->location, folder->failed, length) != 0 || job->location[length] != '/';
}

/** Where they are now, of those that were found; and whether the others are nowhere. */
static void search_for(
    const struct folder *folder, int root, struct missing *missing, struct str *answer)
{
    struct sought *files = missing->files;
    int searched =
        failed_file_search(root, folder->failed, missing->jobs[0]->location, files, missing->count);
    wire_add_number(
        answer, searched == 0 || (searched == -ENOENT && lies_in_former(folder, missing->jobs[0])));
    for (size_t i = 0; i < missing->count; i++) {
        wire_add_number(answer, missing->jobs[i]->id);
        wire_add_text(answer, missing->jobs[i]->location);
        wire_add_text(answer, files[i].location);
        free(files[i].location);
        job_free(missing->jobs[i]);
    }
}

static void add_names(const struct folder *folder, int root, struct str *answer)
{
    struct failed_names names = {.count = 0};
    failed_directories_name(&names, folder, root);
    failed_names_to_wire(answer, &names);
    failed_names_release(&names);
}

void discards_run(const struct folder *folder, struct wire *question, struct str *answer)
{
    struct places places;
    struct missing missing = {.count = 0};
    CLEANUP(close_fd) int root = safe_open_root(folder->path);
    places_from_wire(question, &places);
    if (question->broken || !is_here(root, &places) || !is_failed_here(folder, root, &places))
        return;
    places_to_wire(answer, &places);
    add_names(folder, root, answer);
    wire_add_number(answer, collect_missing(root, question, &missing));
    if (missing.count)
        search_for(folder, root, &missing, answer);
}

/* ---- the worker ---- */

/** Whether its location is outside of the folder, and not where failed files are put now: nobody
 * can tell whether what was configured then is mounted. */
static bool lies_elsewhere(const struct folder *folder, const struct job *job)
{
    const char *location = job->location && *job->location == '/' ? job->location : NULL;
    return location &&
           (!str_starts_with(location, folder->failed) || location[strlen(folder->failed)] != '/');
}

/** Add those of the next few failed jobs that can be searched for. Returns the ID of the last one,
 * searched for or not; 0: there are no more. */
static int64_t add_jobs(
    struct queue *queue, const struct folder *folder, int64_t after, struct str *question)
{
    int64_t ids[SLICE];
    size_t count = queue_list_in_failed(queue, folder->name, after, ids, SLICE);
    size_t added = 0;
    while (added < count && question->length < ENOUGH) {
        CLEANUP(job_freep) struct job *job = queue_load(queue, ids[added++]);
        if (job && job->location && !lies_elsewhere(folder, job))
            job_to_wire(question, job);
    }
    return added ? ids[added - 1] : 0;
}

static void discard(struct queue *queue, struct job *job)
{
    job_log(LOG_LEVEL_INFO, LOG_MODULE, job, NULL, "its failed file was deleted: discarded");
    queue_discard(queue, job);
}

/** Whether the job is still as it was when its file was searched for. */
static bool is_the_same(const struct job *job, const struct folder *folder, const char *location)
{
    return job && location && strcmp(job->folder, folder->name) == 0 && job->state == JOB_FAILED &&
           !job->ending && job->put_away == JOB_PUT_AWAY && job->location &&
           strcmp(job->location, location) == 0;
}

/** What was found under another name is known by that; what is nowhere is discarded. */
static void take_missing(
    struct queue *queue, const struct folder *folder, bool is_all_searched, struct wire *wire)
{
    CLEANUP(job_freep) struct job *job = queue_load(queue, wire_number(wire));
    CLEANUP(free_text) char *location = wire_whole_text(wire);
    CLEANUP(free_text) char *found = wire_text(wire);
    if (wire->broken || !is_the_same(job, folder, location))
        return;
    if (found)
        queue_set_location_in_failed(queue, job, found);
    else if (is_all_searched)
        discard(queue, job);
}

void discards_take(struct worker *worker, const struct errand_answer *answer)
{
    struct folder_view *view = &worker->folders[answer->folder];
    struct wire *wire = answer->wire;
    struct places places;
    struct failed_names names = {.count = 0};
    places_from_wire(wire, &places);
    failed_names_from_wire(wire, view->folder, &names);
    int64_t last = wire_number_in(wire, 0, INT64_MAX);
    view->checks_discards = !wire->broken && view->checked_last;
    if (!wire->broken) {
        view->failed_device = places.failed_device;
        view->failed_inode = places.failed_inode;
        failed_directories_keep(worker->queue, &names);
        view->checked_up_to = last > view->checked_up_to ? last : view->checked_last;
    }
    failed_names_release(&names);
    bool is_all_searched = wire->left && wire_number_in(wire, 0, 1);
    while (wire->left && !wire->broken)
        take_missing(worker->queue, view->folder, is_all_searched, wire);
}

/** Nothing is taken if the folder is not what was scanned: then nothing is searched for. */
static void check_some(struct worker *worker, size_t index)
{
    struct folder_view *view = &worker->folders[index];
    const struct places places = {
        view->device, view->inode, view->failed_device, view->failed_inode};
    struct str question = STR_INIT(FRAME_MAX / 2);
    places_to_wire(&question, &places);
    view->checked_last = add_jobs(worker->queue, view->folder, view->checked_up_to, &question);
    view->checks_discards = false;
    (void)errand_begin(worker, index, ERRAND_DISCARDS, &question);
}

static bool may_check(const struct worker *worker, const struct folder_view *view)
{
    return view->checks_discards && view->healthy && !worker->disk_short && !worker->stopping &&
           !errand_is_given(view, ERRAND_DISCARDS);
}

void discards_continue(struct worker *worker)
{
    for (size_t i = 0; i < worker->config->folder_count; i++) {
        if (may_check(worker, &worker->folders[i]))
            check_some(worker, i);
    }
}

bool discards_are_running(const struct worker *worker)
{
    for (size_t i = 0; i < worker->config->folder_count; i++)
        if (may_check(worker, &worker->folders[i]))
            return true;
    return false;
}
