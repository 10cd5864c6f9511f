/** Asking the content memory, and telling it, as the agent's own jobs do (work/duplicates.c). */
#include "filed.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/work/merged_leads.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

static struct verdict not_known(const char *why)
{
    return verdict_make(VERDICT_FAIL, "already_filed",
        "whether it was filed before is unknown: %s; --again files it without this check", why);
}

/** Ask, or tell. The answer is the caller's, NULL where there is no queue, or for the reason that
 * `why` says. */
static struct json *ask(
    struct session *session, const struct filed *filed, enum question_kind kind, struct str *why)
{
    struct question question = {
        .kind = kind, .state = -1, .activity = filed->activity, .id = filed->number};
    snprintf(question.sha256, sizeof(question.sha256), "%s", filed->sha256);
    snprintf(question.lead_id, sizeof(question.lead_id), "%s", filed->lead_id);
    snprintf(question.rule, sizeof(question.rule), "%s", filed->rule);
    if (kind == ASK_INTEND && filed->leaves) {
        question.leaves = true;
        question.yes = session->options->yes;
        snprintf(question.sender, sizeof(question.sender), "%s", filed->sender);
    }
    struct json *body = NULL;
    int result = session_ask(session, &question, &body, why);
    if (result == -ENOENT && !question.leaves)
        str_clear(why); /* no queue, nothing was filed by one */
    return body;
}

/** All leads that were merged into its own. */
static struct verdict ask_merged(
    struct session *session, const char *lead_id, struct merged_leads *leads)
{
    struct verdict verdict = verdict_no_memory();
    if (merged_leads_init(leads, lead_id) < 0)
        return verdict;
    do {
        struct request *request = merged_leads_ask(leads, &session->api);
        if (!request)
            return verdict_no_memory();
        session_run(session, request, NULL);
        verdict = merged_leads_read(leads, request);
        request_free(request);
    } while (verdict.kind == VERDICT_MORE);
    return verdict;
}

/** What the send guard says; NEXT where it lets go, or was not asked. */
static struct verdict of_guard(const struct session *session, const struct json *answer)
{
    const struct guard_limits *limits = &session->config->limits.guard;
    const char *guard = json_get_text(answer, "guard");
    if (!guard)
        return verdict_make(VERDICT_NEXT, NULL, "may leave");
    if (strcmp(guard, "asks") == 0)
        return verdict_make(VERDICT_FAIL, "held",
            "more than %" PRId64 " emails of its rule would be sent within an hour "
            "(limits.ask_above); --yes sends it anyway",
            limits->ask_above);
    return verdict_make(VERDICT_FAIL, "paced",
        "its sender may send again at %s (limits.sends); retry then",
        json_get_text(answer, "leaves_at"));
}

/** An email that is really sent is counted, or not sent. */
static struct verdict not_counted(const char *why)
{
    return verdict_make(VERDICT_FAIL, "no_queue",
        "it would really send an email, and the queue that counts those is not available: %s; "
        "start \"closedrop run\" first",
        why);
}

/** What is known of one lead. NEXT: not filed there; `ret_elsewhere`: but on others. `ret_guard`:
 * whether it may leave. */
static struct verdict ask_about(struct session *session, const struct filed *filed,
    enum question_kind kind, bool *ret_elsewhere, struct verdict *ret_guard)
{
    struct str why = STR_INIT(4096);
    CLEANUP(json_freep) struct json *answer = ask(session, filed, kind, &why);
    const char *at = json_get_text(json_first(json_get(answer, "filings")), "filed_at");
    struct verdict verdict = verdict_make(VERDICT_NEXT, NULL, "new");
    *ret_elsewhere = json_get_bool(answer, "elsewhere", false);
    *ret_guard = !answer && filed->leaves && kind == ASK_INTEND ? not_counted(str_text(&why))
                                                                : of_guard(session, answer);
    if (why.length)
        verdict = not_known(str_text(&why));
    else if (at)
        verdict = verdict_make(VERDICT_FAIL, "already_filed",
            json_get_bool(answer, "unclear", false)
                ? "may already have been filed on %s on %.10s by an upload that did not finish; "
                  "check the lead in Close; --again files it a second time"
                : "was already filed on %s on %.10s; --again files it a second time",
            filed->lead_id, at);
    str_release(&why);
    return verdict;
}

/** The same of the leads that were merged into its own. */
static struct verdict ask_elsewhere(struct session *session, const struct filed *filed)
{
    struct merged_leads leads = {0};
    struct verdict no_guard;
    bool ignored;
    struct verdict verdict = ask_merged(session, filed->lead_id, &leads);
    for (size_t i = 1; i < leads.count && verdict.kind == VERDICT_NEXT; i++) {
        struct filed there = *filed;
        there.lead_id = leads.ids[i];
        verdict = ask_about(session, &there, ASK_FILINGS, &ignored, &no_guard);
    }
    merged_leads_release(&leads);
    return verdict;
}

struct verdict filed_intend(struct session *session, struct filed *filed, bool again)
{
    bool is_elsewhere;
    if (getrandom(&filed->number, sizeof(filed->number), 0) < 0)
        return verdict_no_memory();
    filed->number |= INT64_MIN; /* below 0: not a job's */
    struct verdict guard;
    struct verdict verdict = ask_about(session, filed, ASK_INTEND, &is_elsewhere, &guard);
    bool is_unknown = guard.code && strcmp(guard.code, "no_queue") == 0;
    if (again || is_unknown)
        verdict = verdict_make(VERDICT_NEXT, NULL, "asked for");
    else if (verdict.kind == VERDICT_NEXT && is_elsewhere)
        verdict = ask_elsewhere(session, filed);
    if (verdict.kind == VERDICT_NEXT)
        verdict = guard;
    if (verdict.kind != VERDICT_NEXT)
        filed_withdraw(session, filed);
    return verdict;
}

void filed_left(struct session *session, const struct filed *filed)
{
    struct str why = STR_INIT(4096);
    if (filed->leaves)
        json_free(ask(session, filed, ASK_LEFT, &why));
    str_release(&why); /* then it counts from when it was intended */
}

void filed_withdraw(struct session *session, const struct filed *filed)
{
    struct str why = STR_INIT(4096);
    json_free(ask(session, filed, ASK_WITHDRAW, &why));
    str_release(&why); /* then it counts as filed, and --again helps */
}
