/** The stages of a job, in a table. */
#include "stages.h"

const struct stage_row stage_rows[STAGES] = {
    [STAGE_COMPARE] = {"compare", compare_start, NULL},
    [STAGE_RESOLVE] = {"resolve", resolve_start, resolve_finish},
    [STAGE_TICKET] = {"ticket", ticket_start, ticket_finish},
    [STAGE_SEND] = {"send", send_start, send_finish},
    [STAGE_PRESENT] = {"present", present_start, NULL},
    [STAGE_RECONCILE] = {"reconcile", reconcile_start, reconcile_finish},
    [STAGE_DUPLICATE] = {"duplicate", duplicate_start, duplicate_finish},
    [STAGE_ATTACH] = {"attach", attach_start, attach_finish},
    [STAGE_VERIFY] = {"look", verify_start, verify_finish},
    [STAGE_RENAMED] = {"renamed", renamed_start, renamed_finish},
    [STAGE_FINISH] = {"finish", finish_start, NULL},
};
