/**
 * The stage that looks up the lead of an effect where Close says that it does not exist: since its
 * activity was created, it may have been merged into another one, which gets the effect.
 */
#include "effect_request.h"
#include "effects.h"
#include "stages.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/remedy.h"
#include "closedrop/work/answer.h"

#include <stdlib.h>
#include <string.h>

static struct verdict ask_for_contact(struct task *task, const struct stage_tools *tools)
{
    return task_await(task, api_contact(&tools->api, task->job->contact_id));
}

struct verdict effect_lead_start(struct task *task, const struct stage_tools *tools)
{
    CLEANUP(activity_post_release) struct activity_post post = {0};
    struct verdict verdict = effects_read_request(task, tools, &post);
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    CLEANUP(free_text) char *lead_id = effect_request_lead(&post);
    if (!lead_id)
        return ask_for_contact(task, tools);
    if (!task->lead.lead_id)
        verdict = current_lead_begin(&task->lead, lead_id, false, tools->absences);
    bool asks = verdict.kind == VERDICT_NEXT || verdict.kind == VERDICT_MORE;
    return asks ? task_await(task, current_lead_ask(&task->lead, &tools->api)) : verdict;
}

/** An index may be behind; or it is the contact of a task that is gone. */
static struct verdict is_there(const char *what, const char *id)
{
    return verdict_make(VERDICT_RETRY, "no_target",
        "Close answered that its lead or contact does not exist, although the %s %s does", what,
        id);
}

static struct verdict read_contact(const struct task *task)
{
    const char *contact_id = task->job->contact_id;
    if (answer_is_absent(task->step.request))
        return verdict_make(VERDICT_FAIL, "no_target",
            "the contact %s no longer exists in Close: it was deleted or merged", contact_id);
    struct verdict verdict = answer_read(task->step.request, "contact/");
    return verdict.kind == VERDICT_NEXT ? is_there("contact", contact_id) : verdict;
}

/** Without its advice, which is about files that are not filed yet. */
static struct verdict no_lead(const struct verdict *verdict)
{
    return verdict_make(verdict->kind, verdict->code, "%.*s",
        (int)remedy_problem_length(verdict->message), verdict->message);
}

struct verdict effect_lead_finish(struct task *task, const struct stage_tools *tools)
{
    (void)tools;
    CLEANUP(activity_post_release) struct activity_post post = {0};
    CLEANUP(json_freep) struct json *lead = NULL;
    if (!task->lead.lead_id)
        return read_contact(task);
    struct verdict verdict = current_lead_read(&task->lead, task->step.request, &lead);
    if (verdict.kind == VERDICT_FAIL)
        return no_lead(&verdict);
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    CLEANUP(free_text) char *asked = NULL;
    if (effect_request_read(task->effect.request, &post) < 0 ||
        (asked = effect_request_lead(&post)) == NULL)
        return verdict_no_memory();
    if (strcmp(asked, task->lead.lead_id) == 0)
        return is_there("lead", asked);
    char *request = effect_request_for_lead(&post, task->lead.lead_id);
    if (!request)
        return verdict_no_memory();
    free(task->effect.request);
    task->effect.request = request;
    task->effect.tries++;
    return verdict;
}
