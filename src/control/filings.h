/** What was filed before, asked by bytes and lead; and what is filed by hand. */
#ifndef CLOSEDROP_CONTROL_FILINGS_H
#define CLOSEDROP_CONTROL_FILINGS_H

#include "asked.h"

#include "closedrop/control/answer.h"

/** When the bytes were filed on the lead, whether that is unclear, and whether they are elsewhere.
 */
struct answer filings_get(const struct asked *asked);

/** The same, and from now on they may be filed there without a job, unless the send guard asks
 * first. */
struct answer filings_intend(const struct asked *asked);

/** What was intended was not created. */
struct answer filings_withdraw(const struct asked *asked);

/** It was created, and left the house, just now. */
struct answer filings_left(const struct asked *asked);

#endif
