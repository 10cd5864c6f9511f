/**
 * The watch thread's own state, shared by the files it is made of: a folder while it is watched,
 * and all of them; and the few calls by which those files leave a note for each other in it.
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
#define BATCHES_OUT_MAX 8 /* messages that wait for an answer, while a scan goes on */
#define SUBTREES_MAX 64   /* new directories that wait for their scan, before all is scanned */

struct watch;

/** What a folder's time has come for. */
enum scan_kind {
    SCAN_NONE,
    SCAN_ROOT,      /* at its root alone: whether it is there, and the same */
    SCAN_WHOLE,     /* all that lies in it */
    SCAN_UNWATCHED, /* what lies in directories without a watch */
    SCAN_SUBTREE    /* what lies in and below a directory that is new */
};

/** A folder while it is watched. */
struct watched {
    struct watch *watch;
    const struct folder *folder;
    size_t index;
    int root;        /* -1 while it is away */
    uint64_t mount;  /* its mount's id: another one may lie on it by and by */
    char *real_path; /* without symbolic links, as events name it */
    struct ownership ownership;
    bool is_claimed;       /* nobody else has it, as far as that can be told */
    bool is_doubtful;      /* it cannot be told, and that was said */
    int64_t next_claim_ms; /* steady clock: the next beat */
    char *conflict;        /* a directory in it that another queue has, NULL: none is known */
    bool wants_events;
    bool polls;        /* all of it, for there are no events, or they do not tell all */
    int64_t unwatched; /* directories that should have a watch and could not get one */
    int unwatched_why; /* negative errno of the last one */
    struct scan *scan;
    enum scan_kind scan_kind; /* what the scan is for */
    char *subtrees[SUBTREES_MAX];
    size_t subtree_count;
    int64_t next_scan_ms; /* steady clock: SCAN_WHOLE */
    int64_t next_look_ms; /* steady clock: SCAN_ROOT, and what is polled */
    bool scan_wanted;     /* before next_scan_ms */
    int64_t scan_asked;   /* number of the last MESSAGE_SCAN */
    int64_t scan_begun;   /* the same when the last whole scan began */
    int missed;           /* since the last whole scan began; see folder_note_error() */
    bool has_unreachable; /* the same, for what lies too deep */
    struct message *seen; /* sightings collected for the next message */
    struct message *settled;
    struct message *left;
    struct message *spent;
    struct message *empty;
    int64_t asked;                            /* sightings that are out to be answered */
    const struct candidate *first_waiter;     /* while waits are counted */
    const struct candidate *first_unreadable; /* the same */
    size_t unreadable;                        /* the same: how many cannot be read */
    struct closed *closed;                    /* closed.c */
    struct folder_health health;
    struct folder_health told;
};

struct watch {
    pthread_t thread;
    struct mailbox *inbox;
    struct mailbox *outbox;
    struct config *config;
    int64_t queue; /* its id */
    struct watched *folders;
    struct left *left; /* folders of earlier configurations, the newest first */
    struct candidates *candidates;
    struct crash_guard *crash_guard; /* NULL: nothing is remembered */
    int events;                      /* descriptor, negative errno where there are none */
    int mounts; /* /proc/self/mountinfo, which poll(2) tells changes of; -1 where there is none */
    size_t batches_out;
    int64_t restart_ms; /* steady clock: events are begun anew, 0 for not */
    int64_t restarted_ms;
    atomic_bool rescan;
    atomic_llong busy_since_ms; /* steady clock; 0 while it waits for others */
};

/** Scan the folder anew: what cannot be remembered now is found then. */
void folder_request_scan(struct watched *folder);

/** Look at the root soon: it may have gone, come, or been covered. */
void folder_request_check(struct watched *folder);

/**
 * Something in the folder could not be looked at, for this (negative) errno: another scan comes
 * after poll_interval. For struct scan_calls.
 */
void folder_note_error(void *context, int error);

/** Scan the folder anew in so many ms, if no scan is due before. */
void folder_scan_within(struct watched *folder, int64_t ms);

/** How long nothing must have changed in an empty directory before it may go. */
int64_t folder_empty_ms(const struct folder *folder);

/** Scan a directory that is new in the folder. */
void folder_request_subtree(struct watched *folder, const char *path);

/** Whether files in it may change without an event. */
bool folder_must_look(const struct watched *folder);

/**
 * Name the first of those that something is wrong with, why, and how many more there are, into
 * `words`; "" where `path` is NULL.
 */
void folder_name_first(char *words, size_t room, const char *path, const char *why, size_t count);

/** Forget what has gathered for a folder. */
void folder_drop_messages(struct watched *folder);

/** A marker or sidecar came: whoever waits for one in this folder is looked at again. */
void folder_wake_waiters(struct watch *watch, struct watched *folder);

/** Watches or events were lost: everything anew, but not more than once a second. */
void watch_restart_later(struct watch *watch);

/** The thread begins to wait for others, or goes on: what watch_is_stuck() judges by. */
void watch_set_waiting(struct watch *watch, bool waiting);

#endif
