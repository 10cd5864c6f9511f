/**
 * The state of the watch thread, shared by its source files: each folder while it is watched, and
 * all folders; and the few functions with which these files leave requests for one another.
 */
#ifndef CLOSEDROP_INTAKE_FOLDER_STATE_H
#define CLOSEDROP_INTAKE_FOLDER_STATE_H

#include "protocol.h"
#include "scan_schedule.h"

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
#define BATCH SIGHTINGS_MAX /* sightings in one message */
#define MESSAGES_COLLECTED (MESSAGE_EMPTY + 1)
#define BATCHES_OUT_MAX 8 /* unanswered messages during a scan */

/** The directory that a folder is at present (folder_root.c). */
struct root {
    int fd;          /* -1 while it is away */
    uint64_t mount;  /* ID of its mount, since another may be mounted over it later */
    char *real_path; /* without symbolic links, as in events */
};

/** Whether a folder is ours (folder_claim.c). */
struct claim {
    struct ownership ownership;
    bool is_ours;     /* no other agent has it, as far as can be determined */
    bool is_doubtful; /* this cannot be determined, and that was logged */
    int64_t next_ms;  /* the next beat, on the steady clock */
    char *conflict;   /* a directory in it that another queue has, or NULL */
};

/** What is to be sent to the work thread about a folder (report.c). */
struct outgoing {
    struct message *collected[MESSAGES_COLLECTED]; /* by kind; NULL: none */
    int64_t asked;                                 /* number of sightings awaiting an answer */
};

/** What the candidates of a folder wait for, while that is counted (waits.c). */
struct waits {
    const struct candidate *first_waiter;
    const struct candidate *first_unreadable;
    const struct candidate *longest;
    size_t unreadable; /* number of unreadable files */
};

/** A folder while it is watched. */
struct watched {
    struct watch *watch;
    const struct folder *folder;
    size_t index;
    struct root root;
    struct claim claim;
    struct coverage coverage;
    struct schedule schedule;
    struct outgoing outgoing;
    struct waits waits;
    struct closed *closed; /* closed.c */
    struct folder_health health;
    struct folder_health reported; /* the last one sent */
    bool is_pinged;                /* MESSAGE_PING is to be answered */
};

struct watch {
    pthread_t thread;
    struct mailbox *inbox;
    struct mailbox *outbox;
    struct config *config;
    int64_t queue; /* its ID */
    bool is_file_process;
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
    atomic_int unanswered;      /* how often it was asked for a sign of life since its last one */
};

/** Whether another process touches its files, and this one must not. */
bool folder_is_elsewhere(const struct watched *folder);

/** Request a scan of the folder, to find later what cannot be remembered now. */
void folder_request_scan(struct watched *folder);

/** Request a check of the root: it may have appeared, disappeared or been mounted over. */
void folder_request_check(struct watched *folder);

/**
 * Record that something in the folder could not be read, with a negative errno: another scan
 * follows after poll_interval. For struct scan_calls.
 */
void folder_note_error(void *context, int error);

/**
 * The same for a file that was seen, with what opening it or reading its state returned. Nothing is
 * recorded where that was no error, or where the file has gone.
 */
void folder_note_unexamined(struct watched *folder, int error);

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
void folder_wake_waiters(struct watched *folder);

/** Watches or events were lost: restart everything, but at most once a second. */
void watch_restart_later(struct watch *watch);

/** The thread starts or stops waiting for others; watch_is_stuck() relies on this. */
void watch_set_waiting(struct watch *watch, bool waiting);

#endif
