/** Asks the agent or the queue for its status, and judges that. */
#include "queue_health.h"

#include "waiting.h"

#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/control/client.h"
#include "closedrop/queue/job.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- judgement ---- */

static bool judge_blocked(const struct json *status, struct finding *finding)
{
    const char *message = json_get_text(json_get(status, "blocked"), "message");
    if (!message)
        return false;
    *finding = finding_of_message(FINDING_WRONG, message);
    if (!*finding->remedy)
        finding_remedy(finding, "see \"closedrop status\"");
    return true;
}

static bool judge_paused(const struct json *status, struct finding *finding)
{
    *finding = finding_warning("paused: files are queued but not sent");
    finding_remedy(finding, "closedrop resume");
    return json_get_bool(status, "paused", false);
}

static bool judge_not_put_away(const struct json *status, struct finding *finding)
{
    const struct json *first = json_get(status, "first_not_put_away");
    const char *message = json_get_text(first, "message");
    int64_t count = json_get_int(status, "not_put_away", 0);
    if (!count || !message)
        return false;
    *finding =
        finding_wrong("%" PRId64 " file%s cannot be put away; the first, %s in folder %s: %s",
            count, count == 1 ? "" : "s", json_get_text(first, "path"),
            json_get_text(first, "folder"), message);
    finding_remedy(finding, "closedrop show %" PRId64, json_get_int(first, "id", 0));
    return true;
}

static bool judge_held(const struct json *status, struct finding *finding)
{
    const struct json *first = json_first(json_get(status, "held"));
    if (!first)
        return false;
    int64_t emails = json_get_int(first, "emails", 0);
    *finding = finding_warning("%" PRId64 " email%s of the rule \"%s\" wait%s for your approval",
        emails, emails == 1 ? "" : "s", json_get_text(first, "rule"), emails == 1 ? "s" : "");
    finding_remedy(finding,
        "see them with closedrop list --held; then closedrop release %s, or closedrop recall %s",
        json_get_text(first, "rule"), json_get_text(first, "rule"));
    return true;
}

static bool judge_failed(const struct json *status, struct finding *finding)
{
    int64_t failed = json_get_int(json_get(status, "jobs"), "failed", 0);
    *finding = finding_warning("%" PRId64 " file%s failed", failed, failed == 1 ? "" : "s");
    finding_remedy(finding, "closedrop list --state failed");
    return failed;
}

static struct finding summary(const struct json *status)
{
    const struct json *jobs = json_get(status, "jobs");
    int64_t total = 0;
    for (int state = 0; state < JOB_STATES; state++)
        total += json_get_int(jobs, job_state_names[state], 0);
    return finding_ok("it can be read: %" PRId64 " job%s, %" PRId64 " of them queued", total,
        total == 1 ? "" : "s", json_get_int(jobs, job_state_names[JOB_QUEUED], 0));
}

int queue_health_judge(const struct json *status, struct finding ret_findings[QUEUE_FINDINGS])
{
    static bool (*const judges[QUEUE_FINDINGS - 1])(const struct json *, struct finding *) = {
        judge_blocked, judge_paused, judge_not_put_away, judge_held, judge_failed};
    int count = 0;
    for (int i = 0; i < QUEUE_FINDINGS - 1; i++)
        if (judges[i](status, &ret_findings[count]))
            count++;
    if (!count)
        ret_findings[count++] = summary(status);
    return count;
}

/** The first of what keeps files from being seen; NULL if there is nothing. */
static const char *first_trouble(const struct json *folder)
{
    static const char *const keys[] = {"message", "unreadable", "closed"};
    for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
        if (json_get_text(folder, keys[i]))
            return json_get_text(folder, keys[i]);
    return NULL;
}

static struct finding judge_unchecked(void)
{
    struct finding finding = finding_warning("the agent has not checked it yet");
    finding_remedy(&finding, "try \"closedrop doctor\" again in a minute");
    return finding;
}

static struct finding judge_trouble(enum finding_result result, const char *trouble)
{
    const struct finding cause = finding_of_message(result, trouble);
    struct finding finding = result == FINDING_WRONG
                                 ? finding_wrong("the agent reports: %s", cause.message)
                                 : finding_warning("the agent reports: %s", cause.message);
    finding_remedy(&finding, "%s",
        *cause.remedy ? cause.remedy : "see what follows about the rights of this folder");
    return finding;
}

struct finding queue_health_judge_folder(const struct json *folder)
{
    const char *trouble = first_trouble(folder);
    bool is_healthy = json_get_bool(folder, "healthy", false);
    if (trouble)
        return judge_trouble(is_healthy ? FINDING_WARNING : FINDING_WRONG, trouble);
    if (!is_healthy)
        return judge_unchecked();
    return finding_ok("the agent watches it by %s",
        strcmp(json_get_text(folder, "watch"), "poll") == 0 ? "polling" : "events");
}

/* ---- measurement ---- */

static void ask_status(struct diagnosis *diagnosis, struct client *client)
{
    const struct question question = {.kind = ASK_STATUS};
    struct answer answer = client_ask(client, &question);
    if (answer.status == 200)
        diagnosis->status = answer.body;
    else
        json_free(answer.body);
}

void queue_health_ask(struct diagnosis *diagnosis)
{
    struct client *client = NULL;
    struct str why = STR_INIT(4096);
    int result = client_open(diagnosis->config, &client, &why);
    if (result == 0 && client_check_queue(client, &why) == 0) {
        ask_status(diagnosis, client);
        waiting_ask(diagnosis, client);
    }
    if (result == 0)
        client_close(client);
    diagnosis->has_no_queue = result == -ENOENT;
    snprintf(diagnosis->queue_trouble, sizeof(diagnosis->queue_trouble), "%s", str_text(&why));
    str_release(&why);
}

void queue_health_probe(const struct diagnosis *diagnosis)
{
    struct finding findings[QUEUE_FINDINGS];
    if (diagnosis->status) {
        int count = queue_health_judge(diagnosis->status, findings);
        for (int i = 0; i < count; i++)
            diagnosis_add(diagnosis, "queue", NULL, findings[i]);
        return;
    }
    if (diagnosis->has_no_queue)
        findings[0] = finding_ok("there is none yet; the first run creates it");
    else
        findings[0] = finding_of_message(FINDING_WRONG,
            *diagnosis->queue_trouble ? diagnosis->queue_trouble : "it does not answer");
    diagnosis_add(diagnosis, "queue", NULL, findings[0]);
}

void queue_health_probe_folders(const struct diagnosis *diagnosis)
{
    const struct json *folders = json_get(diagnosis->status, "folders");
    if (!diagnosis_agent(diagnosis)) /* the queue alone does not know how they are */
        return;
    for (const struct json *one = json_first(folders); one; one = json_next(one))
        diagnosis_add(
            diagnosis, "watching", json_get_text(one, "name"), queue_health_judge_folder(one));
}
