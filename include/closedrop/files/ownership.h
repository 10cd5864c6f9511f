/**
 * One folder, one owner: two agents with two queues on the same folder would file everything twice.
 *
 * The file `owner` in a folder's staging directory (put_away.h) names the queue that owns the
 * folder, in lines that people can read. Two things show that its writer is alive:
 *
 * - a lock on the file, which disappears with the process. It counts if this kernel sees everything
 *   that happens to the file (filesystem.h);
 * - a counter in the file, incremented every OWNERSHIP_BEAT_MS. It is for agents that see the
 *   folder over a network or through FUSE, where locks may be local. Another queue takes the folder
 *   over once it has seen the file unchanged for OWNERSHIP_EXPIRY_MS, or at once if it knows that
 *   the process is gone.
 *
 * If two agents take over the same folder at the same moment and no lock decides, one of them finds
 * the other's name at its next beat and gives way. Agents with the same queue are one owner.
 */
#ifndef CLOSEDROP_FILES_OWNERSHIP_H
#define CLOSEDROP_FILES_OWNERSHIP_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define OWNERSHIP_BEAT_MS 20000
#define OWNERSHIP_EXPIRY_MS 90000

/** How many bytes of another owner's file are kept to detect changes; includes the counter. */
#define OWNERSHIP_SEEN 512

/** The contents of an owner file; everything is 0 or "" if it is not valid. */
struct owner {
    int64_t queue;
    int64_t beat;
    int64_t pid;
    char host[HOST_NAME_MAX + 1];
    char boot[80]; /* the kernel's boot ID and the PID namespace of the process */
    char state_dir[PATH_MAX];
    bool is_foreign; /* not in the file: the staging directory belongs to another user ... */
    uid_t uid;       /* ... with this ID */
};

/** What is known about an owner file and its writer. */
struct ownership_facts {
    bool is_ours;         /* it names our queue */
    bool is_held;         /* somebody holds the lock */
    bool is_free;         /* nobody does, and locks on this file system can be trusted */
    bool is_of_this_host; /* also if it names no host, because its writer crashed before */
    bool is_gone;         /* its process ran on this kernel and no longer exists */
    int64_t unchanged_ms; /* how long it has been seen unchanged */
};

/** Whether the folder belongs to another owner. Pure. */
bool ownership_is_refused(const struct ownership_facts *facts);

enum ownership_answer {
    OWNERSHIP_OURS,    /* it is ours from now on; for ownership_check(): nobody else's */
    OWNERSHIP_REFUSED, /* another queue owns it */
    OWNERSHIP_FOREIGN  /* its staging directory belongs to another user */
};

/** The ownership of a folder, kept from one claim to the next. */
struct ownership {
    int file; /* our owner file, locked; -1 if there is none, or if locks mean nothing here */
    int64_t beat;
    char seen[OWNERSHIP_SEEN]; /* another owner's file as last seen ... */
    int64_t seen_ms;
    int64_t unchanged_ms; /* ... and how long it has been the same */
    uint64_t found;       /* the turn in which our owner file was last where it belongs */
};

#define OWNERSHIP_INIT                                                                             \
    {                                                                                              \
        .file = -1                                                                                 \
    }

/**
 * Claim the folder open at `root` for `queue`, or renew the claim. Call it again every
 * OWNERSHIP_BEAT_MS, or at any interval while another queue owns the folder. `now_ms` is on the
 * steady clock; `state_dir` is written into the file for people.
 * Returns enum ownership_answer, or a negative errno if the owner file cannot be read or written,
 * so that the owner is unknown. Writes `ret_owner` for OWNERSHIP_REFUSED and OWNERSHIP_FOREIGN.
 */
int ownership_claim(struct ownership *ownership, int root, int64_t queue, const char *state_dir,
    int64_t now_ms, struct owner *ret_owner);

/** Whether somebody has moved or removed our owner file, as far as we hold a lock on it: if so,
 * claim again at once. Checked once a turn (turn.h). */
bool ownership_is_lost(struct ownership *ownership, int root);

/** Give up the folder; remove the owner file if it still names this process. `root` can be -1. */
void ownership_release(struct ownership *ownership, int root, int64_t queue);

/**
 * Whether another queue owns `directory` below `root` ("": `root` itself). Like ownership_claim(),
 * but changes nothing and does not wait.
 */
enum ownership_answer ownership_check(
    int root, const char *directory, int64_t queue, struct owner *ret_owner);

/**
 * The same for the directories above the real path `path`. Returns the nearest one that another
 * queue owns, which the caller frees, or NULL (also if out of memory).
 */
char *ownership_check_above(const char *path, int64_t queue, struct owner *ret_owner);

/** Whether an owner file names this machine and this state directory. */
bool owner_is_at(const struct owner *owner, const char *state_dir);

/**
 * For whoever has no queue: the directory, `path` itself or above it, that an agent with another
 * state directory than `state_dir` owns. The caller frees it; NULL: there is none that we may see.
 */
char *ownership_find_other(const char *path, const char *state_dir, struct owner *ret_owner);

/** Describe the other owner in `text`, to follow "is"; returns `text`. */
#define OWNER_WORDS 160
const char *owner_words(const struct owner *owner, char text[OWNER_WORDS]);

#endif
