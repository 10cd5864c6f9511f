/** The stages of a job, in a table. */
#include "stages.h"
#include "bring_back.h"

const struct stage_row stage_rows[STAGES] = {
    [STAGE_COMPARE] = {"compare", compare_start, compare_start, NULL, compare_step, compare_next},
    [STAGE_RESOLVE] = {"resolve", resolve_touch, resolve_start, resolve_finish, bring_back_step,
        resolve_next},
    [STAGE_TICKET] = {"ticket", ticket_touch, ticket_start, ticket_finish, bring_back_step,
        ticket_next},
    [STAGE_SEND] = {"send", NULL, send_start, send_finish, NULL, send_next},
    [STAGE_PRESENT] = {"present", present_start, present_start, NULL, NULL, present_next},
    [STAGE_RECONCILE] = {"reconcile", NULL, reconcile_start, reconcile_finish, NULL,
        reconcile_next},
    [STAGE_DUPLICATE] = {"duplicate", NULL, duplicate_start, duplicate_finish, NULL,
        duplicate_next},
    [STAGE_ATTACH] = {"attach", NULL, attach_start, attach_finish, NULL, attach_next},
    [STAGE_VERIFY] = {"look", verify_touch, verify_start, verify_finish, bring_back_step,
        verify_next},
    [STAGE_EFFECT] = {"effect", NULL, effect_start, effect_finish, NULL, effect_next},
    [STAGE_EFFECT_LEAD] = {"effect lead", NULL, effect_lead_start, effect_lead_finish, NULL,
        effect_lead_next},
    [STAGE_EFFECT_VERIFY] = {"effect look", NULL, effect_verify_start, effect_verify_finish, NULL,
        effect_verify_next},
    [STAGE_RENAMED] = {"renamed", renamed_touch, renamed_start, renamed_finish, NULL, renamed_next},
    [STAGE_FINISH] = {"finish", finish_start, finish_start, NULL, finish_step, finish_next},
};
