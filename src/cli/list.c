/** list: the jobs, newest first. */
#include "jobs.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/base/units.h"
#include "closedrop/cli/cli.h"
#include "closedrop/queue/job.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *colour_of(const char *state)
{
    if (!cli_has_colours())
        return "";
    return strcmp(state, "failed") == 0 ? "\033[31m" : strcmp(state, "done") == 0 ? "\033[32m" : "";
}

/** Why a job is not done, or where it was filed; and why its file is still where it was. */
static void print_remark(const struct json *job)
{
    const char *stuck = json_get_text(job, "not_put_away");
    const char *error = job_error(job);
    const char *activity_id = json_get_text(job, "activity_id");
    CLEANUP(free_text)
    char *filed = activity_id ? str_format("%s on %s", job_member(job, "activity"),
                                    job_member(job, "lead_id"))
                              : NULL;
    const char *outcome = error ? error : filed;
    if (!outcome && !stuck)
        return;
    CLEANUP(free_text)
    char *remark = str_format("%s%s%s", outcome ? outcome : "uploaded",
        stuck ? "; not put away yet: " : "", stuck ? stuck : "");
    printf("  (");
    cli_print_text(remark ? remark : "");
    putchar(')');
}

static void print_row(const struct json *job)
{
    struct str size = STR_INIT(64);
    const char *state = job_member(job, "state");
    const char *colour = colour_of(state);
    units_print_size(&size, json_get_int(job, "size", 0));
    printf("%7" PRId64 "  %s%-9s%s  %-12s  %9s  ", json_get_int(job, "id", 0), colour, state,
        *colour ? "\033[0m" : "", job_folder(job), str_text(&size));
    cli_print_text(job_member(job, "path"));
    print_remark(job);
    putchar('\n');
    str_release(&size);
}

/** Print one page, and set where the next one begins, if there is one. */
static void print_page(
    const struct options *options, const struct json *body, struct question *question, int *left)
{
    const struct json *jobs = json_get(body, "jobs");
    for (const struct json *job = json_first(jobs); job; job = json_next(job)) {
        if (options->json)
            cli_print_json(job);
        else
            print_row(job);
        (*left)--;
    }
    const struct json *next = json_get(body, "next");
    question->at_ms = json_get_int(next, "at", 0);
    question->below = json_get_int(next, "below", 0);
}

static int list(const struct options *options)
{
    struct question question = {.kind = ASK_LIST, .state = -1, .held = options->held};
    int left = options->limit ? options->limit : INT32_MAX;
    if (options->state && (question.state = job_state_from_name(options->state)) < 0) {
        fprintf(stderr,
            "closedrop: unknown state \"%s\"; the states are queued, uploading, uploaded, "
            "attaching, done and failed\n",
            options->state);
        return EXIT_USAGE;
    }
    struct desk desk;
    int code = desk_open_narrowed(options, &question, &desk);
    if (code != EXIT_DONE)
        return code;
    if (!options->json)
        printf("%7s  %-9s  %-12s  %9s  %s\n", "ID", "STATE", "FOLDER", "SIZE", "FILE");
    do {
        question.limit = left < LIST_PAGE ? left : LIST_PAGE;
        CLEANUP(json_freep) struct json *body = cli_ask(&desk, &question);
        print_page(options, body, &question, &left);
        code = body ? EXIT_DONE : EXIT_NOT_DONE;
    } while (question.below && left > 0);
    cli_desk_close(&desk);
    return code;
}

const struct command command_list = {
    .name = "list",
    .allowed = "cjsfRHn",
    .arguments = "",
    .summary = "the jobs, newest first",
    .help = "Lists the jobs in the queue, newest first; with --json one object per line. States:\n"
            "queued, uploading, uploaded, attaching, done, failed. With --held only the emails\n"
            "that wait for closedrop release or recall. A folder or rule that was removed from\n"
            "the configuration is accepted as long as the queue has jobs of it.",
    .run = list,
};
