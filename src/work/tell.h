/**
 * Whoever dropped a file hears of it (`tell` of a folder): that it waits longer than it should, or
 * that it has failed. By a mail, where an address is known, which becomes an event of the queue; or
 * by a text next to the file that waits (waiting_text.h).
 *
 * Once for each file, also over restarts: a field of its job says that it was done. What the send
 * guard holds back is left alone.
 */
#ifndef CLOSEDROP_WORK_TELL_H
#define CLOSEDROP_WORK_TELL_H

#include "worker_state.h"

/** Forget what was ordered: nobody waits for the results any more. */
void tell_end(struct worker *worker);

/** Tell whom is to be told now; inside a transaction. */
void tell_owners(struct worker *worker);

/** The folder (by its index) is away: what was ordered is not waited for. */
void tell_abandon(struct worker *worker, size_t folder);

/** Time in ms until the next page is due; INT64_MAX for never. */
int64_t tell_wait(const struct worker *worker);

/** Pure: how long it may take, in ms, until it is noticed that a file has become late. */
int64_t tell_period_ms(int64_t late_ms);

#endif
