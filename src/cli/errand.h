/** One file on its way by `closedrop upload`, step by step and with patience. */
#ifndef CLOSEDROP_CLI_ERRAND_H
#define CLOSEDROP_CLI_ERRAND_H

#include "filed.h"
#include "session.h"

#include "closedrop/base/account.h"
#include "closedrop/work/upload.h"

struct errand {
    struct session *session;
    const char *path;
    const struct rule *rule; /* NULL: upload only */
    struct upload upload;
    char owner[ACCOUNT_LOGIN]; /* of the file */
    struct resolution resolution;
    struct filed filed;
    char *sender; /* of an email that is really sent */
    char *activity_id;
    size_t effect;    /* of the rule: the one that is being created */
    char *lacks_code; /* NULL: what belongs next to the activity is there */
    char *lacks;
    int64_t begun_ms;    /* wall clock */
    int64_t uploaded_ms; /* the same; 0: not yet */
    int attempts;
    int64_t listed; /* its job on the queue's list, 0: none yet */
};

/** Say why it waits, and wait so many ms, at most an hour. The queue is let go meanwhile. */
void errand_pause(const struct errand *errand, int64_t ms, const char *why);

/** Take a step until it has succeeded, or no further try is worth it. Returns its last verdict. */
struct verdict errand_try(struct errand *errand, struct verdict (*step)(struct errand *errand));

#endif
