/** retry, forget: failed jobs tried again, or taken out of the queue. */
#include "jobs.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/cli/cli.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/** Ask the same for each job named; the last problem determines the exit status. */
static int for_each_job(
    const struct options *options, enum question_kind kind, const char *what_was_done)
{
    struct desk desk;
    int code = cli_desk_open(options, &desk);
    if (code != EXIT_DONE)
        return code;
    for (int i = 0; i < options->count; i++) {
        int one = desk_change_job(&desk, kind, options->arguments[i], what_was_done);
        code = one ? one : code;
    }
    cli_desk_close(&desk);
    return code;
}

static int64_t sum_of(const struct json *numbers)
{
    int64_t sum = 0;
    for (const struct json *number = json_first(numbers); number; number = json_next(number))
        sum += json_get_int(numbers, json_key(number), 0);
    return sum;
}

static void print_left_out(const struct json *numbers, int64_t sum)
{
    printf("; %" PRId64 " left out, %s your judgement", sum, sum == 1 ? "it needs" : "they need");
    const char *before = ": ";
    for (const struct json *number = json_first(numbers); number; number = json_next(number)) {
        const char *code = json_key(number);
        printf("%s%s %" PRId64, before, code, json_get_int(numbers, code, 0));
        before = ", ";
    }
    printf("\n"
           "Check each of them (closedrop list --state failed). To file one anyway, run\n"
           "closedrop retry ID, or drag its file back into its folder.\n");
}

/** "14 queued again; 2 left out, they need your judgement: cut_off 1, empty 1" */
static void print_retried(const struct json *body)
{
    const struct json *left_out = json_get(body, "left_out");
    int64_t retried = json_get_int(body, "retried", 0), left = sum_of(left_out);
    if (!retried && !left) {
        puts("there is no failed job");
        return;
    }
    if (retried)
        printf("%" PRId64 " queued again", retried);
    else
        printf("none queued again");
    if (left)
        print_left_out(left_out, left);
    else
        putchar('\n');
}

static int retry_many(const struct options *options)
{
    struct question question = {.kind = ASK_RETRY_ALL};
    struct desk desk;
    const char *code_asked = options->code;
    if (code_asked && (!*code_asked || strlen(code_asked) >= sizeof(question.code))) {
        fprintf(stderr, "closedrop retry: --code takes a name of 1 to %zu characters\n",
            sizeof(question.code) - 1);
        return EXIT_USAGE;
    }
    snprintf(question.code, sizeof(question.code), "%s", code_asked ? code_asked : "");
    int code = desk_open_narrowed(options, &question, &desk);
    if (code != EXIT_DONE)
        return code;
    CLEANUP(json_freep) struct json *body = cli_ask(&desk, &question);
    if (body)
        print_retried(body);
    cli_desk_close(&desk);
    return body ? EXIT_DONE : EXIT_NOT_DONE;
}

static int retry(const struct options *options)
{
    return options->count ? for_each_job(options, ASK_RETRY, "is queued again")
                          : retry_many(options);
}

static int forget(const struct options *options)
{
    return for_each_job(options, ASK_FORGET, "is forgotten");
}

const struct command command_retry = {
    .name = "retry",
    .allowed = "cafRk",
    .least = 1,
    .most = -1,
    .arguments = "ID... | --all",
    .summary = "retry failed jobs at once",
    .help = "Queues failed jobs again, with their attempts reset to zero. Their files are first\n"
            "moved back from the Failed directory. Select them by ID, with --all, or by any\n"
            "combination of --folder, --rule and --code. Jobs that need a person's judgement are\n"
            "only retried by ID; the answer says how many were left out.",
    .run = retry,
};

const struct command command_forget = {
    .name = "forget",
    .allowed = "c",
    .least = 1,
    .most = -1,
    .arguments = "ID...",
    .summary = "remove jobs from the queue; their files stay where they are",
    .help = "Removes jobs that are not in progress from the queue. A file that is still in the\n"
            "folder stays there and is ignored until somebody changes it.",
    .run = forget,
};
