/** Collects the figures for /metrics and /healthz from the stages. */
#define LOG_MODULE "agent"

#include "figures.h"
#include "agent_state.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/str.h"
#include "closedrop/control/healthz.h"
#include "closedrop/control/metrics.h"
#include "closedrop/queue/ledger.h"
#include "closedrop/queue/reading.h"

#include <stdlib.h>
#include <sys/stat.h>

void figures_count_move(void *context, const struct job *job, enum job_state before)
{
    struct agent *agent = context;
    metrics_count_move(agent->metrics, job, before, clock_wall_ms());
}

static void read_folder(struct agent *agent, size_t index, struct folder_figures *figures)
{
    const struct folder_health *health = &agent->folders[index].health;
    struct queue_counts counts;
    figures->name = agent->config->folders[index].name;
    CLEANUP(job_freep) struct job *oldest = queue_oldest(agent->queue, figures->name);
    queue_count(agent->queue, figures->name, &counts);
    for (int state = 0; state < JOB_STATES; state++)
        figures->by_state[state] = counts.by_state[state];
    figures->oldest_ms = oldest ? oldest->queued_ms : 0;
    figures->settling = health->settling;
    figures->scans = health->complete_scans;
    figures->is_healthy = health->healthy;
    figures->is_polled = health->polls;
}

static void add_held(void *context, const char *rule, int64_t emails)
{
    struct figures *figures = context;
    (void)rule;
    figures->held += emails;
}

static int64_t store_bytes(const struct agent *agent)
{
    static const char *const names[] = {"queue.db", "queue.db-wal"};
    int64_t bytes = 0;
    for (size_t i = 0; i < COUNT(names); i++) {
        struct stat stat_of;
        CLEANUP(free_text) char *path = str_format("%s/%s", agent->config->state_dir, names[i]);
        bytes += path && stat(path, &stat_of) == 0 ? stat_of.st_size : 0;
    }
    return bytes;
}

static void read_agent(struct agent *agent, struct figures *figures)
{
    const struct worker_health health = worker_health(agent->worker);
    figures->now_ms = clock_wall_ms();
    figures->started_ms = agent->started_ms;
    figures->in_progress = (int64_t)worker_count_claimed(agent->worker);
    figures->store_bytes = store_bytes(agent);
    figures->is_paused = queue_is_paused(agent->queue);
    figures->is_api_open = health.api_code != NULL;
    figures->is_s3_open = health.s3_code != NULL;
    queue_count_held(agent->queue, NULL, add_held, figures);
}

void figures_print(void *context, bool open_metrics, struct str *out)
{
    struct agent *agent = context;
    struct worker_pace paces[WORKER_PACES_MAX];
    struct group_figures groups[WORKER_PACES_MAX];
    struct figures figures = {.folder_count = agent->config->folder_count, .groups = groups};
    CLEANUP(free_text)
    struct folder_figures *folders = calloc(figures.folder_count + 1, sizeof(*folders));
    if (!folders || agent->broken)
        return;
    queue_begin(agent->queue);
    read_agent(agent, &figures);
    for (size_t i = 0; i < figures.folder_count; i++)
        read_folder(agent, i, &folders[i]);
    figures.folders = folders;
    figures.group_count = worker_list_paces(agent->worker, paces);
    for (size_t i = 0; i < figures.group_count; i++)
        groups[i] = (struct group_figures){
            paces[i].group, paces[i].limit, paces[i].remaining, paces[i].wait_ms};
    if (agent_commit(agent) == 0)
        metrics_print(agent->metrics, &figures, open_metrics, out);
}

int figures_judge_health(void *context, char *line)
{
    const struct agent *agent = context;
    const struct worker_health health = worker_health(agent->worker);
    const char *blocked = agent->broken || agent->disk_short ? "disk_full" : health.api_code;
    struct healthz facts = {.blocked = blocked ? blocked : health.s3_code,
        .folders = agent->config->folder_count,
        .is_stuck = agent->watch_stuck,
        .is_paused = queue_is_paused(agent->queue)};
    for (size_t i = 0; i < facts.folders; i++)
        facts.unreadable += !agent->folders[i].health.healthy;
    return healthz_judge(&facts, line);
}
