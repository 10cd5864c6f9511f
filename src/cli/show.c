/** show: one job with its history. */
#include "job_by_name.h"
#include "job_row.h"
#include "jobs.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/base/units.h"
#include "closedrop/cli/cli.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void print_field(const char *label, const char *text)
{
    if (!text || !*text)
        return;
    printf("%-14s ", label);
    cli_print_text(text);
    putchar('\n');
}

static void print_time(const char *label, const struct json *job, const char *key)
{
    char text[MOMENT_TEXT];
    print_field(label, job_time(job, key, MOMENT_TO_THE_SECOND, text));
}

static void print_named(const char *label, const struct json *job, const char *id, const char *name)
{
    struct str text = STR_INIT(16384);
    job_add_named(&text, job, id, name);
    print_field(label, str_text(&text));
    str_release(&text);
}

static void print_away(const struct json *job)
{
    struct str text = STR_INIT(16384);
    job_add_away(&text, job);
    print_field("Waits", str_text(&text));
    str_release(&text);
}

static void print_size(const struct json *job)
{
    struct str size = STR_INIT(64);
    units_print_size(&size, json_get_int(job, "size", 0));
    print_field("Size", str_text(&size));
    str_release(&size);
}

static void print_history(const struct json *history)
{
    char at[MOMENT_TEXT];
    printf("\nHistory:\n");
    for (const struct json *row = json_first(history); row; row = json_next(row)) {
        printf("  %s  %-10s ", job_time(row, "at", MOMENT_TO_THE_SECOND, at),
            job_member(row, "state"));
        cli_print_text(job_member(row, "why"));
        putchar('\n');
    }
}

static void print_fields(const struct json *job, const char *const fields[][2], size_t count)
{
    for (size_t i = 0; i < count; i++)
        print_field(fields[i][0], json_get_text(job, fields[i][1]));
}

static void print_job(const struct json *job)
{
    static const char *const what[][2] = {
        {"State", "state"}, {"Ended as", "ended"}, {"File", "path"}};
    static const char *const content[][2] = {
        {"Content type", "content_type"}, {"SHA-256", "sha256"}, {"Rule", "rule"}};
    static const char *const activity[][2] = {
        {"Activity", "activity"}, {"Activity's id", "activity_id"}, {"Download", "download_url"}};
    printf("%-14s %" PRId64 "\n", "Job", json_get_int(job, "id", 0));
    print_field("Folder", job_folder(job));
    print_fields(job, what, COUNT(what));
    const char *file = job_whereabouts(job);
    print_field("Now at", file ? file : json_get_text(job, "place"));
    print_size(job);
    print_fields(job, content, COUNT(content));
    print_named("Lead", job, "lead_id", "lead_name");
    if (json_get_text(job, "template_name"))
        print_named("Template", job, "template_id", "template_name");
    print_named("Contact", job, "contact_id", "contact_name");
    print_fields(job, activity, COUNT(activity));
    print_time("Queued", job, "queued_at");
    print_time("Next try", job, "next_attempt_at");
    print_time("Uploaded", job, "uploaded_at");
    print_time("Done", job, "done_at");
    print_time("Failed", job, "failed_at");
    printf("%-14s %" PRId64 "\n", "Attempts", json_get_int(job, "attempts", 0));
    print_field("Error", job_error(job));
    print_away(job);
    print_field("Not put away", json_get_text(job, "not_put_away"));
    print_history(json_get(job, "history"));
}

/** The ID that the argument is, or that of the job whose file it names. */
static int find_job(const struct desk *desk, const struct options *options, int64_t *ret_id)
{
    const char *text = options->arguments[0];
    if (*text && strspn(text, "0123456789") == strlen(text))
        return cli_job_id(text, ret_id) ? EXIT_DONE : EXIT_USAGE;
    *ret_id = job_by_name(desk, text, !options->json);
    return *ret_id ? EXIT_DONE : EXIT_NOT_DONE;
}

static int show(const struct options *options)
{
    struct question question = {.kind = ASK_SHOW};
    struct desk desk;
    int code = cli_desk_open(options, &desk);
    if (code != EXIT_DONE)
        return code;
    code = find_job(&desk, options, &question.id);
    CLEANUP(json_freep) struct json *job = code == EXIT_DONE ? cli_ask(&desk, &question) : NULL;
    if (job && options->json)
        cli_print_json(job);
    else if (job)
        print_job(job);
    cli_desk_close(&desk);
    return code == EXIT_DONE && !job ? EXIT_NOT_DONE : code;
}

const struct command command_show = {
    .name = "show",
    .allowed = "cj",
    .least = 1,
    .most = 1,
    .arguments = "ID | NAME",
    .summary = "one job with its whole history",
    .help = "Shows one job and everything that happened to it. A file's name, or its path, is\n"
            "enough where only one job has it; otherwise those that have it are listed.",
    .run = show,
};
