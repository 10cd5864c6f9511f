/**
 * When is a file finished? The decision, apart from the looking. Pure: facts in, a step out; times
 * are on the steady clock, in ms (design.md 5).
 */
#ifndef CLOSEDROP_INTAKE_SETTLE_H
#define CLOSEDROP_INTAKE_SETTLE_H

#include "closedrop/config/config.h"
#include "closedrop/files/identity.h"
#include "closedrop/files/lease.h"

#include <stdbool.h>
#include <stdint.h>

/** What a candidate waits for; also what `status` counts. */
enum settle_wait {
    SETTLE_QUIET,  /* for `settle` without a change, or a writer to end */
    SETTLE_MARKER, /* for its marker or sidecar, without end */
    SETTLE_GROWTH, /* it is empty or looks cut off, and may still grow */
    SETTLE_ACCESS, /* it cannot be read, or has another name: that may still change */
    SETTLE_WAITS
};

/** How it was heard of a file. */
enum settle_hint {
    HINT_WRITTEN,  /* it is new, or was closed after writing */
    HINT_MOVED_IN, /* it came whole, by rename */
    HINT_STAMPED,  /* its times, mode, owner or other attributes were set */
    HINT_LOOKED    /* it was looked at, and whoever changed it has told nothing */
};

/** Since when a candidate is quiet. */
struct settle_quiet {
    int64_t changed; /* its content: when it was first seen, or last seen changed */
    int64_t stamped; /* the same, or its times: somebody may have written and set them back */
};

/** What is known of a candidate before the file is opened. */
struct settle_facts {
    int64_t now;
    struct settle_quiet quiet;
    bool polls;    /* no event tells of a change: it must be looked for */
    bool moved_in; /* it came whole, by rename: no quiet time */
    bool judged;   /* a person brought it back after "empty", "looks cut off" or the like */
    int64_t size;
    uint64_t links;
    int64_t age_ms;             /* since its ctime, by the wall clock */
    bool has_companions;        /* marker and sidecar; true also where none is configured */
    bool companions_busy;       /* its sidecar is still being written */
    bool companions_cut;        /* its sidecar is empty, or ends too early */
    int64_t companions_changed; /* and when that changed last */
};

/** What opening it showed. */
struct settle_look {
    int error; /* 0, or the negative errno of open; -EOWNERDEAD: the program died of each look so
                  far (crash_guard.h) */
    enum lease lease;
    const char *cut; /* what shows that it is not whole (complete.h), NULL: nothing */
};

enum settle_kind { SETTLE_WAIT, SETTLE_OPEN, SETTLE_READY, SETTLE_REFUSE };

struct settle_step {
    enum settle_kind kind;
    enum settle_wait wait; /* for SETTLE_WAIT: for what */
    int64_t until;         /* and when to look again */
    const char *code; /* for SETTLE_REFUSE: it can never be sent, and why; for SETTLE_WAIT: what
                         it will be refused as, NULL: nothing */
    bool is_written;  /* somebody has the file open for writing: its quiet begins now */
    char message[768];
};

/**
 * A file was heard of, and is now as in `after`: when did what change? An attribute that is set
 * begins no new quiet time; where only the times differ, and no event said so, it may be a write.
 */
void settle_note(struct settle_quiet *quiet, enum settle_hint hint, const struct file_state *before,
    const struct file_state *after, int64_t now);

/** Before the file is opened: wait, refuse, or SETTLE_OPEN. */
struct settle_step settle_before_open(
    const struct folder *folder, const struct settle_facts *facts);

/** After the look: wait, refuse, or SETTLE_READY. */
struct settle_step settle_after_look(
    const struct folder *folder, const struct settle_facts *facts, const struct settle_look *look);

#endif
