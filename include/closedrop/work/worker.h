/**
 * The worker: takes jobs from the queue and carries each through its stages (resolve, ticket, send,
 * reconcile, attach, verify, finish).
 *
 * One turn of the work thread is a story of five lines, told by the agent around these calls:
 *
 *     queue_begin();  worker_reap();  ...mail, commands...;  worker_claim();  queue_commit();
 *     worker_start();
 *
 * worker_reap() reads what has ended and writes the outcomes, worker_claim() takes what is due
 * while slots are free, and only after the commit worker_start() puts anything under way. So
 * nothing outside the queue happens before the row that says so is on disk.
 */
#ifndef CLOSEDROP_WORK_WORKER_H
#define CLOSEDROP_WORK_WORKER_H

#include "closedrop/config/config.h"
#include "closedrop/http/breaker.h"
#include "closedrop/http/http.h"
#include "closedrop/queue/queue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct worker;
struct json;

/** How the worker speaks to the left: settle this file of this folder anew. */
typedef void worker_resettle(void *context, const char *folder, const char *path);

/**
 * The same: scan all of this folder. The number by which worker_set_folder() says that it has
 * ended, 0 where it could not be asked for now.
 */
typedef int64_t worker_scan(void *context, const char *folder);

/** A new worker; it borrows queue and http, holds the configuration. NULL when memory is short. */
struct worker *worker_new(struct queue *queue, struct http *http, struct config *config,
    worker_resettle *resettle, worker_scan *scan, void *context);
void worker_free(struct worker *worker);

/**
 * Use another configuration for what is claimed next, and read the key anew. Returns 0, or a
 * negative errno with the reason in `why` (the old one stays).
 */
int worker_configure(struct worker *worker, struct config *config, struct str *why);

/** What the watch thread says of a folder. */
struct folder_state {
    bool healthy;    /* its files may be touched now */
    uint64_t device; /* which directory it was when that was said */
    uint64_t inode;
    int64_t scanned;        /* the last scan that was asked for and has ended; 0: none */
    int64_t complete_scans; /* how many scans of all of it have ended well */
};

/** Tell the worker about a folder, by its index in the worker's configuration. */
void worker_set_folder(struct worker *worker, size_t folder, const struct folder_state *state);

/** The file of a claimed job lies at `path` now (KNOWN_RENAMED). Inside a transaction. */
void worker_follow(struct worker *worker, int64_t job, const char *path);

/**
 * Whether the file of a failed job, seen at `path` in its folder, was not brought back by itself:
 * it lies in a directory that failed files were put into, which was renamed as a whole. It is known
 * there from then on. Also true where that cannot be told now. Inside a transaction.
 */
bool worker_came_with_failed(struct worker *worker, int64_t job, const char *path);

/** While paused, no new transfer starts; what is claimed goes on. */
void worker_set_paused(struct worker *worker, bool paused);

/** While the queue's disk is short, nothing is claimed, not even what is only to be put away.
 * `why`, for people, stays the caller's; NULL: there is room. */
void worker_set_disk_short(struct worker *worker, const char *why);

/** No new claims from now on; what is claimed goes on. */
void worker_stop_claiming(struct worker *worker);

/** Give up what is claimed: back to the queue, no attempt spent. Inside a transaction. */
void worker_abandon(struct worker *worker);

/** The steps of a turn, as above: two inside a transaction, and one after its commit. */
void worker_reap(struct worker *worker);
void worker_claim(struct worker *worker);
void worker_start(struct worker *worker);

/** A lease is called back somewhere: find which, and give it up at once. */
void worker_check_leases(struct worker *worker);

/** How many jobs are claimed. */
size_t worker_count_claimed(const struct worker *worker);

/**
 * How long until time alone brings something about (a job is due, Close is asked again), in ms;
 * INT64_MAX for never: then only an end, a message or a command does.
 */
int64_t worker_timeout(struct worker *worker);

/** Whether Close is being asked whether it is there: what is due next depends on the answer. */
bool worker_is_asking(const struct worker *worker);

/** Whether the API takes work, and why not. */
enum breaker_reason worker_blocked(const struct worker *worker);

/** Log how many emails of each rule wait for a person. */
void worker_tell_held(struct worker *worker);

/** How many failed jobs were put away since the start. */
int64_t worker_failures(const struct worker *worker);

/** Add "blocked" and "transfers" to a status object. Returns 0 or -ENOMEM. */
int worker_add_status(const struct worker *worker, struct json *status);

/**
 * Nothing is in the directory `path` of a folder, by its index, since it was `seen`: remove it, if
 * files that were put away are what emptied it. Never one that was always empty, and never anything
 * in it: whoever is just about to write there loses the directory at most.
 */
void worker_remove_emptied(
    struct worker *worker, size_t index, const char *path, const struct file_state *seen);

#endif
