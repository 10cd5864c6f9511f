/**
 * The watch thread's own state, shared by the files it is made of: watch.c is its loop, folders.c
 * knows which directory a folder is and how it is watched, rounds.c which scan is due, closed.c
 * what no scan gets into, hints.c takes up what events and scans point at, looks.c looks at it
 * until it is settled, replaced.c says when another document took its name meanwhile, letters.c
 * tells the work thread.
 */
#ifndef CLOSEDROP_INTAKE_INNER_H
#define CLOSEDROP_INTAKE_INNER_H

#include "closedrop/config/config.h"
#include "closedrop/files/ownership.h"
#include "closedrop/intake/candidates.h"
#include "closedrop/intake/last_look.h"
#include "closedrop/intake/mailbox.h"
#include "closedrop/intake/scan.h"
#include "closedrop/intake/settle.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define CANDIDATES_MOST 16384
#define BATCH 256          /* sightings in one letter */
#define BATCHES_OUT_MOST 8 /* letters that wait for an answer, while a scan goes on */
#define SUBTREES_MOST 64   /* new directories that wait for their scan, before all is scanned */

struct watch;

/** What a folder's time has come for. */
enum round {
    ROUND_NONE,
    ROUND_LOOK,      /* at its root alone: whether it is there, and the same */
    ROUND_WHOLE,     /* all that lies in it */
    ROUND_UNWATCHED, /* what lies in directories without a watch */
    ROUND_SUBTREE    /* what lies in and below a directory that is new */
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
    enum round round; /* what the scan is for */
    char *subtrees[SUBTREES_MOST];
    size_t subtree_count;
    int64_t next_scan_ms; /* steady clock: ROUND_WHOLE */
    int64_t next_look_ms; /* steady clock: ROUND_LOOK, and what is polled */
    bool scan_wanted;     /* before next_scan_ms */
    int64_t scan_asked;   /* number of the last LETTER_SCAN */
    int64_t scan_begun;   /* the same when the last whole round began */
    int missed;           /* since the last whole round began; see rounds_missed() */
    bool has_unreachable; /* the same, for what lies too deep */
    struct letter *seen;  /* sightings collected for the next letter */
    struct letter *settled;
    struct letter *left;
    struct letter *spent;
    struct letter *empty;
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
    struct last_look *last_look; /* NULL: nothing is remembered */
    int events;                  /* descriptor, negative errno where there are none */
    int mounts; /* /proc/self/mountinfo, which poll(2) tells changes of; -1 where there is none */
    size_t batches_out;
    int64_t restart_ms; /* steady clock: events are begun anew, 0 for not */
    int64_t restarted_ms;
    atomic_bool rescan;
    atomic_llong busy_since_ms; /* steady clock; 0 while it waits for others */
};

/* watch.c */

/** Watches or events were lost: everything anew, but not more than once a second. */
void watch_restart_later(struct watch *watch);

/** The thread begins to wait for others, or goes on: what watch_is_stuck() judges by. */
void watch_set_waiting(struct watch *watch, bool waiting);

/* letters.c: what finds no memory is found by a scan later */

/** Say that a file was seen: the queue is asked whether it knows it. */
void letters_seen(struct watch *watch, struct watched *folder, const char *path,
    const struct file_state *state, bool moved_in);

/** A file is no longer at a path. */
void letters_left(struct watch *watch, struct watched *folder, const char *path);

/** An end marker is quiet, and no candidate is covered by it. */
void letters_spent(struct watch *watch, const struct candidate *marker);

/** A directory in which there is nothing, and has been nothing for a while. */
void letters_empty(
    struct watch *watch, struct watched *folder, const char *path, const struct file_state *state);

/** Say that a candidate is finished, or by `refusal` (NULL: none) that it can never be sent. */
void letters_settled(
    struct watch *watch, const struct candidate *candidate, const struct settle_step *refusal);

/** Send what has gathered, and how each folder is where that has changed. */
void letters_send(struct watch *watch);

/**
 * Name the first of those that something is wrong with, why, and how many more there are, into
 * `words`; "" where `path` is NULL.
 */
void letters_name_first(char *words, size_t room, const char *path, const char *why, size_t count);

/** Forget what has gathered for a folder. */
void letters_drop(struct watched *folder);

/* folders.c */

/**
 * Open the folder's root, or see that it is still the same; a new one is scanned soon. Returns
 * whether it is there.
 */
bool folder_enter(struct watch *watch, struct watched *folder);

/**
 * Claim the folder, or beat: nothing of it is told before. Returns false where another has it: then
 * it has been left.
 */
bool folder_claim(struct watch *watch, struct watched *folder);

/**
 * Whether a file is still ours to tell, just before it is: its owner files are looked at once more.
 * If not, the next round claims the folder anew, or yields.
 */
bool folder_has(struct watched *folder, const char *path);

/** Leave the folder for now, if a directory that another queue has was met in it. Returns whether.
 */
bool folder_yield(struct watch *watch, struct watched *folder);

/** Give it up, close its root, and forget the scans that are due. */
void folder_leave(struct watched *folder);

/** By events or by looking, as its configuration, its file system and the kernel allow. */
void folder_decide_polling(const struct watch *watch, struct watched *folder);

/** Say in its health what of it has no events, and how to mend that. */
void folder_explain(const struct watch *watch, struct watched *folder);

/** Whether files in it may change without an event. */
bool folder_must_look(const struct watched *folder);

/**
 * Watch a directory of the folder. Returns whether its files are to be told: a directory that had
 * its watch before is passed by in ROUND_UNWATCHED, and one that another queue has makes the whole
 * folder wait for folder_yield(). For struct scan_calls.
 */
bool folder_watch_directory(void *context, const char *path);

/**
 * Events of the directory above tell when the root itself goes or comes: we keep it open, and a
 * deleted directory that is open tells nothing of its own.
 */
void folder_watch_parent(const struct watched *folder);

/* rounds.c */

/** Scan the folder anew: what cannot be remembered now is found then. */
void rounds_soon(struct watched *folder);

/** Look at the root soon: it may have gone, come, or been covered. */
void rounds_look_soon(struct watched *folder);

/**
 * Something in the folder could not be looked at, for this (negative) errno: another scan comes
 * after poll_interval. For struct scan_calls.
 */
void rounds_missed(void *context, int error);

/** Scan the folder anew in so many ms, if no scan is due before. */
void rounds_within(struct watched *folder, int64_t ms);

/** How long nothing must have changed in an empty directory before it may go. */
int64_t rounds_empty_ms(const struct folder *folder);

/** Scan a directory that is new in the folder. */
void rounds_subtree(struct watched *folder, const char *path);

/** Begin the round that is due, and go on with the one under way. */
void rounds_go_on(struct watch *watch, struct watched *folder);

/** Give up the round under way, and begin from the start. */
void rounds_anew(struct watched *folder);

/** Whether all of some folder with events is being scanned, and that goes on. */
bool rounds_are_under_way(const struct watch *watch);

/** When the folder's next round is due, on the steady clock; 0 for at once. */
int64_t rounds_next(const struct watch *watch, const struct watched *folder);

/* closed.c */

/** A directory may not be listed, or not be entered: keep it in mind, and say so once. For struct
 * scan_calls. */
void closed_add(void *context, const char *path);

/** Look at them again: what is open now is scanned, what has gone is forgotten. */
void closed_look_again(struct watched *folder);

/** Say in the folder's health which is the first, and how many more there are. */
void closed_name(struct watched *folder);

/** Forget them all. */
void closed_forget(struct watched *folder);

/* hints.c */

/** Something may be there under this name: touch the candidate, or ask the queue about it. */
void hint_take(
    struct watch *watch, struct watched *folder, const char *path, enum settle_hint hint);

/** The same from a scan: candidates look again by themselves. For struct scan_calls. */
void hint_of_scan(void *context, const char *path);

/** Something has left its place: the end marker of its batch may be spent, or be what has left; and
 * its directory may be empty now. */
void hint_left(struct watch *watch, struct watched *folder, const char *path);

/** A candidate was heard of again: quiet time begins anew where its content may have changed, or
 * ends where it came whole. */
void hint_touch(struct watch *watch, struct candidate *candidate, enum settle_hint hint);

/** A candidate was deleted. A document is remembered for as long as it would have settled. */
void hint_deleted(struct watch *watch, struct candidate *candidate);

/* looks.c */

/** Look at the candidates whose time has come, a slice of them. */
void looks_go_on(struct watch *watch);

/** The candidate, open as `look`, is in this state now. */
void looks_note_state(struct watched *folder, struct candidate *candidate, int look,
    const struct file_state *state, enum settle_hint hint);

/* replaced.c */

/**
 * Remember the document that lies under the candidate's name, open as `look`, if it is finished;
 * and say so, once, if that is another one than before. Where no lease tells whether it is
 * finished, `seems_finished` does.
 */
void replaced_note(
    const struct watched *folder, struct candidate *candidate, int look, bool seems_finished);

/** What the history of the candidate's job is to say of it, the caller's to free; NULL: nothing. */
char *replaced_text(const struct candidate *candidate);

#endif
