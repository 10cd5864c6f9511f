/** Asking the content memory, and telling it, as the agent's own jobs do (work/duplicates.c). */
#include "filed.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/control/client.h"
#include "closedrop/work/merged_leads.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static struct verdict not_known(const char *why)
{
    return verdict_make(VERDICT_FAIL, "already_filed",
        "whether it was filed before cannot be found out: %s; --again files it without asking",
        why);
}

/** Ask, or tell. The answer is the caller's, NULL where there is no queue, or for the reason that
 * `why` says. */
static struct json *ask(
    struct session *session, const struct filed *filed, enum question_kind kind, struct str *why)
{
    struct client *client = NULL;
    struct question question = {.kind = kind, .state = -1, .activity = filed->activity};
    snprintf(question.sha256, sizeof(question.sha256), "%s", filed->sha256);
    snprintf(question.lead_id, sizeof(question.lead_id), "%s", filed->lead_id);
    snprintf(question.rule, sizeof(question.rule), "%s", filed->rule);
    int result = client_open(session->config, &client, why);
    if (result == -ENOENT)
        str_clear(why); /* no queue, nothing was filed by one */
    if (result < 0)
        return NULL;
    struct answer answer = client_ask(client, &question);
    client_close(client);
    if (answer.status == 200)
        return answer.body;
    const char *error = json_get_text(answer.body, "error");
    str_add(why, error ? error : "the agent gave no answer");
    json_free(answer.body);
    return NULL;
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

static struct verdict compare(const struct json *filings, const struct merged_leads *leads)
{
    for (const struct json *one = json_first(filings); one; one = json_next(one)) {
        const char *lead_id = json_get_text(one, "lead_id"), *at = json_get_text(one, "filed_at");
        if (lead_id && at && merged_leads_have(leads, lead_id))
            return verdict_make(VERDICT_FAIL, "already_filed",
                "was filed on %s on %.10s already; --again files it once more", lead_id, at);
    }
    return verdict_make(VERDICT_NEXT, NULL, "new");
}

struct verdict filed_ask(struct session *session, const struct filed *filed)
{
    struct str why = STR_INIT(4096);
    struct merged_leads leads = {0};
    CLEANUP(json_freep) struct json *answer = ask(session, filed, ASK_FILINGS, &why);
    const struct json *filings = json_get(answer, "filings");
    struct verdict verdict = verdict_make(VERDICT_NEXT, NULL, "new");
    if (why.length)
        verdict = not_known(str_text(&why));
    else if (json_first(filings))
        verdict = ask_merged(session, filed->lead_id, &leads);
    if (verdict.kind == VERDICT_NEXT)
        verdict = compare(filings, &leads);
    merged_leads_release(&leads);
    str_release(&why);
    return verdict;
}

void filed_keep(struct session *session, const struct filed *filed)
{
    struct str why = STR_INIT(4096);
    CLEANUP(json_freep) struct json *answer = ask(session, filed, ASK_REMEMBER, &why);
    if (why.length)
        fprintf(
            stderr, "closedrop: that it was filed cannot be kept in mind: %s\n", str_text(&why));
    str_release(&why);
}
