/** Ends `closedrop run --once` when everything is done, with the exit status for the result. */
#define LOG_MODULE "agent"

#include "once.h"
#include "requests.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/exit_codes.h"
#include "closedrop/base/log.h"
#include "closedrop/base/str.h"
#include "closedrop/files/path.h"
#include "closedrop/queue/job_log.h"
#include "closedrop/queue/reading.h"

#define ONCE_PATIENCE_MS 60000
#define WAITING_TOLD_MAX 20 /* jobs of each state */

static bool is_everything_at_rest(const struct agent *agent, bool *ret_waiting)
{
    for (size_t i = 0; i < agent->config->folder_count; i++) {
        const struct folder_health *health = &agent->folders[i].health;
        if (!folder_health_is_at_rest(health))
            return false;
        *ret_waiting |= folder_health_is_incomplete(health);
    }
    return true;
}

/** Whether to wait for scans that find spent end markers: a last file may just have been put away.
 */
static bool awaits_end_markers(struct agent *agent)
{
    int64_t first = agent->end_scan;
    bool is_awaited = false;
    for (size_t i = 0; i < agent->config->folder_count; i++) {
        const struct folder *folder = &agent->config->folders[i];
        if (!agent->folders[i].health.healthy || folder->after_upload == AFTER_KEEP ||
            !path_marker_is_of_batch(folder->marker))
            continue;
        int64_t asked = first ? first : request_scan(agent, folder->name);
        if (!agent->end_scan)
            agent->end_scan = asked;
        is_awaited |= agent->folders[i].health.scanned_for < asked;
    }
    return is_awaited;
}

/** Log why a job still waits. Held jobs are already logged. */
static void tell_waiting_job(void *context, const struct job *job)
{
    const struct agent *agent = context;
    char due[CLOCK_TEXT];
    bool has_due = job->due_ms != JOB_DUE_NEVER && job->due_ms > clock_wall_ms();
    const char *why =
        !config_folder(agent->config, job->folder) ? "its folder is no longer in the configuration"
        : job->error_message                       ? job->error_message
        : job->group && job->state == JOB_UPLOADED ? "waits for the other files of its group"
                                                   : job_state_names[job->state];
    CLEANUP(free_text)
    char *next =
        has_due ? str_format("%s; next try at %s", why, clock_rfc3339(job->due_ms, due)) : NULL;
    if (!job_has_error(job, "held"))
        job_log(LOG_LEVEL_INFO, LOG_MODULE, job, "waits", next ? next : why);
}

static void tell_waiting(struct agent *agent)
{
    static const enum job_state states[] = {JOB_QUEUED, JOB_UPLOADED, JOB_ATTACHING};
    worker_log_held(agent->worker);
    for (size_t i = 0; i < COUNT(states); i++) {
        const struct job_filter filter = {.state = job_state_names[states[i]]};
        const struct job_page page = {.limit = WAITING_TOLD_MAX};
        queue_list(agent->queue, &filter, &page, tell_waiting_job, agent);
    }
    log_info("exiting with files still waiting; see \"closedrop list\" and \"closedrop status\"");
}

void once_stop_if_done(struct agent *agent)
{
    bool waiting = false;
    bool is_at_work = worker_count_claimed(agent->worker) > 0 || worker_is_asking(agent->worker) ||
                      worker_is_renewing(agent->worker);
    if (!agent->once || agent->stopping || is_at_work)
        return;
    bool key_refused = worker_blocked(agent->worker) == BREAKER_KEY_REFUSED;
    bool is_blocked = key_refused || agent->disk_short;
    if (!is_everything_at_rest(agent, &waiting) && !is_blocked)
        return;
    int64_t wait = worker_timeout(agent->worker);
    if (!is_blocked && wait <= ONCE_PATIENCE_MS)
        return;
    if (!is_blocked && awaits_end_markers(agent))
        return;
    if (!alerts_are_at_rest(agent->alerts, ONCE_PATIENCE_MS))
        return;
    waiting |= agent->disk_short;
    waiting |= agent_count_waiting(agent, NULL) > 0;
    bool good = !waiting && worker_failures(agent->worker) == 0;
    if (waiting && !key_refused)
        tell_waiting(agent);
    agent->exit_code = key_refused ? EXIT_KEY_REFUSED : good ? EXIT_DONE : EXIT_NOT_DONE;
    agent->stopping = true;
}
