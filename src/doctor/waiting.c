/** Asks for the jobs that have not ended, and picks those with an error. */
#include "waiting.h"

#include "closedrop/base/array.h"
#include "closedrop/base/json.h"
#include "closedrop/control/client.h"
#include "closedrop/queue/job.h"

#include <inttypes.h>
#include <string.h>

/* ---- judgement ---- */

/** Those with an error. */
struct waiting {
    int64_t count;
    const struct json *oldest;
};

/** Times in RFC 3339 are in the order of their texts. */
static void take_job(struct waiting *waiting, const struct json *job)
{
    const char *at = json_get_text(job, "queued_at");
    const char *oldest = json_get_text(waiting->oldest, "queued_at");
    if (!json_get_text(json_get(job, "error"), "message"))
        return;
    waiting->count++;
    if (!waiting->oldest || (at && oldest && strcmp(at, oldest) < 0))
        waiting->oldest = job;
}

bool waiting_judge(const struct json *pages, struct finding *ret_finding)
{
    struct waiting waiting = {0};
    for (const struct json *page = json_first(pages); page; page = json_next(page)) {
        const struct json *job = json_first(json_get(page, "jobs"));
        for (; job; job = json_next(job))
            take_job(&waiting, job);
    }
    if (!waiting.oldest)
        return false;
    const struct finding cause = finding_of_message(
        FINDING_WARNING, json_get_text(json_get(waiting.oldest, "error"), "message"));
    *ret_finding = finding_warning("%" PRId64 " file%s tried again after an error; the oldest, %s "
                                   "in folder %s: %s",
        waiting.count, waiting.count == 1 ? " is" : "s are", json_get_text(waiting.oldest, "path"),
        json_get_text(waiting.oldest, "folder"), cause.message);
    int64_t id = json_get_int(waiting.oldest, "id", 0);
    finding_remedy(ret_finding, "%s%sclosedrop show %" PRId64, cause.remedy,
        *cause.remedy ? "; its history: " : "", id);
    return true;
}

/* ---- measurement ---- */

void waiting_ask(struct diagnosis *diagnosis, struct client *client)
{
    static const enum job_state states[] = {JOB_QUEUED, JOB_UPLOADING, JOB_UPLOADED, JOB_ATTACHING};
    diagnosis->waiting = json_array();
    for (size_t i = 0; i < COUNT(states); i++) {
        const struct question question = {
            .kind = ASK_LIST, .state = (int)states[i], .limit = LIST_PAGE};
        struct answer answer = client_ask(client, &question);
        if (answer.body)
            (void)json_append(diagnosis->waiting, answer.body);
    }
}

void waiting_probe(const struct diagnosis *diagnosis)
{
    struct finding finding;
    if (waiting_judge(diagnosis->waiting, &finding))
        diagnosis_add(diagnosis, "jobs", NULL, finding);
}
