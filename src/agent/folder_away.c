/** Adds to a waiting job what the status says about its folder while that is away. */
#include "folder_away.h"

#include "closedrop/base/json.h"
#include "closedrop/queue/job.h"

#include <stdbool.h>
#include <string.h>

/** Whether it still needs its file: it is not over, and not filed. */
static bool is_waiting(const struct json *job)
{
    const char *state = json_get_text(job, "state");
    return state && !json_get_text(job, "ended") && strcmp(state, job_state_names[JOB_DONE]) != 0 &&
           strcmp(state, job_state_names[JOB_FAILED]) != 0;
}

/** Why the folder of that name is away; NULL: it is not, or nothing is known about it yet. */
static const char *find_why(const struct agent *agent, const char *folder)
{
    for (size_t i = 0; folder && i < agent->config->folder_count; i++) {
        const struct folder_health *health = &agent->folders[i].health;
        if (strcmp(agent->config->folders[i].name, folder) == 0)
            return !health->healthy && *health->message ? health->message : NULL;
    }
    return NULL;
}

static int add_to_job(const struct agent *agent, struct json *job)
{
    const char *why = is_waiting(job) ? find_why(agent, json_get_text(job, "folder")) : NULL;
    return why ? json_add_text(job, "folder_away", why) : 0;
}

int folder_away_add(const struct agent *agent, enum question_kind kind, struct json *answer)
{
    int result = 0;
    if (kind == ASK_SHOW)
        return add_to_job(agent, answer);
    if (kind != ASK_LIST)
        return 0;
    for (struct json *job = json_first(json_get(answer, "jobs")); job; job = json_next(job))
        result |= add_to_job(agent, job);
    return result;
}
