/**
 * The threads of a file process that do what the worker assigns, a step of each assignment in turn:
 * one opens and reads files (MESSAGE_ASSIGN, MESSAGE_READ), another one puts them away
 * (MESSAGE_PUT_AWAY). This is one of them.
 */
#ifndef CLOSEDROP_INTAKE_FILING_H
#define CLOSEDROP_INTAKE_FILING_H

#include "closedrop/base/wire.h"
#include "closedrop/config/config.h"
#include "closedrop/intake/mailbox.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct filing;

/** What it does (work/assignment.h), which can hang. What opens a file, reads or closes it is
 * called by one thread. */
struct filing_work {
    void *context;

    /**
     * Begin the assignment with this number, for the folder with the index `folder`. Returns what
     * `step` continues; or NULL if it is over, with how it ended in `result`.
     */
    void *(*begin)(void *context, int64_t number, struct config *config, size_t folder,
        struct wire *assignment, struct str *result);

    /** Its next step: true once it is over, with how it ended in `result`, and what it was freed.
     */
    bool (*step)(void *context, void *assignment, struct str *result);

    /** Read a part of the file that the assignment with this number has opened. */
    void (*read)(void *context, int64_t number, struct wire *question, struct str *result);

    /** Close it. */
    void (*close)(void *context, int64_t number);
};

/** Start it. Results go to `outbox`; both are borrowed. Returns 0 or a negative errno. */
int filing_start(
    const struct filing_work *work, struct mailbox *outbox, struct filing **ret_filing);

/** Wait for what it does, and end it. Takes NULL. */
void filing_stop(struct filing *filing);

/** Give it a message, which it frees. Returns 0, or -ENOMEM if it has too many. */
int filing_post(struct filing *filing, struct message *message);

/** A number that differs whenever it has begun or ended a step; see filing_hangs(). */
long filing_pulse(const struct filing *filing);

/** Whether it is in the same step as at that number. */
bool filing_hangs(const struct filing *filing, long pulse);

#endif
