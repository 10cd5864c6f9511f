/** Recovers what an earlier process left behind, in the queue and in the folders. */
#define LOG_MODULE "agent"

#include "recover.h"
#include "config_changes.h"
#include "recover_elsewhere.h"

#include "closedrop/base/account.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/exit_codes.h"
#include "closedrop/base/log.h"
#include "closedrop/base/str.h"
#include "closedrop/files/ownership.h"
#include "closedrop/files/put_away.h"
#include "closedrop/files/safe_open.h"
#include "closedrop/work/staging.h"

#include <string.h>
#include <unistd.h>

void recover_finish(struct agent *agent, size_t index, int result)
{
    const struct folder *folder = &agent->config->folders[index];
    char user[ACCOUNT_NAME];
    agent->folders[index].is_recovered = true;
    if (result < 0)
        log_warn("folder %s (%s): finished files cannot be moved: the directory .closedrop in it "
                 "cannot be used: %s; make both writable for the user %s, or set after_upload = "
                 "\"keep\" for this folder",
            folder->name, folder->path, strerror(-result), account_user(geteuid(), user));
}

static void recover_staging(struct agent *agent, size_t index)
{
    const struct folder *folder = &agent->config->folders[index];
    bool has_staging = folder->after_upload != AFTER_KEEP;
    recover_finish(agent, index, has_staging ? staging_recover(folder, agent->queue) : 0);
}

static bool is_elsewhere(const struct agent *agent, size_t index)
{
    return atomic_load(&agent->config->folders[index].is_elsewhere);
}

/**
 * Whether a folder looks like the empty mount point of an unmounted file system: it is completely
 * empty, even of our own files, although jobs wait for files in it. No decision is made about the
 * files of such a folder.
 */
static bool looks_unmounted(const struct agent *agent, const struct folder *folder)
{
    CLEANUP(close_fd) int root = safe_open_root(folder->path);
    return root >= 0 && directory_is_empty(root) && agent_count_waiting(agent, folder->name) > 0;
}

/** Whether another queue uses the folder: its files are not ours to return. */
static bool is_of_another(const struct agent *agent, const struct folder *folder)
{
    struct owner owner;
    CLEANUP(close_fd) int root = safe_open_root(folder->path);
    return root >= 0 && ownership_check(root, "", queue_id(agent->queue), &owner) != OWNERSHIP_OURS;
}

/** Recover the staging of a folder that exists now, before anything is scanned. One that is
 * elsewhere follows when it is there: recover_arrived(). */
static void recover_folder(struct agent *agent, size_t index)
{
    const struct folder *folder = &agent->config->folders[index];
    if (!is_elsewhere(agent, index) && access(folder->path, F_OK) == 0 &&
        !looks_unmounted(agent, folder) && !is_of_another(agent, folder))
        recover_staging(agent, index);
}

/** Whether an agent, perhaps with another queue, has put files away in an existing folder. */
static bool was_used_before(const struct agent *agent)
{
    for (size_t i = 0; i < agent->config->folder_count; i++) {
        CLEANUP(free_text)
        char *staging = str_format("%s/" STAGING_NAME, agent->config->folders[i].path);
        if (staging && !is_elsewhere(agent, i) && access(staging, F_OK) == 0)
            return true;
    }
    return false;
}

static void warn_of_lost_queue(struct agent *agent)
{
    queue_set_predecessor_lost(agent->queue);
    log_warn("the earlier queue in %s is missing, so closedrop starts with an empty one: what the "
             "earlier one knew is lost, and files now in the folders are checked against Close "
             "before they are filed, so that nothing is filed twice; if the earlier queue was only "
             "moved, stop closedrop, put it back, and start closedrop; if not, nothing needs to be "
             "done",
        agent->config->state_dir);
}

/** A new queue that replaces an earlier one does not know what was filed. */
static void note_lost_queue(struct agent *agent)
{
    enum queue_origin origin = queue_origin(agent->queue);
    if (origin == QUEUE_WAS_THERE)
        return;
    queue_set_begun(agent->queue);
    agent->is_first_queue = origin == QUEUE_IS_NEW && !was_used_before(agent);
    if (!agent->is_first_queue)
        warn_of_lost_queue(agent);
}

bool recover_arrived(struct agent *agent, size_t index, const struct folder_health *health)
{
    const struct folder *folder = &agent->config->folders[index];
    if (is_elsewhere(agent, index) && agent->is_first_queue && health->was_used) {
        agent->is_first_queue = false;
        warn_of_lost_queue(agent);
    }
    if (is_elsewhere(agent, index) && folder->after_upload != AFTER_KEEP) {
        recover_elsewhere_begin(agent, index);
        return false;
    }
    recover_staging(agent, index);
    return true;
}

int recover(struct agent *agent)
{
    queue_begin(agent->queue);
    queue_set_started(agent->queue);
    note_lost_queue(agent);
    agent->clock_lead_ms = clock_lead_ms();
    int64_t interrupted = queue_recover(agent->queue, agent->config->limits.doubt_ms);
    config_changes_apply(agent, NULL);
    bool paused = queue_is_paused(agent->queue);
    for (size_t i = 0; i < agent->config->folder_count; i++)
        recover_folder(agent, i);
    if (agent_commit(agent) < 0)
        return EXIT_NOT_DONE;
    if (interrupted)
        log_warn(
            "jobs in progress when closedrop last crashed: %lld; they run first, one at a time",
            (long long)interrupted);
    if (paused)
        log_warn("paused: files are queued but not sent; run \"closedrop resume\" to continue");
    worker_set_paused(agent->worker, paused);
    worker_log_held(agent->worker);
    return EXIT_DONE;
}
