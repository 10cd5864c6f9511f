/** Files an upload on its lead: classified, resolved, and its activity created once. */
#include "upload_filing.h"
#include "upload_result.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/close/activity.h"
#include "closedrop/files/path.h"
#include "closedrop/work/attach.h"
#include "closedrop/work/verify.h"

#include <stdlib.h>
#include <string.h>

/** So often Close is asked whether an activity was created. */
#define VERIFICATIONS_MAX 2

/** Where `--lead` puts a file: straight on the lead; `--contact`: in a note of that contact. */
static struct rule on_lead = {
    .name = (char[]){"--lead"}, .content_type = (char[]){""}, .activity = ACTIVITY_LEAD_FILE};
static struct rule with_contact = {
    .name = (char[]){"--contact"}, .content_type = (char[]){""}, .activity = ACTIVITY_NOTE};

const struct rule *filing_rule(const struct session *session)
{
    const struct options *options = session->options;
    if (options->rule)
        return config_rule(session->config, options->rule);
    return options->lead ? &on_lead : options->contact ? &with_contact : NULL;
}

/** Classify it by the one rule that was named; a rule is for the files it takes. */
static struct verdict classify(struct errand *errand)
{
    const struct file_state *state = &errand->upload.source->before;
    const struct resolve_file file = {.folder = "",
        .path = path_name(errand->path),
        .content_type = errand->upload.content_type,
        .owner = account_login(state->uid, errand->owner),
        .people = &errand->session->config->people,
        .size = state->identity.size,
        .mtime_ns = state->identity.mtime_ns,
        .queued_ms = clock_wall_ms()};
    struct rule *rules[] = {(struct rule *)(uintptr_t)errand->rule, NULL};
    return resolution_classify(&errand->resolution, &file, rules, true, errand->session->tables);
}

struct verdict filing_resolve(struct errand *errand)
{
    const struct options *options = errand->session->options;
    resolution_release(&errand->resolution);
    struct verdict verdict = classify(errand);
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    errand->resolution.absences = &errand->session->absences;
    verdict = options->rule ? resolution_begin(&errand->resolution)
                            : resolution_aim(&errand->resolution, options->lead, options->contact);
    return verdict.kind == VERDICT_NEXT ? session_resolve(errand->session, &errand->resolution)
                                        : verdict;
}

struct job filing_job(const struct errand *errand, char *values)
{
    const struct upload *upload = &errand->upload;
    return (struct job){.folder = (char *)(uintptr_t) "",
        .path = (char *)(uintptr_t)path_name(errand->path),
        .identity = upload->source->before.identity,
        .owner = (char *)(uintptr_t)errand->owner,
        .content_type = (char *)(uintptr_t)upload->content_type,
        .sha256 = (char *)(uintptr_t)upload->sha256,
        .md5 = (char *)(uintptr_t)upload->md5,
        .download_url = upload->ticket.download_url,
        .token = upload->ticket.token,
        .queued_ms = errand->resolution.facts.queued_ms,
        .values = values,
        .activity = errand->rule->activity,
        .lead_id = errand->resolution.lead_id,
        .contact_id = errand->resolution.contact_id};
}

static struct verdict verify_once(struct errand *errand, struct verification *verification)
{
    struct verdict verdict;
    do {
        struct request *request = verify_ask(verification, &errand->session->api);
        if (!request)
            return verdict_no_memory();
        session_run(errand->session, request, NULL);
        verdict = verify_read(verification, request, NULL, NULL);
        request_free(request);
    } while (verdict.kind == VERDICT_MORE);
    return verdict;
}

struct verdict filing_verify(
    struct errand *errand, enum activity_kind kind, int64_t posted_ms, char **ret_id)
{
    CLEANUP(free_text)
    char *question =
        str_format("whether Close created the %s is unknown; checking", activity_noun(kind));
    const struct limits *limits = &errand->session->config->limits;
    struct verdict verdict = verdict_make(VERDICT_UNCLEAR, "unclear", "not looked yet");
    for (int i = 0; i < VERIFICATIONS_MAX && !*ret_id; i++) {
        struct verification verification;
        const struct job job = filing_job(errand, NULL);
        errand_pause(errand, i ? limits->doubt_ms / 4 : limits->doubt_ms, question ? question : "");
        int result = verify_init(&verification, 1);
        if (result == 0)
            result = verify_add_file(&verification, 0, &job) |
                     verify_add_posting(&verification, 0, job.token, job.lead_id, kind, posted_ms);
        verdict = result ? verdict_no_memory() : verify_once(errand, &verification);
        if (verdict.kind == VERDICT_NEXT)
            *ret_id = TAKE_PTR(verification.files[0].activity_id);
        verify_release(&verification);
    }
    if (*ret_id)
        return verdict;
    return verdict_make(VERDICT_FAIL, "unclear",
        "it is unknown whether Close created its %s on %s (%s); check the lead in Close before "
        "you retry",
        activity_noun(kind), errand->resolution.lead_id,
        verdict.kind == VERDICT_NEXT ? "it is not there yet" : verdict.message);
}

static struct verdict create_step(struct errand *errand)
{
    CLEANUP(free_text) char *values = json_print(errand->resolution.values);
    CLEANUP(activity_post_release) struct activity_post post = {0};
    struct job job = filing_job(errand, values);
    struct job *const jobs[] = {&job};
    struct verdict verdict =
        attach_post(errand->rule, &errand->session->config->limits, jobs, 1, &post);
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    int64_t posted_ms =
        close_clock_now(&errand->session->close_clock, clock_wall_ms(), clock_steady_ms());
    struct request *request = api_create(&errand->session->api, job.activity, &post);
    if (!request)
        return verdict_no_memory();
    session_run(errand->session, request, NULL);
    verdict = attach_read(request, job.activity, &errand->activity_id);
    request_free(request);
    if (verdict.kind == VERDICT_UNCLEAR && activity_traits(job.activity)->replaces)
        verdict.kind = VERDICT_DOUBT; /* it is done again */
    return verdict.kind == VERDICT_UNCLEAR
               ? filing_verify(errand, job.activity, posted_ms, &errand->activity_id)
               : verdict;
}

/** What is in the template is checked again, immediately before it gets the file. */
static struct verdict fill_step(struct errand *errand)
{
    struct verdict verdict = filing_resolve(errand);
    if (verdict.kind == VERDICT_NEXT)
        verdict = create_step(errand);
    int result = verdict.kind == VERDICT_NEXT
                     ? str_assign(&errand->resolution.lead_id, errand->activity_id)
                     : 0;
    return result < 0 ? verdict_no_memory() : verdict;
}

/** Who sends its email, if it is really sent. */
static struct verdict find_sender(struct errand *errand)
{
    CLEANUP(free_text) char *values = json_print(errand->resolution.values);
    const struct job job = filing_job(errand, values);
    if (!errand->rule->is_sent || errand->sender)
        return verdict_make(VERDICT_NEXT, NULL, "known");
    return attach_sender(errand->rule, &job, &errand->sender);
}

static struct verdict intend_step(struct errand *errand)
{
    const struct options *options = errand->session->options;
    struct verdict verdict = find_sender(errand);
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    errand->filed = (struct filed){.sha256 = errand->upload.sha256,
        .activity = errand->rule->activity,
        .lead_id = errand->resolution.lead_id,
        .rule = options->rule ? options->rule : "",
        .leaves = errand->rule->is_sent,
        .sender = errand->sender ? errand->sender : ""};
    bool may_repeat = options->again || activity_traits(errand->rule->activity)->replaces;
    return filed_intend(errand->session, &errand->filed, may_repeat);
}

/** If this process ends before it knows the outcome of the POST, the list says so. */
static void list_intent(struct errand *errand)
{
    const struct verdict unclear = verdict_make(VERDICT_FAIL, "unclear",
        "its activity was about to be created, but closedrop upload never reported the result; "
        "check %s in Close before you retry",
        errand->resolution.lead_id);
    result_list(errand, &unclear);
}

struct verdict filing_create(struct errand *errand)
{
    if (activity_traits(errand->rule->activity)->is_template)
        return errand_try(errand, fill_step);
    struct verdict verdict = errand_try(errand, intend_step);
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    list_intent(errand);
    verdict = errand_try(errand, create_step);
    bool is_unclear = verdict.code && strcmp(verdict.code, "unclear") == 0;
    if (verdict.kind == VERDICT_NEXT)
        filed_left(errand->session, &errand->filed);
    else if (!is_unclear)
        filed_withdraw(errand->session, &errand->filed);
    return verdict;
}
