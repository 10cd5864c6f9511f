/** The effects of an upload by hand: posted, and searched for where the answer is unclear. */
#include "upload_effects.h"

#include "upload_filing.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/close/activity.h"
#include "closedrop/work/attach.h"

#include <stdlib.h>

static struct verdict effect_step(struct errand *errand)
{
    const struct rule_effect *effect = &errand->rule->effects[errand->effect];
    CLEANUP(free_text) char *values = json_print(errand->resolution.values);
    CLEANUP(activity_post_release) struct activity_post post = {0};
    CLEANUP(free_text) char *id = NULL;
    struct job job = filing_job(errand, values);
    struct verdict verdict = attach_effect(errand->rule, effect, &job, &post);
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    int64_t posted_ms =
        close_clock_now(&errand->session->close_clock, clock_wall_ms(), clock_steady_ms());
    struct request *request = api_create(&errand->session->api, effect->kind, &post);
    if (!request)
        return verdict_no_memory();
    session_run(errand->session, request, NULL);
    verdict = attach_read(request, effect->kind, &id);
    request_free(request);
    return verdict.kind == VERDICT_UNCLEAR ? filing_verify(errand, effect->kind, posted_ms, &id)
                                           : verdict;
}

static void note_lack(struct errand *errand, const struct verdict *verdict)
{
    enum activity_kind kind = errand->rule->effects[errand->effect].kind;
    CLEANUP(free_text) char *before = errand->lacks;
    errand->lacks = str_format("%s%sits %s is missing: %s", before ? before : "",
        before ? "; " : "", activity_noun(kind), verdict->message);
    if (!errand->lacks_code)
        errand->lacks_code = str_format("%s_missing", activity_kind_names[kind]);
}

void upload_effects(struct errand *errand)
{
    for (; errand->effect < errand->rule->effect_count; errand->effect++) {
        const struct verdict verdict = errand_try(errand, effect_step);
        if (verdict.kind != VERDICT_NEXT)
            note_lack(errand, &verdict);
    }
}
