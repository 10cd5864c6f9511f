/** Retries or forgets all jobs that a question selects, or says how many that would be. */
#include "bulk.h"
#include "selection.h"

#include "closedrop/base/array.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/config/config.h"
#include "closedrop/queue/queue.h"

/** No job matches the filter; `which` says what kind of job was searched for. */
static struct answer none_fits(const char *which, const struct question *question)
{
    const char *const names[][2] = {{"folder", question->folder}, {"rule", question->rule},
        {"code", question->code}, {"lead", question->lead_id}};
    struct str message = STR_INIT(1000);
    str_printf(&message, "no %s job", which);
    const char *before = " has ";
    for (size_t i = 0; i < COUNT(names); i++) {
        if (!*names[i][1])
            continue;
        str_printf(&message, "%s%s \"%s\"", before, names[i][0], names[i][1]);
        before = " and ";
    }
    if (*question->match)
        str_printf(&message, ", with \"%s\" in its name", question->match);
    if (question->since_ms || question->until_ms)
        str_add(&message, ", in this time");
    struct answer answer = answer_error(404, str_text(&message));
    str_release(&message);
    return answer;
}

/** Whether anything limits which jobs are meant. */
static bool is_narrowed(const struct job_filter *filter)
{
    return filter->folder || filter->rule || filter->code || filter->lead_id || filter->match ||
           filter->since_ms || filter->until_ms;
}

/* ---- retry ---- */

static struct answer answer_retried(const struct retried *retried)
{
    struct json *body = json_object(), *left_out = json_object();
    int result = json_add_int(body, "retried", retried->queued);
    for (int i = 0; i < JOB_JUDGED; i++)
        if (retried->left_out[i])
            result |= json_add_int(left_out, job_judged_codes[i], retried->left_out[i]);
    result |= json_add(body, "left_out", left_out);
    return answer_body(body, result);
}

static struct answer retry(const struct asked *asked, const struct job_filter *filter)
{
    struct retried retried;
    queue_retry_all(asked->queue, filter, asked->question->count, &retried);
    int64_t fitting = retried.queued;
    for (int i = 0; i < JOB_JUDGED; i++)
        fitting += retried.left_out[i];
    return is_narrowed(filter) && !fitting ? none_fits("failed", asked->question)
                                           : answer_retried(&retried);
}

/* ---- forget ---- */

/** What can be forgotten without asking for each: nothing that was filed, or may have been. */
static const enum job_state forgettable[] = {JOB_QUEUED, JOB_UPLOADED, JOB_FAILED};

static bool is_folder_gone(const void *config, const char *folder)
{
    return !config_folder(config, folder);
}

static struct answer answer_forgotten(const struct forgotten *forgotten)
{
    struct json *body = json_object();
    int64_t sum = 0;
    int result = 0;
    for (size_t i = 0; i < COUNT(forgettable); i++) {
        int64_t count = forgotten->by_state[forgettable[i]];
        result |= json_add_int(body, job_state_names[forgettable[i]], count);
        sum += count;
    }
    result |= json_add_int(body, "forgotten", sum);
    return answer_body(body, result | json_add_int(body, "left_out", forgotten->left_out));
}

static struct answer forget(const struct asked *asked, const struct job_filter *filter)
{
    struct forgotten forgotten = {.left_out = 0};
    int64_t fitting = 0;
    for (size_t i = 0; i < COUNT(forgettable); i++) {
        struct job_filter one = *filter;
        one.state = job_state_names[forgettable[i]];
        one.all = false;
        if (!filter->state || filter->state == one.state)
            queue_forget_all(asked->queue, &one, asked->question->count, is_folder_gone,
                asked->config, &forgotten);
        fitting += forgotten.by_state[forgettable[i]];
    }
    return fitting + forgotten.left_out ? answer_forgotten(&forgotten)
                                        : none_fits("waiting or failed", asked->question);
}

/* ---- asked ---- */

/** Do it with the jobs that the question selects. */
static struct answer with_selected(const struct asked *asked,
    struct answer (*act)(const struct asked *asked, const struct job_filter *filter))
{
    struct selection selection;
    struct answer answer = selection_init(&selection, asked->question) < 0
                               ? answer_error(500, "out of memory")
                               : act(asked, &selection.filter);
    selection_release(&selection);
    return answer;
}

struct answer bulk_retry(const struct asked *asked)
{
    return with_selected(asked, retry);
}

struct answer bulk_forget(const struct asked *asked)
{
    return with_selected(asked, forget);
}
