/** list: the jobs, newest first. */
#include "job_csv.h"
#include "job_row.h"
#include "jobs.h"
#include "selected.h"

#include "closedrop/cli/cli.h"

#include <stdio.h>
#include <string.h>

/** How each job is printed. */
struct printing {
    const struct options *options;
    const char *when; /* the key of the time that the list is ordered by */
};

static void print_job(void *context, const struct json *job)
{
    const struct printing *printing = context;
    const char *state = job_member(job, "state");
    if (printing->options->json)
        cli_print_json(job);
    else if (printing->options->csv)
        job_csv_print(job, state);
    else
        job_print_row(job, state, printing->when);
}

static void print_heading(const struct options *options, const char *heading)
{
    if (options->csv)
        job_csv_begin();
    else if (!options->json)
        job_print_heading(heading);
}

/** The time that counts in a list of this state, as a key, and as a heading. */
static void choose_time(const char *state, struct printing *printing, const char **ret_heading)
{
    static const char *const times[][3] = {
        {"done", "done_at", "DONE"}, {"failed", "failed_at", "FAILED"}};
    printing->when = "queued_at";
    *ret_heading = "QUEUED";
    for (int i = 0; i < 2 && state; i++)
        if (strcmp(state, times[i][0]) == 0) {
            printing->when = times[i][1];
            *ret_heading = times[i][2];
        }
}

static int list(const struct options *options)
{
    struct question question = {.kind = ASK_LIST};
    struct printing printing = {.options = options};
    const char *heading;
    struct desk desk;
    if (options->json && options->csv) {
        fputs("closedrop list: --json and --csv do not go together\n", stderr);
        return EXIT_USAGE;
    }
    int code = selected_open(options, &question, &desk);
    if (code != EXIT_DONE)
        return code;
    choose_time(options->state, &printing, &heading);
    print_heading(options, heading);
    code = selected_each(&desk, &question, options->limit, print_job, &printing);
    cli_desk_close(&desk);
    return code;
}

const struct command command_list = {
    .name = "list",
    .allowed = "cjvsHfRLSUmEn",
    .arguments = "",
    .summary = "the jobs, newest first",
    .help = "Lists the jobs in the queue, newest first; with --json one object per line. States:\n"
            "queued, uploading, uploaded, attaching, done, failed. --since and --until go by when\n"
            "a file was queued; with --state done or failed, by when that happened. A folder or\n"
            "rule that was removed from the configuration is accepted as long as the queue has\n"
            "jobs of it.",
    .run = list,
};
