/** The daily summary: what was filed, what failed and why, what waits, and what is silent. */
#include "summary_text.h"

#include "mail_text.h"

#include "closedrop/base/array.h"
#include "closedrop/base/moment.h"
#include "closedrop/base/str.h"
#include "closedrop/base/utf8.h"
#include "closedrop/queue/ledger.h"
#include "closedrop/queue/reading.h"

#include <inttypes.h>
#include <string.h>

struct summary {
    struct str *out;
    const struct config *config;
    struct queue *queue;
    int64_t since_ms;
    int64_t lines; /* of the part that is being written */
};

static void add_name(struct str *out, const char *name)
{
    str_add(out, "  ");
    utf8_escape(out, name, strlen(name));
    str_add(out, ": ");
}

static void begin_part(struct summary *summary, const char *title)
{
    str_printf(summary->out, "%s\n", title);
    summary->lines = 0;
}

static void end_part(struct summary *summary)
{
    str_add(summary->out, summary->lines ? "\n" : "  nothing\n\n");
}

static void add_filed(struct summary *summary)
{
    begin_part(summary, "Done:");
    for (size_t i = 0; i < summary->config->folder_count; i++) {
        const char *folder = summary->config->folders[i].name;
        int64_t files = queue_count_done(summary->queue, folder, summary->since_ms);
        if (!files)
            continue;
        add_name(summary->out, folder);
        str_printf(summary->out, "%" PRId64 " file%s\n", files, files == 1 ? "" : "s");
        summary->lines++;
    }
    end_part(summary);
}

static void add_job(void *context, const struct job *job)
{
    struct summary *summary = context;
    mail_text_add_file(
        summary->out, job->folder, job->path, job->error_message ? job->error_message : "");
    summary->lines++;
}

static void add_failed(struct summary *summary)
{
    const struct job_filter filter = {
        .state = job_state_names[JOB_FAILED], .since_ms = summary->since_ms};
    const struct job_page page = {.limit = MAIL_FILES_MAX};
    begin_part(summary, "Failed:");
    queue_list(summary->queue, &filter, &page, add_job, summary);
    if (summary->lines == MAIL_FILES_MAX)
        str_add(summary->out, "  and perhaps more: \"closedrop list --state failed\"\n");
    end_part(summary);
}

static void add_held(void *context, const char *rule, int64_t emails)
{
    struct summary *summary = context;
    add_name(summary->out, rule);
    str_printf(summary->out, "%" PRId64 " email%s for your approval (closedrop list --held)\n",
        emails, emails == 1 ? "" : "s");
    summary->lines++;
}

static void add_waiting(struct summary *summary)
{
    begin_part(summary, "Waiting:");
    for (size_t i = 0; i < summary->config->folder_count; i++) {
        struct queue_counts counts;
        queue_count(summary->queue, summary->config->folders[i].name, &counts);
        int64_t files = counts.by_state[JOB_QUEUED] + counts.by_state[JOB_UPLOADING] +
                        counts.by_state[JOB_UPLOADED] + counts.by_state[JOB_ATTACHING];
        if (!files)
            continue;
        add_name(summary->out, summary->config->folders[i].name);
        str_printf(summary->out, "%" PRId64 " file%s\n", files, files == 1 ? "" : "s");
        summary->lines++;
    }
    queue_count_held(summary->queue, NULL, add_held, summary);
    end_part(summary);
}

/** What was reported, and is not over; of these the silent folders. */
static void add_lasting(void *context, const struct lasting_cause *cause)
{
    struct summary *summary = context;
    char since[MOMENT_TEXT];
    if (cause->over_ms || !*cause->message)
        return;
    str_printf(
        summary->out, "  since %s: ", moment_print(cause->since_ms, MOMENT_TO_THE_MINUTE, since));
    utf8_escape(summary->out, cause->message, strlen(cause->message));
    str_add(summary->out, "\n");
    summary->lines++;
}

void summary_text_body(struct str *out, const struct config *config, struct queue *queue,
    const struct notice *notice, const char *host)
{
    char since[MOMENT_TEXT], until[MOMENT_TEXT];
    struct summary summary = {out, config, queue, notice->since_ms, 0};
    str_printf(out, "closedrop on %s, from %s to %s\n\n", host,
        moment_print(notice->since_ms, MOMENT_TO_THE_MINUTE, since),
        moment_print(notice->at_ms, MOMENT_TO_THE_MINUTE, until));
    add_filed(&summary);
    add_failed(&summary);
    add_waiting(&summary);
    begin_part(&summary, "Needs attention:");
    queue_list_lacking(queue, MAIL_FILES_MAX, add_job, &summary);
    queue_list_causes(queue, add_lasting, &summary);
    end_part(&summary);
}
