/** What lasts, as a value: what the rest of the agent reports to the alerts in each turn. */
#ifndef CLOSEDROP_ALERTS_CONDITION_H
#define CLOSEDROP_ALERTS_CONDITION_H

#include "closedrop/queue/notice.h"

/** Whether something that would hold up files is the case now. */
enum condition_state {
    CONDITION_ABSENT,
    CONDITION_PRESENT,
    CONDITION_UNKNOWN /* leaves it at what was known before */
};

/** Something that lasts, as the rest of the agent sees it in this turn. */
struct condition {
    enum notice_kind kind; /* NOTICE_BLOCKED, NOTICE_HELD or NOTICE_SILENT */
    struct cause_parts parts;
    enum condition_state state;
    const char *message; /* for people; if it is present */
};

#endif
