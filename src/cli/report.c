/** report: what was filed, what failed, and what is held: one row for each file. */
#include "job_csv.h"
#include "job_row.h"
#include "jobs.h"
#include "selected.h"

#include "closedrop/base/array.h"
#include "closedrop/base/json.h"
#include "closedrop/cli/cli.h"

#include <inttypes.h>
#include <stdio.h>

/** A part of the report: the jobs of one outcome, and when that came. */
static const struct part {
    const char *outcome;
    int state; /* enum job_state */
    bool held;
    const char *when_key;
} parts[] = {
    {"failed", JOB_FAILED, false, "failed_at"},
    {"held", JOB_UPLOADED, true, "queued_at"},
    {"filed", JOB_DONE, false, "done_at"},
};

struct reporting {
    const struct options *options;
    const struct part *part;
    int64_t counts[COUNT(parts)];
    int64_t uploaded; /* done without a rule: among the filed */
};

static void print_job(void *context, const struct json *job)
{
    struct reporting *reporting = context;
    const struct part *part = reporting->part;
    bool is_only_uploaded = part->state == JOB_DONE && !json_get_text(job, "activity_id");
    const char *outcome = is_only_uploaded ? "uploaded" : part->outcome;
    reporting->uploaded += is_only_uploaded;
    reporting->counts[part - parts]++;
    if (reporting->options->csv)
        job_csv_print(job, outcome);
    else
        job_print_row(job, outcome, part->when_key);
}

/** "1204 filed, 3 uploaded without being filed, 13 failed, 2 held" */
static void print_summary(const struct reporting *reporting)
{
    printf("\n%" PRId64 " filed, ", reporting->counts[2] - reporting->uploaded);
    if (reporting->uploaded)
        printf("%" PRId64 " uploaded without being filed, ", reporting->uploaded);
    printf("%" PRId64 " failed, %" PRId64 " held\n", reporting->counts[0], reporting->counts[1]);
}

static int print_part(const struct desk *desk, struct question question, const struct part *part,
    struct reporting *reporting)
{
    question.state = part->state;
    question.held = part->held;
    question.all = !part->held; /* what has happened is not undone by a `forget` */
    reporting->part = part;
    return selected_each(desk, &question, 0, print_job, reporting);
}

static int report(const struct options *options)
{
    struct question question = {.kind = ASK_LIST};
    struct reporting reporting = {.options = options};
    struct desk desk;
    int code = selected_open(options, &question, &desk);
    if (code != EXIT_DONE)
        return code;
    if (options->csv)
        job_csv_begin();
    else
        job_print_heading("WHEN");
    for (size_t i = 0; i < COUNT(parts) && code == EXIT_DONE; i++)
        code = print_part(&desk, question, &parts[i], &reporting);
    if (code == EXIT_DONE && !options->csv)
        print_summary(&reporting);
    cli_desk_close(&desk);
    return code;
}

const struct command command_report = {
    .name = "report",
    .allowed = "cvSU",
    .arguments = "",
    .summary = "what was filed, failed or held, one row for each file",
    .help = "Prints one row for each file that failed, is held, or was filed, with its lead, its\n"
            "activity and the time, and then how many there are. --since and --until go by when a\n"
            "file was filed or failed, and for what is held, by when it was queued.",
    .run = report,
};
