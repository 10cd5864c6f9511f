/** closedrop doctor: everything a run needs, checked, and how to fix what is wrong. */
#include "closedrop/doctor/doctor.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/cli/command.h"
#include "closedrop/config/locate.h"

#include <stdio.h>
#include <stdlib.h>

struct report {
    struct json *checks; /* for --json; NULL: lines for people */
    int result;          /* of adding to it */
    int counts[FINDING_RESULTS];
};

static void add_to_json(struct report *report, const struct finding *finding)
{
    struct json *one = json_object();
    report->result |= json_add_text(one, "check", finding->check);
    if (finding->folder)
        report->result |= json_add_text(one, "folder", finding->folder);
    report->result |= json_add_text(one, "result", finding_result_names[finding->result]);
    report->result |= json_add_text(one, "message", finding->message);
    report->result |= json_add_text(one, "remedy", *finding->remedy ? finding->remedy : NULL);
    report->result |= json_append(report->checks, one);
}

static void print(const struct finding *finding)
{
    static const char *const colours[FINDING_RESULTS] = {"\033[32m", "\033[33m", "\033[31m"};
    bool has_colours = cli_has_colours();
    printf("%s%-7s%s  %s", has_colours ? colours[finding->result] : "",
        finding_result_names[finding->result], has_colours ? "\033[0m" : "", finding->check);
    if (finding->folder) {
        printf(" of ");
        cli_print_text(finding->folder);
    }
    printf(": ");
    cli_print_text(finding->message);
    if (*finding->remedy) {
        printf("\n         To fix it: ");
        cli_print_text(finding->remedy);
    }
    putchar('\n');
    fflush(stdout); /* the next check may take a while */
}

static void take(void *context, const struct finding *finding)
{
    struct report *report = context;
    report->counts[finding->result]++;
    if (report->checks)
        add_to_json(report, finding);
    else
        print(finding);
}

static enum finding_result worst_of(const struct report *report)
{
    return report->counts[FINDING_WRONG]     ? FINDING_WRONG
           : report->counts[FINDING_WARNING] ? FINDING_WARNING
                                             : FINDING_OK;
}

static void print_summary(const struct report *report, const char *config_file)
{
    bool has_remedies = report->counts[FINDING_WRONG] || report->counts[FINDING_WARNING];
    printf("%d wrong, %d warning%s, %d ok", report->counts[FINDING_WRONG],
        report->counts[FINDING_WARNING], report->counts[FINDING_WARNING] == 1 ? "" : "s",
        report->counts[FINDING_OK]);
    if (has_remedies && config_file) {
        printf("; to each closedrop command above, add -c ");
        cli_print_text(config_file);
    }
    putchar('\n');
}

/** `config_file` is that of -c, or NULL. */
static int finish(struct report *report, const char *config_file)
{
    enum finding_result worst = worst_of(report);
    if (report->checks) {
        CLEANUP(json_freep) struct json *all = json_object();
        report->result |= json_add_text(all, "result", finding_result_names[worst]);
        report->result |= json_add(all, "checks", report->checks);
        cli_print_json(report->result < 0 ? NULL : all);
    } else {
        print_summary(report, config_file);
    }
    return worst == FINDING_WRONG || report->result < 0 ? EXIT_NOT_DONE : EXIT_DONE;
}

static int doctor(const struct options *options)
{
    CLEANUP(free_text) char *file = config_locate(options->config_file);
    struct report report = {.checks = options->json ? json_array() : NULL};
    if (!file || (options->json && !report.checks) || doctor_run(file, take, &report) < 0) {
        fputs("closedrop: out of memory\n", stderr);
        json_free(report.checks);
        return EXIT_NOT_DONE;
    }
    return finish(&report, options->config_file);
}

const struct command command_doctor = {
    .name = "doctor",
    .allowed = "cj",
    .arguments = "",
    .summary = "check everything a run needs, and say how to fix it",
    .help = "Checks the configuration, the running agent and whether it uses that configuration,\n"
            "the queue, the connection to Close, the key, the clock, tables, disk space, and in\n"
            "each folder rights, events, leases and files. Each line is ok, warning or wrong,\n"
            "with what to do about it. Changes nothing. Run it as root, or as the user that\n"
            "closedrop runs as. The exit status is 1 if anything is wrong.",
    .run = doctor,
};
