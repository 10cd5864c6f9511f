/** The second thread of a file process: it does what the worker assigns (MESSAGE_ASSIGN). */
#ifndef CLOSEDROP_INTAKE_FILING_H
#define CLOSEDROP_INTAKE_FILING_H

#include "closedrop/base/wire.h"
#include "closedrop/config/config.h"
#include "closedrop/intake/mailbox.h"

#include <stdbool.h>
#include <stddef.h>

struct filing;

/**
 * Does an assignment (assignment.h) for the folder with the index `folder`; calls `next_step`
 * before each further step, as a sign that it does not hang.
 */
typedef void filing_work(struct config *config, size_t folder, struct wire *assignment,
    void (*next_step)(void *context), void *context, struct str *result);

/** Start it. Results go to `outbox`, which is borrowed. Returns 0 or a negative errno. */
int filing_start(filing_work *work, struct mailbox *outbox, struct filing **ret_filing);

/** Wait for what it does, and end it. Takes NULL. */
void filing_stop(struct filing *filing);

/** Give it an assignment, which it frees. Returns 0, or -ENOMEM if it has too many. */
int filing_post(struct filing *filing, struct message *message);

/** A number that differs whenever it has begun or ended a step; see filing_hangs(). */
long filing_pulse(const struct filing *filing);

/** Whether it is in the same step as at that number. */
bool filing_hangs(const struct filing *filing, long pulse);

#endif
