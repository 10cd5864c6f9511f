/** Shows jobs whose folder or rule is no longer configured: they wait until it returns. */
#include "gone.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/config/config.h"
#include "closedrop/queue/queue.h"
#include "closedrop/queue/reading.h"
#include "closedrop/queue/view.h"

/** Whether something is left to do for the job that needs its folder. */
static bool waits_for_folder(const struct config *config, const struct job *job)
{
    bool is_at_rest = job->state == JOB_FAILED || (job->state == JOB_DONE && job->put_away);
    return !job->ending && !is_at_rest && !config->is_partial &&
           !config_folder(config, job->folder);
}

static bool waits_for_rule(const struct config *config, const struct job *job)
{
    return !job->ending && !job_has_outcome(job) && !job->posting && job->rule &&
           !config->is_partial && !config_rule(config, job->rule);
}

static struct json *view_with_error(
    const struct job *job, char *code, const char *what, const char *name)
{
    CLEANUP(free_text)
    char *message = str_format(
        "its %s \"%s\" is no longer in the configuration; it continues when the %s returns", what,
        name, what);
    struct job shown = *job; /* the job keeps owning its texts */
    shown.error_code = code;
    shown.error_message = message;
    return message ? view_job(&shown) : NULL;
}

struct json *gone_view_job(const struct config *config, const struct job *job)
{
    if (waits_for_folder(config, job))
        return view_with_error(job, (char[]){"folder_gone"}, "folder", job->folder);
    if (waits_for_rule(config, job))
        return view_with_error(job, (char[]){"rule_gone"}, "rule", job->rule);
    return view_job(job);
}

/* ---- status ---- */

struct gone {
    const struct config *config;
    struct queue *queue;
    struct json *array;
    int result;
};

static void add_folder(void *context, const char *folder, int64_t jobs, int64_t waiting)
{
    struct gone *gone = context;
    struct queue_counts counts;
    (void)jobs;
    if (config_folder(gone->config, folder))
        return;
    queue_count(gone->queue, folder, &counts);
    const int64_t failed = counts.by_state[JOB_FAILED];
    if (!waiting && !failed)
        return;
    struct json *one = json_object();
    gone->result |= json_add_text(one, "name", folder);
    gone->result |= json_add_int(one, "waiting", waiting);
    gone->result |= json_add_int(one, "failed", failed);
    gone->result |= json_append(gone->array, one);
}

static void add_rule(void *context, const char *rule, int64_t jobs)
{
    struct gone *gone = context;
    if (config_rule(gone->config, rule))
        return;
    struct json *one = json_object();
    gone->result |= json_add_text(one, "name", rule);
    gone->result |= json_add_int(one, "waiting", jobs);
    gone->result |= json_append(gone->array, one);
}

int gone_add_status(const struct config *config, struct queue *queue, struct json *status)
{
    struct gone folders = {config, queue, json_array(), 0},
                rules = {config, queue, json_array(), 0};
    if (!config->is_partial) {
        queue_count_by_folder(queue, add_folder, &folders);
        queue_count_rules_gone(queue, add_rule, &rules);
    }
    int result = json_add(status, "gone_folders", folders.array);
    result |= json_add(status, "gone_rules", rules.array);
    return result | folders.result | rules.result;
}
