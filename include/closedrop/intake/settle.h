/**
 * Decides when a file is finished, from facts that others collect. Pure: facts in, a step out.
 * Times are on the steady clock, in ms (closedrop.conf(5), "When a file is finished").
 */
#ifndef CLOSEDROP_INTAKE_SETTLE_H
#define CLOSEDROP_INTAKE_SETTLE_H

#include "closedrop/config/config.h"
#include "closedrop/files/identity.h"
#include "closedrop/files/lease.h"

#include <stdbool.h>
#include <stdint.h>

/** What a candidate waits for; `status` counts them. */
enum settle_wait {
    SETTLE_QUIET,  /* to be unchanged for `settle`, or for a writer to finish */
    SETTLE_MARKER, /* for its marker or sidecar, indefinitely */
    SETTLE_GROWTH, /* it is empty or looks truncated, and may still grow */
    SETTLE_ACCESS, /* it is not readable or has a hard link, which may still change */
    SETTLE_WAITS
};

/** What must exist next to a file before it is taken. */
enum companion {
    COMPANION_NONE,
    COMPANION_MARKER,
    COMPANION_NEXT_MARKER, /* the batch has a marker, but the file arrived after it */
    COMPANION_SIDECAR,
    COMPANIONS
};

/** How far a file has settled, for people who ask. */
struct settle_progress {
    bool is_settling; /* false: it was not noticed yet, is ignored, or is finished */
    bool is_written;  /* somebody has it open for writing */
    enum settle_wait wait;
    enum companion wants; /* it waits for this, or for the rest of it */
    int64_t unchanged_ms; /* since it was last seen to change */
    int64_t next_ms;      /* until it is inspected again; INT64_MAX: not before something happens */
};

/** How a file came to attention. */
enum settle_hint {
    HINT_WRITTEN,  /* it was created, or closed after writing */
    HINT_MOVED_IN, /* it was moved in, and is complete */
    HINT_STAMPED,  /* its times, mode, owner or other attributes were set */
    HINT_INSPECTED /* found by a scan or a check, without an event */
};

/** Since when a candidate has been unchanged. */
struct settle_quiet {
    int64_t changed; /* its contents: when they were first seen, or last seen changed */
    int64_t stamped; /* the same, or its times: it may have been written and its times reset */
};

/** What is known about a candidate before the file is opened. */
struct settle_facts {
    int64_t now;
    struct settle_quiet quiet;
    bool polls;    /* no events report changes, so it must be polled */
    bool moved_in; /* it was moved in and is complete: no wait */
    bool judged;   /* a person brought it back after "empty", "looks cut off" or the like */
    int64_t size;
    uint64_t links;
    int64_t age_ms;             /* since its ctime, on the wall clock */
    bool has_companions;        /* marker and sidecar; also true if none is configured */
    bool companions_busy;       /* its sidecar is still being written */
    bool companions_cut;        /* its sidecar is empty or truncated */
    int64_t companions_changed; /* when the sidecar last changed */
};

/** What opening the file showed. */
struct settle_findings {
    int error; /* 0, or the negative errno of open; -EOWNERDEAD: every inspection so far has crashed
                  (crash_guard.h) */
    enum lease lease;
    const char *cut; /* why it is incomplete (complete.h), or NULL */
};

enum settle_kind { SETTLE_WAIT, SETTLE_OPEN, SETTLE_READY, SETTLE_REFUSE };

/** Why a file can never be sent: every code of a SETTLE_REFUSE, equal to `text`; or NULL. */
const char *settle_code(const char *text);

struct settle_step {
    enum settle_kind kind;
    enum settle_wait wait; /* for SETTLE_WAIT: for what */
    int64_t until;         /* and when to inspect again */
    const char *code; /* for SETTLE_REFUSE: why it can never be sent; for SETTLE_WAIT: the code if
                         it is refused later, or NULL */
    bool is_written;  /* somebody has the file open for writing: the wait starts now */
    char message[768];
};

/**
 * Record what changed and when, given that a file came to attention and its state is now `after`.
 * Setting an attribute does not restart the wait; but if only the times differ, and no event
 * explains it, this may be a write.
 */
void settle_note(struct settle_quiet *quiet, enum settle_hint hint, const struct file_state *before,
    const struct file_state *after, int64_t now);

/** The step before the file is opened: wait, refuse, or SETTLE_OPEN. */
struct settle_step settle_before_open(
    const struct folder *folder, const struct settle_facts *facts);

/** The step after the file was opened: wait, refuse, or SETTLE_READY. */
struct settle_step settle_after_open(const struct folder *folder, const struct settle_facts *facts,
    const struct settle_findings *findings);

#endif
