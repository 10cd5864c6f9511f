/** retry: failed jobs tried again, by their IDs or all that are selected. */
#include "confirm.h"
#include "jobs.h"
#include "selected.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/cli/cli.h"

#include <inttypes.h>
#include <stdio.h>

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

/** Whether to go ahead: on a terminal a person is asked, who has seen how many there are. */
static bool may_retry(
    const struct desk *desk, const struct options *options, struct question question, int *ret_code)
{
    char text[80];
    *ret_code = EXIT_DONE;
    if (options->yes || !confirm_can_ask())
        return true;
    question.count = true;
    CLEANUP(json_freep) struct json *body = cli_ask(desk, &question);
    int64_t count = json_get_int(body, "retried", 0);
    snprintf(text, sizeof(text), "Retry %" PRId64 " failed job%s?", count, count == 1 ? "" : "s");
    bool may = body && (!count || confirm_ask(text));
    *ret_code = may ? EXIT_DONE : EXIT_NOT_DONE;
    return may;
}

static int retry_many(const struct options *options)
{
    struct question question = {.kind = ASK_RETRY_ALL};
    struct desk desk;
    int code = selected_open(options, &question, &desk);
    if (code != EXIT_DONE)
        return code;
    if (may_retry(&desk, options, question, &code)) {
        CLEANUP(json_freep) struct json *body = cli_ask(&desk, &question);
        if (body)
            print_retried(body);
        code = body ? EXIT_DONE : EXIT_NOT_DONE;
    }
    cli_desk_close(&desk);
    return code;
}

static int retry(const struct options *options)
{
    return options->count ? jobs_change_each(options, ASK_RETRY, "is queued again")
                          : retry_many(options);
}

const struct command command_retry = {
    .name = "retry",
    .allowed = "cafRkSUmY",
    .least = 1,
    .most = -1,
    .arguments = "ID... | --all",
    .summary = "retry failed jobs at once",
    .help = "Queues failed jobs again, with their attempts reset to zero. Their files are first\n"
            "moved back from the Failed directory. Select them by ID, with --all, or by any\n"
            "combination of the options; --since and --until go by when a job failed. On a\n"
            "terminal, it first says how many there are, and asks. Jobs that need a person's\n"
            "judgement are only retried by ID; the answer says how many were left out.",
    .run = retry,
};
