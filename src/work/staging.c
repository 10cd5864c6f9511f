/** What is in .closedrop/ after a start, told apart by its name, and brought back to where it
 * came from. */
#define LOG_MODULE "staging"

#include "closedrop/work/staging.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/log.h"
#include "closedrop/files/put_away.h"
#include "closedrop/files/safe_open.h"
#include "closedrop/queue/reading.h"
#include "closedrop/work/end_marker.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- what is there ---- */

/** The root of a folder and its .closedrop/, open. */
struct staging {
    const struct folder *folder;
    int root, directory;
};

/** Returns 0 or a negative errno; to be left in any case. */
static int enter(struct staging *staging)
{
    staging->root = safe_open_root(staging->folder->path);
    staging->directory = staging->root < 0 ? staging->root : staging_open(staging->root);
    if (staging->directory < 0)
        return staging->directory;
    (void)unlinkat(staging->directory, STAGED_END_MARKER, 0);
    return 0;
}

static void leave(struct staging *staging)
{
    close_fd(&staging->directory);
    close_fd(&staging->root);
}

/** Each file of a job, by the job's ID. */
static void for_each(
    const struct staging *staging, void (*take)(void *context, int64_t id), void *context)
{
    int listed = safe_open_directory(staging->directory, "");
    DIR *entries = listed < 0 ? NULL : fdopendir(listed);
    const struct dirent *entry;
    while (entries && (entry = readdir(entries)) != NULL) {
        char *end;
        int64_t id = strtoll(entry->d_name, &end, 10);
        if (end != entry->d_name && !*end)
            take(context, id);
    }
    if (entries)
        closedir(entries);
}

/** `path`: where it came from; NULL: not known. */
static void give_back(const struct staging *staging, int64_t id, const char *path)
{
    char name[32];
    snprintf(name, sizeof(name), "%lld", (long long)id);
    CLEANUP(free_text) char *back = NULL;
    int result = put_away_restore(staging->root, staging->directory, id, path ? path : name, &back);
    if (result < 0)
        log_warn("folder %s: %s/%s cannot be put back: %s", staging->folder->name, STAGING_NAME,
            name, strerror(-result));
    else
        log_info("folder %s: %s was put back into the folder after a crash", staging->folder->name,
            back);
}

/** Whether the job still has its file to put away: then it is taken from where it lies. */
static bool is_awaited(const struct job *job, const struct folder *folder)
{
    return job && job_has_outcome(job) && !job->put_away && strcmp(job->folder, folder->name) == 0;
}

/* ---- in this process ---- */

struct recovery {
    const struct staging *staging;
    struct queue *queue;
};

static void recover_file(void *context, int64_t id)
{
    const struct recovery *recovery = context;
    CLEANUP(job_freep) struct job *job = queue_load(recovery->queue, id);
    if (!is_awaited(job, recovery->staging->folder))
        give_back(recovery->staging, id, job ? job->path : NULL);
}

int staging_recover(const struct folder *folder, struct queue *queue)
{
    struct staging staging = {.folder = folder, .root = -1, .directory = -1};
    struct recovery recovery = {&staging, queue};
    int result = enter(&staging);
    if (result == 0)
        for_each(&staging, recover_file, &recovery);
    leave(&staging);
    return result;
}

/* ---- by a file process ---- */

void staging_order_add(struct str *out)
{
    wire_add_number(out, STAGING_ORDER);
}

static void add_id(void *context, int64_t id)
{
    wire_add_number(context, id);
}

bool staging_order_do(const struct folder *folder, struct wire *order, struct str *result)
{
    struct staging staging = {.folder = folder, .root = -1, .directory = -1};
    struct wire wire = *order;
    if (wire_number(&wire) != STAGING_ORDER)
        return false;
    int error = enter(&staging);
    while (error == 0 && wire.left && !wire.broken) {
        int64_t id = wire_number(&wire);
        CLEANUP(free_text) char *path = wire_text(&wire);
        if (!wire.broken)
            give_back(&staging, id, path);
    }
    wire_add_number(result, error);
    if (error == 0)
        for_each(&staging, add_id, result);
    leave(&staging);
    return true;
}

int staging_order_continue(
    const struct folder *folder, struct queue *queue, struct wire *result, struct str *out)
{
    int error = (int)wire_number_in(result, -4095, 0), count = 0;
    staging_order_add(out);
    while (error == 0 && result->left && !result->broken) {
        int64_t id = wire_number(result);
        CLEANUP(job_freep) struct job *job = queue_load(queue, id);
        if (result->broken || is_awaited(job, folder))
            continue;
        wire_add_number(out, id);
        wire_add_text(out, job ? job->path : NULL);
        count++;
    }
    return result->broken ? -EPROTO : error ? error : count;
}
