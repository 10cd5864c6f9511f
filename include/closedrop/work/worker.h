/**
 * The worker: takes jobs from the queue and runs each through its stages (resolve, ticket, send,
 * reconcile, attach, verify, finish).
 *
 * One turn of the work thread consists of these five lines; the agent adds what comes between the
 * calls:
 *
 *     queue_begin();  worker_reap();  ...mail, commands...;  worker_claim();  queue_commit();
 *     worker_start();
 *
 * worker_reap() reads what has ended and records the outcomes, worker_claim() takes what is due
 * while slots are free, and worker_start() starts anything only after the commit. So nothing
 * happens outside the queue before the row that records it is on disk.
 */
#ifndef CLOSEDROP_WORK_WORKER_H
#define CLOSEDROP_WORK_WORKER_H

#include "closedrop/config/config.h"
#include "closedrop/http/breaker.h"
#include "closedrop/http/http.h"
#include "closedrop/queue/queue.h"
#include "closedrop/work/order.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct worker;
struct json;

/**
 * Called when a file changed after it was queued: the agent has the watch thread settle this file
 * of this folder again.
 */
typedef void worker_resettle(void *context, const char *folder, const char *path);

/**
 * Called when all of this folder must be scanned. Returns the number by which worker_set_folder()
 * later reports that the scan has ended, or 0 if it cannot be requested now.
 */
typedef int64_t worker_scan(void *context, const char *folder);

/** Called to give the file process of this folder an order. False if it cannot be reached now. */
typedef bool worker_order(void *context, const char *folder, enum order order, int64_t number,
    const char *bytes, size_t length);

/**
 * A new worker; it borrows the queue and the HTTP engine, and holds a reference to the
 * configuration. NULL if out of memory.
 */
struct worker *worker_new(struct queue *queue, struct http *http, struct config *config,
    worker_resettle *resettle, worker_scan *scan, worker_order *order, void *context);
void worker_free(struct worker *worker);

/**
 * Use another configuration for jobs claimed from now on, and read the API key again. Returns 0, or
 * a negative errno with the reason in `why` (the old configuration is kept).
 */
int worker_configure(struct worker *worker, struct config *config, struct str *why);

/** What the watch thread reports about a folder. */
struct folder_state {
    bool healthy;    /* its files may be accessed now */
    uint64_t device; /* the directory's identity at the time of the report */
    uint64_t inode;
    int64_t scanned;        /* the last requested scan that has ended; 0: none */
    int64_t complete_scans; /* number of complete scans that ended without error */
};

/** Update a folder's state, by the folder's index in the worker's configuration. Must be called
 * inside a transaction. */
void worker_set_folder(struct worker *worker, size_t folder, const struct folder_state *state);

/** Take the result of an order from the file process of this folder. Must be called inside a
 * transaction. */
void worker_take_result(
    struct worker *worker, const char *folder, int64_t number, const char *bytes, size_t length);

/** Take what was read of a file that is sent. */
void worker_take_block(struct worker *worker, int64_t number, const char *bytes, size_t length);

/**
 * The file of a claimed job is now at `path` (KNOWN_RENAMED). Must be called inside a transaction.
 */
void worker_follow(struct worker *worker, int64_t job, const char *path);

/**
 * Whether the file of a failed job, seen at `path` in its folder, was not brought back by itself:
 * it is in a directory for failed files that was renamed as a whole. From then on, that path is
 * recorded as the file's location. Also true if this cannot be determined at the moment. Must be
 * called inside a transaction.
 */
bool worker_came_with_failed(struct worker *worker, int64_t job, const char *path);

/** While paused, no new transfer starts; claimed jobs continue. */
void worker_set_paused(struct worker *worker, bool paused);

/**
 * While the queue's disk is low on space, nothing is claimed, not even a job that only has to put
 * its file away. `why`, for people to read, remains the caller's; NULL: there is enough space.
 */
void worker_set_disk_short(struct worker *worker, const char *why);

/** Claim no more jobs from now on; claimed jobs continue. */
void worker_stop_claiming(struct worker *worker);

/**
 * Return all claimed jobs to the queue without using up an attempt. Must be called inside a
 * transaction.
 */
void worker_abandon(struct worker *worker);

/** The steps of a turn, as above: two inside a transaction, one after its commit. */
void worker_reap(struct worker *worker);
void worker_claim(struct worker *worker);
void worker_start(struct worker *worker);

/** A lease on some file is being broken: find out which, and give it up at once. */
void worker_check_leases(struct worker *worker);

/** Readable when a table has been read by another process; -1: never. For worker_take_tables(),
 * which must be called inside a transaction. */
int worker_descriptor(const struct worker *worker);
void worker_take_tables(struct worker *worker);

/** The number of claimed jobs. */
size_t worker_count_claimed(const struct worker *worker);

/**
 * Time in ms until something becomes due by itself (a job, or the next request to Close); INT64_MAX
 * for never: then only the end of a transfer, a message or a command triggers anything.
 */
int64_t worker_timeout(struct worker *worker);

/** Whether a health check of Close is in progress, whose answer decides what is due next. */
bool worker_is_asking(const struct worker *worker);

/** Whether a login is being renewed: whoever ends now may lose it. */
bool worker_is_renewing(const struct worker *worker);

/** What holds up files, for those who report it; codes and messages are those of status. */
struct worker_health {
    bool is_key_known; /* whether Close takes the key; otherwise nothing is known of it yet */
    bool is_s3_known;  /* whether S3 takes files */
    const char *api_code;
    const char *api_message;
    const char *s3_code;
    const char *s3_message;
};

/** How the servers are; a code is NULL where nothing is wrong. The texts stay the worker's. */
struct worker_health worker_health(const struct worker *worker);

/** What Close still accepts of one group of requests. */
struct worker_pace {
    char group[32];
    int64_t limit;     /* in a window; -1: unknown, or there is none */
    int64_t remaining; /* of this window; -1: unknown */
    int64_t wait_ms;   /* until the next request may be sent */
};

#define WORKER_PACES_MAX 64

/** List the groups that requests were sent to; returns how many. */
size_t worker_list_paces(
    const struct worker *worker, struct worker_pace ret_paces[WORKER_PACES_MAX]);

/** Check with Close whether it takes the key, although nothing waits for that. */
void worker_check_health(struct worker *worker);

/** Whether API requests are allowed, and if not, why. */
enum breaker_reason worker_blocked(const struct worker *worker);

/** Log how many emails of each rule wait for a decision by a person. */
void worker_log_held(struct worker *worker);

/** The number of failed jobs put away since the start. */
int64_t worker_failures(const struct worker *worker);

/** The bytes of the files that are being sent: how many are sent, and how many there are. */
void worker_count_bytes(const struct worker *worker, int64_t *ret_sent, int64_t *ret_size);

/** Add "blocked" and "transfers" to a status object. Returns 0 or -ENOMEM. */
int worker_add_status(const struct worker *worker, struct json *status);

/**
 * Remove the empty directory `path` of a folder (by its index) if it has not changed since it was
 * `seen` empty, and if it is empty because its files were put away. A directory that was always
 * empty is never removed, nor anything in it: somebody who is about to write there loses at most
 * the directory itself.
 */
void worker_remove_emptied(
    struct worker *worker, size_t index, const char *path, const struct file_state *seen);

/** Put the end marker at `path` of a folder (by its index) away, all of whose files were: if it has
 * not changed since it was `seen`. */
void worker_put_away_end_marker(
    struct worker *worker, size_t index, const char *path, const struct file_state *seen);

#endif
