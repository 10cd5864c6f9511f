/** Counts what happens, in memory, and prints it with how things are. */
#include "closedrop/control/metrics.h"

#include "metrics_text.h"

#include "closedrop/base/array.h"
#include "closedrop/base/str.h"

#include <stdlib.h>
#include <string.h>

/** Jobs in progress of which it is known since when they are in their state; others are not timed.
 */
#define TIMED_MAX 256

enum step { STEP_SETTLE, STEP_QUEUE, STEP_UPLOAD, STEP_ACTIVITY, STEP_WHOLE, STEPS };

static const char *const step_names[STEPS] = {"settle", "queue", "upload", "activity", "whole"};

static const int64_t step_bounds_ms[] = {
    100, 500, 1000, 2500, 5000, 10000, 30000, 60000, 300000, 900000, 3600000, 21600000};
static const int64_t commit_bounds_ms[] = {1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 5000};

struct folder_counts {
    char *name;
    int64_t filed;
    int64_t failed;
    int64_t uploads;
    int64_t bytes;
    struct folder_counts *next;
};

struct timed {
    int64_t job;
    int64_t since_ms;
};

struct metrics {
    struct folder_counts *folders;
    struct histogram steps[STEPS];
    struct histogram commits;
    struct timed timed[TIMED_MAX];
    size_t next_timed; /* the oldest, which is replaced next */
    bool has_changed;  /* since the last commit */
};

struct metrics *metrics_new(void)
{
    return calloc(1, sizeof(struct metrics));
}

void metrics_free(struct metrics *metrics)
{
    while (metrics && metrics->folders) {
        struct folder_counts *first = metrics->folders;
        metrics->folders = first->next;
        free(first->name);
        free(first);
    }
    free(metrics);
}

/* ---- what happens ---- */

/** The counts of a folder, new if need be; NULL if memory is short. */
static struct folder_counts *counts_of(struct metrics *metrics, const char *name)
{
    for (struct folder_counts *counts = metrics->folders; counts; counts = counts->next)
        if (strcmp(counts->name, name) == 0)
            return counts;
    struct folder_counts *counts = calloc(1, sizeof(*counts));
    if (!counts || !(counts->name = strdup(name))) {
        free(counts);
        return NULL;
    }
    counts->next = metrics->folders;
    metrics->folders = counts;
    return counts;
}

static void count_step(struct metrics *metrics, enum step step, int64_t took_ms)
{
    histogram_add(&metrics->steps[step], step_bounds_ms, COUNT(step_bounds_ms), took_ms);
}

static struct timed *find_timed(struct metrics *metrics, int64_t job)
{
    for (size_t i = 0; i < TIMED_MAX; i++)
        if (metrics->timed[i].job == job)
            return &metrics->timed[i];
    return NULL;
}

/** Note since when the job is in its state, and return since when it was in the one before; 0:
 * unknown. */
static int64_t time_job(struct metrics *metrics, int64_t job, int64_t now_ms)
{
    struct timed *timed = find_timed(metrics, job);
    int64_t since_ms = timed ? timed->since_ms : 0;
    if (!timed) {
        timed = &metrics->timed[metrics->next_timed];
        metrics->next_timed = (metrics->next_timed + 1) % TIMED_MAX;
    }
    *timed = (struct timed){job, now_ms};
    return since_ms;
}

static void count_outcome(struct metrics *metrics, const struct job *job)
{
    struct folder_counts *counts = counts_of(metrics, job->folder);
    if (!counts)
        return;
    counts->filed += job->state == JOB_DONE;
    counts->failed += job->state == JOB_FAILED;
    counts->uploads += job->state == JOB_UPLOADED;
    counts->bytes += job->state == JOB_UPLOADED ? job->identity.size : 0;
}

void metrics_count_move(
    struct metrics *metrics, const struct job *job, enum job_state before, int64_t now_ms)
{
    int64_t since_ms = time_job(metrics, job->id, now_ms);
    metrics->has_changed = true;
    bool is_upload = before == JOB_UPLOADING && job->state == JOB_UPLOADED;
    bool is_activity = before == JOB_ATTACHING && job->state == JOB_DONE;
    if (before == JOB_QUEUED && job->state == JOB_UPLOADING && job->attempts <= 1)
        count_step(metrics, STEP_QUEUE, now_ms - job->queued_ms);
    if (since_ms && is_upload)
        count_step(metrics, STEP_UPLOAD, now_ms - since_ms);
    if (since_ms && is_activity)
        count_step(metrics, STEP_ACTIVITY, now_ms - since_ms);
    if (job->state == JOB_DONE)
        count_step(metrics, STEP_WHOLE, now_ms - job->queued_ms);
    if (before != JOB_ATTACHING || job->state != JOB_UPLOADED) /* back, not uploaded again */
        count_outcome(metrics, job);
}

void metrics_count_settled(struct metrics *metrics, int64_t took_ms)
{
    metrics->has_changed = true;
    count_step(metrics, STEP_SETTLE, took_ms);
}

void metrics_count_commit(struct metrics *metrics, int64_t took_ms)
{
    if (!metrics->has_changed)
        return;
    metrics->has_changed = false;
    histogram_add(&metrics->commits, commit_bounds_ms, COUNT(commit_bounds_ms), took_ms);
}

/* ---- as text ---- */

static void print_counts(const struct metrics *metrics, struct metrics_text *text)
{
    metrics_family(text, "closedrop_files", METRIC_COUNTER, "Files that were filed or failed.");
    for (const struct folder_counts *c = metrics->folders; c; c = c->next) {
        const struct metric_label filed[] = {{"folder", c->name}, {"outcome", "filed"}, {0}};
        const struct metric_label failed[] = {{"folder", c->name}, {"outcome", "failed"}, {0}};
        metrics_number(text, filed, c->filed);
        metrics_number(text, failed, c->failed);
    }
    metrics_family(text, "closedrop_uploads", METRIC_COUNTER, "Files uploaded to Close.");
    for (const struct folder_counts *c = metrics->folders; c; c = c->next)
        metrics_number(text, (const struct metric_label[]){{"folder", c->name}, {0}}, c->uploads);
    metrics_family(text, "closedrop_uploaded_bytes", METRIC_COUNTER, "Their size.");
    for (const struct folder_counts *c = metrics->folders; c; c = c->next)
        metrics_number(text, (const struct metric_label[]){{"folder", c->name}, {0}}, c->bytes);
}

static void print_durations(const struct metrics *metrics, struct metrics_text *text)
{
    metrics_family(text, "closedrop_step_duration_seconds", METRIC_HISTOGRAM,
        "Time a file took: to settle (since its last change), in the queue, to be uploaded, for "
        "its "
        "activity, and as a whole (since it was queued).");
    for (int step = 0; step < STEPS; step++)
        metrics_histogram(text, (const struct metric_label[]){{"step", step_names[step]}, {0}},
            &metrics->steps[step], step_bounds_ms, COUNT(step_bounds_ms));
    metrics_family(text, "closedrop_store_commit_duration_seconds", METRIC_HISTOGRAM,
        "Time a transaction of the queue took.");
    metrics_histogram(text, (const struct metric_label[]){{0}}, &metrics->commits, commit_bounds_ms,
        COUNT(commit_bounds_ms));
}

static void print_jobs(const struct figures *figures, struct metrics_text *text)
{
    metrics_family(text, "closedrop_jobs", METRIC_GAUGE, "Jobs in the queue, by state.");
    for (size_t i = 0; i < figures->folder_count; i++)
        for (int state = 0; state < JOB_STATES; state++)
            metrics_number(text,
                (const struct metric_label[]){
                    {"folder", figures->folders[i].name}, {"state", job_state_names[state]}, {0}},
                figures->folders[i].by_state[state]);
    metrics_family(text, "closedrop_oldest_unfinished_age_seconds", METRIC_GAUGE,
        "Age of the oldest job that is neither done nor failed; 0 if there is none.");
    for (size_t i = 0; i < figures->folder_count; i++) {
        const struct folder_figures *folder = &figures->folders[i];
        int64_t age_ms = folder->oldest_ms ? figures->now_ms - folder->oldest_ms : 0;
        metrics_seconds(text, (const struct metric_label[]){{"folder", folder->name}, {0}},
            age_ms > 0 ? age_ms : 0);
    }
}

/** A gauge of every folder. */
struct folder_gauge {
    const char *name;
    const char *help;
    int64_t (*read)(const struct folder_figures *folder);
};

static int64_t read_healthy(const struct folder_figures *folder)
{
    return folder->is_healthy;
}

static int64_t read_polled(const struct folder_figures *folder)
{
    return folder->is_polled;
}

static int64_t read_settling(const struct folder_figures *folder)
{
    return folder->settling;
}

static int64_t read_scans(const struct folder_figures *folder)
{
    return folder->scans;
}

static const struct folder_gauge folder_gauges[] = {
    {"closedrop_folder_healthy", "Whether the folder can be read.", read_healthy},
    {"closedrop_folder_polled", "Whether it is polled, because events are not available.",
        read_polled},
    {"closedrop_folder_settling_files", "Files that are not finished yet.", read_settling},
    {"closedrop_folder_complete_scans",
        "Scans without an error since its configuration was loaded.", read_scans},
};

static void print_folders(const struct figures *figures, struct metrics_text *text)
{
    for (size_t row = 0; row < COUNT(folder_gauges); row++) {
        const struct folder_gauge *gauge = &folder_gauges[row];
        metrics_family(text, gauge->name, METRIC_GAUGE, gauge->help);
        for (size_t i = 0; i < figures->folder_count; i++)
            metrics_number(text,
                (const struct metric_label[]){{"folder", figures->folders[i].name}, {0}},
                gauge->read(&figures->folders[i]));
    }
}

static void print_pace(const struct figures *figures, struct metrics_text *text)
{
    metrics_family(text, "closedrop_circuit_breaker_open", METRIC_GAUGE,
        "Whether requests are kept from a server that fails or refuses them.");
    metrics_number(
        text, (const struct metric_label[]){{"server", "api"}, {0}}, figures->is_api_open);
    metrics_number(text, (const struct metric_label[]){{"server", "s3"}, {0}}, figures->is_s3_open);
    metrics_family(text, "closedrop_rate_limit_requests", METRIC_GAUGE,
        "Requests of a group that Close accepts in one window.");
    for (size_t i = 0; i < figures->group_count; i++)
        if (figures->groups[i].limit >= 0)
            metrics_number(text,
                (const struct metric_label[]){{"group", figures->groups[i].name}, {0}},
                figures->groups[i].limit);
    metrics_family(text, "closedrop_rate_limit_remaining_requests", METRIC_GAUGE,
        "How many of these were left after the latest answer.");
    for (size_t i = 0; i < figures->group_count; i++)
        if (figures->groups[i].remaining >= 0)
            metrics_number(text,
                (const struct metric_label[]){{"group", figures->groups[i].name}, {0}},
                figures->groups[i].remaining);
    metrics_family(text, "closedrop_pace_wait_seconds", METRIC_GAUGE,
        "Time until the next request of a group may be sent.");
    for (size_t i = 0; i < figures->group_count; i++)
        metrics_seconds(text,
            (const struct metric_label[]){{"group", figures->groups[i].name}, {0}},
            figures->groups[i].wait_ms);
}

static void print_agent(const struct figures *figures, struct metrics_text *text)
{
    const struct metric_label none[] = {{0}};
    metrics_family(text, "closedrop_build_info", METRIC_GAUGE, "The version; always 1.");
    metrics_number(text, (const struct metric_label[]){{"version", CLOSEDROP_VERSION}, {0}}, 1);
    metrics_family(text, "closedrop_start_time_seconds", METRIC_GAUGE,
        "When the agent started, in seconds since 1970.");
    metrics_seconds(text, none, figures->started_ms);
    metrics_family(text, "closedrop_paused", METRIC_GAUGE, "Whether transfers are paused.");
    metrics_number(text, none, figures->is_paused);
    metrics_family(text, "closedrop_jobs_in_progress", METRIC_GAUGE, "Jobs being worked on.");
    metrics_number(text, none, figures->in_progress);
    metrics_family(
        text, "closedrop_held_emails", METRIC_GAUGE, "Emails that wait for a person's release.");
    metrics_number(text, none, figures->held);
    metrics_family(text, "closedrop_store_size_bytes", METRIC_GAUGE, "Size of the queue on disk.");
    metrics_number(text, none, figures->store_bytes);
}

void metrics_print(const struct metrics *metrics, const struct figures *figures, bool open_metrics,
    struct str *out)
{
    struct metrics_text text = {.out = out, .open_metrics = open_metrics};
    print_agent(figures, &text);
    print_jobs(figures, &text);
    print_folders(figures, &text);
    print_pace(figures, &text);
    print_counts(metrics, &text);
    print_durations(metrics, &text);
    str_add(out, "# EOF\n");
}
