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

/** Whether the job still has its file to put away: then it is taken from where it lies. */
static bool is_awaited(const struct job *job, const struct folder *folder)
{
    return job && job_has_outcome(job) && !job->put_away && strcmp(job->folder, folder->name) == 0;
}

static void give_back(
    const struct folder *folder, int root, int staging, const struct job *job, int64_t id)
{
    char name[32];
    snprintf(name, sizeof(name), "%lld", (long long)id);
    CLEANUP(free_text) char *back = NULL;
    int result = put_away_restore(root, staging, id, job ? job->path : name, &back);
    if (result < 0)
        log_warn("folder %s: %s/%s cannot be put back: %s", folder->name, STAGING_NAME, name,
            strerror(-result));
    else
        log_info("folder %s: %s was put back into the folder after a crash", folder->name, back);
}

int staging_recover(const struct folder *folder, struct queue *queue)
{
    CLEANUP(close_fd) int root = safe_open_root(folder->path);
    CLEANUP(close_fd) int staging = root < 0 ? root : staging_open(root);
    if (staging < 0)
        return staging;
    (void)unlinkat(staging, STAGED_END_MARKER, 0);
    int listed = safe_open_directory(staging, "");
    DIR *entries = listed < 0 ? NULL : fdopendir(listed);
    const struct dirent *entry;
    while (entries && (entry = readdir(entries)) != NULL) {
        char *end;
        int64_t id = strtoll(entry->d_name, &end, 10);
        if (end == entry->d_name || *end)
            continue;
        CLEANUP(job_freep) struct job *job = queue_load(queue, id);
        if (!is_awaited(job, folder))
            give_back(folder, root, staging, job, id);
    }
    if (entries)
        closedir(entries);
    return 0;
}
