/** forget: jobs taken out of the queue, by their IDs or all that are selected. */
#include "confirm.h"
#include "jobs.h"
#include "selected.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/cli/cli.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/** "14 jobs (12 failed, 2 queued)" */
static char *describe(const struct json *body)
{
    static const char *const states[] = {"failed", "queued", "uploaded"};
    struct str text = STR_INIT(200);
    int64_t sum = json_get_int(body, "forgotten", 0);
    str_printf(&text, "%" PRId64 " job%s", sum, sum == 1 ? "" : "s");
    const char *before = " (";
    for (size_t i = 0; i < COUNT(states); i++) {
        int64_t count = json_get_int(body, states[i], 0);
        if (!count)
            continue;
        str_printf(&text, "%s%" PRId64 " %s", before, count, states[i]);
        before = ", ";
    }
    if (sum)
        str_add(&text, ")");
    return str_take(&text);
}

static void print_forgotten(const struct json *body)
{
    CLEANUP(free_text) char *what = describe(body);
    int64_t left = json_get_int(body, "left_out", 0);
    printf("%s forgotten", what ? what : "?");
    if (left)
        printf("; %" PRId64 " left out: in progress, or the file has not been moved yet", left);
    putchar('\n');
}

/** Whether a person has said so, now or by --yes; what is asked is said in any case. */
static int ask_person(const struct options *options, const struct json *body)
{
    CLEANUP(free_text) char *what = describe(body);
    CLEANUP(free_text) char *question = str_format("Forget %s?", what ? what : "?");
    if (options->yes)
        return EXIT_DONE;
    if (confirm_can_ask())
        return question && confirm_ask(question) ? EXIT_DONE : EXIT_NOT_DONE;
    fprintf(stderr, "closedrop forget: %s would be forgotten; --yes does it\n", what ? what : "?");
    return EXIT_USAGE;
}

static int forget_selected(
    const struct desk *desk, const struct options *options, struct question *question)
{
    question->count = true;
    CLEANUP(json_freep) struct json *counted = cli_ask(desk, question);
    int code = counted ? ask_person(options, counted) : EXIT_NOT_DONE;
    if (code != EXIT_DONE)
        return code;
    question->count = false;
    CLEANUP(json_freep) struct json *body = cli_ask(desk, question);
    if (body)
        print_forgotten(body);
    return body ? EXIT_DONE : EXIT_NOT_DONE;
}

static int forget_many(const struct options *options)
{
    struct question question = {.kind = ASK_FORGET_ALL};
    struct desk desk;
    int code = selected_open(options, &question, &desk);
    if (code != EXIT_DONE)
        return code;
    code = forget_selected(&desk, options, &question);
    cli_desk_close(&desk);
    return code;
}

static int forget(const struct options *options)
{
    return options->count ? jobs_change_each(options, ASK_FORGET, "is forgotten")
                          : forget_many(options);
}

const struct command command_forget = {
    .name = "forget",
    .allowed = "csfRkSUmY",
    .least = 1,
    .most = -1,
    .arguments = "ID...",
    .summary = "remove jobs from the queue; their files stay where they are",
    .help = "Removes jobs that are not in progress from the queue. A file that is still in the\n"
            "folder stays there and is ignored until somebody changes it. Select jobs by ID, or\n"
            "with options those that wait or have failed: it then says how many there are, and\n"
            "asks, or without a terminal requires --yes.",
    .run = forget,
};
