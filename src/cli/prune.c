/** prune: forgets what ended longer ago than `history`, in questions that take a moment each. */
#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/base/units.h"
#include "closedrop/cli/cli.h"
#include "closedrop/control/client.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/** What all answers together say. */
struct sum {
    int64_t jobs;
    int64_t history_ms;
};

/** Where the next question continues; false: all jobs have been checked. */
static bool follow(const struct json *answer, struct question *question)
{
    const struct json *next = json_get(answer, "next");
    const char *state = json_get_text(next, "state");
    question->state = state ? job_state_from_name(state) : -1;
    question->at_ms = json_get_int(next, "at", 0);
    question->below = json_get_int(next, "below", 0);
    return question->state >= 0;
}

static int ask_all(const struct desk *desk, struct question *question, struct sum *sum)
{
    bool has_more = true;
    while (has_more) {
        CLEANUP(json_freep) struct json *answer = cli_ask(desk, question);
        if (!answer)
            return EXIT_NOT_DONE;
        sum->jobs += json_get_int(answer, "pruned", 0);
        sum->history_ms = json_get_int(answer, "history_ms", 0);
        has_more = follow(answer, question);
    }
    return EXIT_DONE;
}

static void print_sum(const struct sum *sum, bool only_count)
{
    char age[UNITS_DURATION];
    if (!sum->history_ms) {
        puts("nothing is forgotten: \"history\" is \"0\" in the configuration");
        return;
    }
    units_duration_text(sum->history_ms, age);
    if (!sum->jobs)
        printf("no job ended more than %s ago that could be forgotten\n", age);
    else
        printf("%" PRId64 " job%s that ended more than %s ago %s forgotten\n", sum->jobs,
            sum->jobs == 1 ? "" : "s", age,
            only_count       ? "would be"
            : sum->jobs == 1 ? "is"
                             : "are");
}

/** Without an agent: its room goes back to the disk, if that is worth while. */
static int shrink(const struct desk *desk)
{
    struct str text = STR_INIT(200);
    int64_t bytes;
    int result = client_shrink_queue(desk->client, &bytes);
    if (result < 0)
        fprintf(stderr,
            "closedrop: its room in the queue could not be given back to the disk: %s; the queue "
            "is as it was\n",
            strerror(-result));
    units_print_size(&text, bytes);
    if (bytes)
        printf("the queue takes %s less\n", str_text(&text));
    str_release(&text);
    return result < 0 ? EXIT_NOT_DONE : EXIT_DONE;
}

static int prune(const struct options *options)
{
    struct question question = {.kind = ASK_PRUNE, .state = -1, .count = options->dry_run};
    struct sum sum = {0};
    struct desk desk;
    int code = cli_desk_open(options, &desk);
    if (code != EXIT_DONE)
        return code;
    code = ask_all(&desk, &question, &sum);
    if (code == EXIT_DONE)
        print_sum(&sum, options->dry_run);
    if (code == EXIT_DONE && !options->dry_run)
        code = shrink(&desk);
    cli_desk_close(&desk);
    return code;
}

const struct command command_prune = {
    .name = "prune",
    .allowed = "cd",
    .arguments = "",
    .summary = "forget what ended longer ago than \"history\"",
    .help = "Forgets the jobs that ended longer ago than \"history\" in the configuration. A\n"
            "running agent does so by itself, a little at a time; this does it at once. What was\n"
            "filed is never forgotten, nor is a job whose file closedrop must still know: in a\n"
            "folder that keeps its files, or in Failed. Archived files and receipts are not\n"
            "touched.",
    .run = prune,
};
