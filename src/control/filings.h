/** What was filed before, by contents and lead; and what is filed by hand. */
#ifndef CLOSEDROP_CONTROL_FILINGS_H
#define CLOSEDROP_CONTROL_FILINGS_H

#include "asked.h"

#include "closedrop/control/answer.h"

/** When the contents were filed on the lead, whether that is unclear, and if on other leads. */
struct answer filings_get(const struct asked *asked);

/** The same; from now on they may be filed there without a job, unless the send guard objects. */
struct answer filings_intend(const struct asked *asked);

/** What was to be filed was not created. */
struct answer filings_withdraw(const struct asked *asked);

/** It was created, and sent, just now. */
struct answer filings_left(const struct asked *asked);

#endif
