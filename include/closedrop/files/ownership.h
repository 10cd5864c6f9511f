/**
 * One folder, one owner: two agents with two queues on one folder would file all of it twice.
 *
 * The file `owner` in a folder's staging directory (put_away.h) names the queue that has the
 * folder, in lines that people can read. Two things show that its writer lives:
 *
 * - a lock on the file, which dies with the process, where this kernel sees all that happens to the
 *   file (filesystem.h);
 * - a counter in it, which is rewritten every OWNERSHIP_BEAT_MS, for all that see the folder over a
 *   network or through FUSE, where a lock may stay local. A queue takes the folder of another over
 *   once it has seen the file unchanged for OWNERSHIP_EXPIRY_MS, or at once where the process is
 *   known to be gone.
 *
 * Where two take the same folder over at the same moment and no lock tells them apart, one of them
 * finds the other's name at its next beat, and gives way. Equal queues are one owner.
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

/** How much of another's file is kept to see whether it changes; the counter comes before. */
#define OWNERSHIP_SEEN 512

/** What an owner file says; all is 0 or "" where it is not one. */
struct owner {
    int64_t queue;
    int64_t beat;
    int64_t pid;
    char host[HOST_NAME_MAX + 1];
    char boot[80]; /* the kernel's boot id and the process's pid namespace */
    char state_dir[PATH_MAX];
    bool is_foreign; /* not in the file: the staging directory is another user's, */
    uid_t uid;       /* this one's */
};

/** What is known of an owner file, and of who wrote it. */
struct ownership_facts {
    bool is_ours;         /* it names our queue */
    bool is_held;         /* somebody has it locked */
    bool is_free;         /* nobody has, and the file system would tell */
    bool is_of_this_host; /* or it names no host: its writer died before that */
    bool is_gone;         /* this kernel had its process, and has it no more */
    int64_t unchanged_ms; /* for how long it was seen as it is */
};

/** Whether the folder is another's. Pure. */
bool ownership_is_refused(const struct ownership_facts *facts);

enum ownership_answer {
    OWNERSHIP_OURS,    /* it is ours from now on; for a look: nobody else's */
    OWNERSHIP_REFUSED, /* another queue has it */
    OWNERSHIP_FOREIGN  /* its staging directory is another user's */
};

/** Whose a folder is, kept from one claim to the next. */
struct ownership {
    int file; /* our owner file, locked; -1 while there is none, or where a lock tells nothing */
    int64_t beat;
    char seen[OWNERSHIP_SEEN]; /* another's file, as it was when we looked last, */
    int64_t seen_ms;
    int64_t unchanged_ms; /* and for how long it has been so */
};

#define OWNERSHIP_INIT                                                                             \
    {                                                                                              \
        .file = -1                                                                                 \
    }

/**
 * Claim the folder open at `root` for `queue`, or go on having it: to be called again every
 * OWNERSHIP_BEAT_MS, and while another has it as often as one likes. `now_ms` is on the steady
 * clock, `state_dir` for people. Returns enum ownership_answer; or a negative errno where the owner
 * file cannot be read or written, so that it cannot be told whose the folder is.
 * `ret_owner` is written for OWNERSHIP_REFUSED and OWNERSHIP_FOREIGN.
 */
int ownership_claim(struct ownership *ownership, int root, int64_t queue, const char *state_dir,
    int64_t now_ms, struct owner *ret_owner);

/** Whether somebody has moved or removed our owner file, as far as a lock tells: claim again, at
 * once. */
bool ownership_is_lost(const struct ownership *ownership, int root);

/** Give the folder up and remove the owner file, if it still names this process. `root` may be -1.
 */
void ownership_release(struct ownership *ownership, int root, int64_t queue);

/**
 * Whether another queue has `directory` below `root` ("" for itself): as ownership_claim(), but
 * nothing is changed, and nothing is waited for.
 */
enum ownership_answer ownership_look(
    int root, const char *directory, int64_t queue, struct owner *ret_owner);

/**
 * The same for the directories above the real path `path`: the nearest one that another queue has,
 * which the caller frees, or NULL (also where memory is short).
 */
char *ownership_look_above(const char *path, int64_t queue, struct owner *ret_owner);

/** Whether an owner file names this machine and this state directory. */
bool owner_is_at(const struct owner *owner, const char *state_dir);

/** Who it is that refuses, to follow "is", into `text`; returns `text`. */
#define OWNER_WORDS 160
const char *owner_words(const struct owner *owner, char text[OWNER_WORDS]);

#endif
