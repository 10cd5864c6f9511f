/**
 * What is measured, and how Prometheus reads it. Counts are of this run of the agent. Pure: the
 * caller says what happened, when, and how things are.
 *
 * Labels are names of the configuration, of states and of steps; never the name of a file or lead.
 */
#ifndef CLOSEDROP_CONTROL_METRICS_H
#define CLOSEDROP_CONTROL_METRICS_H

#include "closedrop/queue/job.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct metrics;
struct str;

/** A new one, all zeros; NULL if memory is short. Frees NULL, too. */
struct metrics *metrics_new(void);
void metrics_free(struct metrics *metrics);

/** A job moved to its state from `before`, at `now_ms` on the wall clock. */
void metrics_count_move(
    struct metrics *metrics, const struct job *job, enum job_state before, int64_t now_ms);

/** A file was queued so long after it was changed for the last time. */
void metrics_count_settled(struct metrics *metrics, int64_t took_ms);

/**
 * A transaction took so long to get on disk; counted if something else was counted in it.
 */
void metrics_count_commit(struct metrics *metrics, int64_t took_ms);

/** How things are with a folder. */
struct folder_figures {
    const char *name;
    int64_t by_state[JOB_STATES];
    int64_t oldest_ms; /* since when its oldest unfinished job has waited, wall clock; 0: none */
    int64_t settling;
    int64_t scans;
    bool is_healthy;
    bool is_polled;
};

/** What Close still accepts of the requests of one group. */
struct group_figures {
    const char *name;
    int64_t limit;     /* requests in a window; negative: unknown, or without a limit */
    int64_t remaining; /* of this window; negative: unknown */
    int64_t wait_ms;   /* until the next request may be sent */
};

/** How things are. */
struct figures {
    const struct folder_figures *folders;
    size_t folder_count;
    const struct group_figures *groups;
    size_t group_count;
    int64_t now_ms, started_ms; /* wall clock */
    int64_t in_progress;        /* jobs */
    int64_t held;               /* emails that wait for a person */
    int64_t store_bytes;
    bool is_paused;
    bool is_api_open, is_s3_open; /* whether the circuit breaker keeps requests from it */
};

/**
 * Add it all to `out`: as OpenMetrics, or else in Prometheus' own text format 0.0.4.
 */
void metrics_print(const struct metrics *metrics, const struct figures *figures, bool open_metrics,
    struct str *out);

#endif
