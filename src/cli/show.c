/** show: one job with its history. */
#include "jobs.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/base/units.h"
#include "closedrop/cli/cli.h"

#include <inttypes.h>
#include <stdio.h>

static void print_field(const char *label, const char *text)
{
    if (!text || !*text)
        return;
    printf("%-14s ", label);
    cli_print_text(text);
    putchar('\n');
}

static void print_job(const struct json *job)
{
    static const char *const fields[][2] = {{"State", "state"}, {"Ended as", "ended"},
        {"File", "path"}, {"Now at", "place"}, {"Content type", "content_type"},
        {"SHA-256", "sha256"}, {"Rule", "rule"}, {"Lead", "lead_id"}, {"Contact", "contact_id"},
        {"Activity", "activity"}, {"Activity's id", "activity_id"}, {"Queued", "queued_at"},
        {"Next try", "next_attempt_at"}, {"Uploaded", "uploaded_at"}, {"Done", "done_at"},
        {"Download", "download_url"}};
    struct str size = STR_INIT(64);
    units_print_size(&size, json_get_int(job, "size", 0));
    printf("%-14s %" PRId64 "\n", "Job", json_get_int(job, "id", 0));
    print_field("Folder", job_folder(job));
    for (size_t i = 0; i < COUNT(fields); i++)
        print_field(fields[i][0], json_get_text(job, fields[i][1]));
    print_field("Size", str_text(&size));
    printf("%-14s %" PRId64 "\n", "Attempts", json_get_int(job, "attempts", 0));
    print_field("Error", job_error(job));
    print_field("Not put away", json_get_text(job, "not_put_away"));
    printf("\nHistory:\n");
    const struct json *history = json_get(job, "history");
    for (const struct json *row = json_first(history); row; row = json_next(row)) {
        printf("  %s  %-10s ", job_member(row, "at"), job_member(row, "state"));
        cli_print_text(job_member(row, "why"));
        putchar('\n');
    }
    str_release(&size);
}

static int show(const struct options *options)
{
    struct question question = {.kind = ASK_SHOW};
    if (!cli_job_id(options->arguments[0], &question.id))
        return EXIT_USAGE;
    struct desk desk;
    int code = cli_desk_open(options, &desk);
    if (code != EXIT_DONE)
        return code;
    CLEANUP(json_freep) struct json *job = cli_ask(&desk, &question);
    if (job && options->json)
        cli_print_json(job);
    else if (job)
        print_job(job);
    cli_desk_close(&desk);
    return job ? EXIT_DONE : EXIT_NOT_DONE;
}

const struct command command_show = {
    .name = "show",
    .allowed = "cj",
    .least = 1,
    .most = 1,
    .arguments = "ID",
    .summary = "one job with its whole history",
    .help = "Shows one job and everything that happened to it.",
    .run = show,
};
