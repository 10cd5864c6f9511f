/**
 * The state of the watch thread, shared by its source files: each folder while it is watched, and
 * all folders; and the few functions with which these files leave requests for one another.
 */
#ifndef CLOSEDROP_INTAKE_FOLDER_STATE_H
#define CLOSEDROP_INTAKE_FOLDER_STATE_H

#include "closedrop/config/config.h"
#include "closedrop/files/ownership.h"
#include "closedrop/intake/candidates.h"
#include "closedrop/intake/crash_guard.h"
#include "closedrop/intake/mailbox.h"
#include "closedrop/intake/scan.h"
#include "closedrop/intake/settle.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define CANDIDATES_MAX 16384
#define BATCH 256         /* sightings in one message */
#define BATCHES_OUT_MAX 8 /* unanswered messages during a scan */
#define SUBTREES_MAX 64   /* new directories waiting to be scanned, before everything is */

struct watch;

/** The kinds of scans. */
enum scan_kind {
    SCAN_NONE,
    SCAN_ROOT,      /* only the root: does it still exist, and is it the same */
    SCAN_WHOLE,     /* everything in the folder */
    SCAN_UNWATCHED, /* directories without a watch */
    SCAN_SUBTREE    /* a new directory and everything below it */
};

/** A folder while it is watched. */
struct watched {
    struct watch *watch;
    const struct folder *folder;
    size_t index;
    int root;        /* -1 while it is away */
    uint64_t mount;  /* ID of its mount, since another may be mounted over it later */
    char *real_path; /* without symbolic links, as in events */
    struct ownership ownership;
    bool is_claimed;       /* no other agent has it, as far as can be determined */
    bool is_doubtful;      /* this cannot be determined, and that was logged */
    int64_t next_claim_ms; /* the next beat, on the steady clock */
    char *conflict;        /* a directory in it that another queue has, or NULL */
    bool wants_events;
    bool polls;        /* everything, because there are no events, or not all of them */
    int64_t unwatched; /* directories that should have a watch but could not get one */
    int unwatched_why; /* negative errno of the last one */
    struct scan *scan;
    enum scan_kind scan_kind; /* kind of the scan in progress */
    char *subtrees[SUBTREES_MAX];
    size_t subtree_count;
    int64_t next_scan_ms;  /* SCAN_WHOLE; steady clock */
    int64_t next_check_ms; /* SCAN_ROOT and polling; steady clock */
    bool scan_wanted;      /* before next_scan_ms */
    int64_t scan_asked;    /* number of the last MESSAGE_SCAN */
    int64_t scan_begun;    /* the same when the last whole scan started */
    int missed;            /* since the last whole scan started; see folder_note_error() */
    bool has_unreachable;  /* the same for anything nested too deep */
    struct message *seen;  /* sightings collected for the next message */
    struct message *settled;
    struct message *left;
    struct message *spent;
    struct message *empty;
    int64_t asked;                            /* number of sightings awaiting an answer */
    const struct candidate *first_waiter;     /* only while waits are counted */
    const struct candidate *first_unreadable; /* the same */
    size_t unreadable;                        /* the same; number of unreadable files */
    struct closed *closed;                    /* closed.c */
    struct folder_health health;
    struct folder_health told;
};

struct watch {
    pthread_t thread;
    struct mailbox *inbox;
    struct mailbox *outbox;
    struct config *config;
    int64_t queue; /* its ID */
    struct watched *folders;
    struct left *left; /* folders of earlier configurations, newest first */
    struct candidates *candidates;
    struct crash_guard *crash_guard; /* NULL: nothing is remembered */
    int events;                      /* descriptor, or a negative errno if there are no events */
    int mounts; /* /proc/self/mountinfo, whose changes poll(2) reports; -1 if it is missing */
    size_t batches_out;
    int64_t restart_ms; /* when events are restarted, on the steady clock; 0: never */
    int64_t restarted_ms;
    atomic_bool rescan;
    atomic_llong busy_since_ms; /* steady clock; 0 while it waits for others */
};

/** Request a scan of the folder, to find later what cannot be remembered now. */
void folder_request_scan(struct watched *folder);

/** Request a check of the root: it may have appeared, disappeared or been mounted over. */
void folder_request_check(struct watched *folder);

/**
 * Record that something in the folder could not be read, with a negative errno: another scan
 * follows after poll_interval. For struct scan_calls.
 */
void folder_note_error(void *context, int error);

/** Scan the folder within this many ms, unless a scan is due earlier. */
void folder_scan_within(struct watched *folder, int64_t ms);

/** How long an empty directory must be unchanged before it may be removed. */
int64_t folder_empty_ms(const struct folder *folder);

/** Request a scan of a new directory in the folder. */
void folder_request_subtree(struct watched *folder, const char *path);

/** Whether files in it may change without an event. */
bool folder_must_poll(const struct watched *folder);

/**
 * Write into `words` the first file that has a problem, the reason, and how many more there are; ""
 * if `path` is NULL.
 */
void folder_name_first(char *words, size_t room, const char *path, const char *why, size_t count);

/** Discard the messages collected for a folder. */
void folder_drop_messages(struct watched *folder);

/** A marker or sidecar arrived: inspect the files in this folder that wait for one. */
void folder_wake_waiters(struct watch *watch, struct watched *folder);

/** Watches or events were lost: restart everything, but at most once a second. */
void watch_restart_later(struct watch *watch);

/** The thread starts or stops waiting for others; watch_is_stuck() relies on this. */
void watch_set_waiting(struct watch *watch, bool waiting);

#endif
