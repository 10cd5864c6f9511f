/** The address of whoever dropped a file (tell.mail of its folder). */
#ifndef CLOSEDROP_WORK_OWNER_ADDRESS_H
#define CLOSEDROP_WORK_OWNER_ADDRESS_H

#include "worker_state.h"

enum address_answer {
    ADDRESS_KNOWN,
    ADDRESS_NONE, /* nobody knows one, or what the table of people has is not a valid address */
    ADDRESS_LATER /* the table is being written */
};

/** ADDRESS_KNOWN: `ret_address` is a plain address, which the caller frees. */
enum address_answer owner_address(const struct worker *worker, const struct folder *folder,
    const struct job *job, char **ret_address);

#endif
