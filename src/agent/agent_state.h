/** The state of the agent, shared by its source files. */
#ifndef CLOSEDROP_AGENT_AGENT_STATE_H
#define CLOSEDROP_AGENT_AGENT_STATE_H

#include "closedrop/alerts/alerts.h"
#include "closedrop/base/str.h"
#include "closedrop/config/config.h"
#include "closedrop/control/control_socket.h"
#include "closedrop/control/metrics.h"
#include "closedrop/control/web.h"
#include "closedrop/http/http.h"
#include "closedrop/intake/intake.h"
#include "closedrop/queue/prune.h"
#include "closedrop/queue/queue.h"
#include "closedrop/work/worker.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What the agent knows about a folder of its configuration. */
struct agent_folder {
    struct folder_health health;
    bool is_recovered; /* its staging was recovered */
    /* elsewhere, until then (recover_elsewhere.h): */
    int64_t recovery;              /* the number of the order that was given; 0: none */
    bool puts_back;                /* it is the second one */
    struct folder_health arriving; /* what it was reported to be */
};

/** What is shown of a run with --once (once_bar.c). */
struct bar_state {
    bool is_shown;
    int64_t next_ms;      /* when again, on the steady clock */
    int64_t done, failed; /* jobs before this run */
};

/** How far it has come with forgetting what is older than `history` (pruning.c). */
struct pruning {
    int64_t history_ms; /* as configured when it began */
    struct prune_walk walk;
    int64_t jobs;   /* forgotten so far */
    int64_t due_ms; /* when it continues, on the steady clock */
};

struct agent {
    char *file;
    bool once;
    struct config *config;
    struct queue *queue;
    struct http *http;
    struct worker *worker;
    struct intake *intake;
    struct control_socket control;
    struct web *web; /* NULL: http.listen is not set */
    struct alerts *alerts;
    struct metrics *metrics;
    struct account_names *owners; /* of files */
    int signals;
    struct agent_folder *folders; /* in the order of config->folders */
    int64_t scans;                /* requested so far */
    int64_t orders;               /* less one for each of the agent's own to file processes */
    int64_t questions;            /* asked of the watch thread so far */
    struct message *progress;     /* its last answer (MESSAGE_PROGRESS), or NULL */
    int64_t end_scan;             /* the first that finds spent end markers; 0: none yet */
    int64_t started_ms;
    int64_t clock_lead_ms; /* how far the wall clock is ahead of the steady clock */
    int64_t alive_ms;      /* when both threads are asked whether they live, on the steady clock */
    int64_t upkeep_ms;     /* when the queue may be tended again (upkeep.h), on the steady clock */
    int64_t upkeep_due_ms; /* when it must be */
    bool watch_stuck;      /* a file system does not respond */
    bool is_first_queue;   /* a new queue, and nothing said that there was an earlier one */
    bool stopping;
    int64_t stop_ms; /* when claimed jobs are abandoned, on the steady clock */
    int exit_code;
    struct bar_state bar;
    struct pruning pruning;
    bool disk_short;     /* no room for anything new under state_dir */
    struct str disk_why; /* how much is missing, as a message */
    struct str mistakes; /* in the configuration, which prevented a reload, or "" */
    bool broken;         /* the queue cannot be written: stop without using it again */
};

/**
 * One for each folder of `config`, in its order; nothing is known about them yet. The caller frees
 * them. NULL if memory is short.
 */
struct agent_folder *agent_folders_new(const struct config *config);

/**
 * Commit the transaction. If that fails, the reason is logged, and the agent stops without writing
 * to the queue again (`broken`). Returns 0 or a negative errno.
 */
int agent_commit(struct agent *agent);

/** The number of unfinished jobs of a folder, or of all folders if `folder` is NULL. */
int64_t agent_count_waiting(const struct agent *agent, const char *folder);

#endif
