/** From the options of a command to the jobs that they mean. */
#include "selected.h"

#include "names.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/base/moment.h"
#include "closedrop/cli/cli.h"

#include <stdio.h>
#include <string.h>

/** Set a text of the question; false, and said, if it is empty or too long. */
static bool put_text(const char *option, const char *value, char *into, size_t size)
{
    if (!value)
        return true;
    if (*value && strlen(value) < size) {
        strcpy(into, value);
        return true;
    }
    fprintf(stderr, "closedrop: %s takes a text of 1 to %zu bytes\n", option, size - 1);
    return false;
}

static bool put_texts(const struct options *options, struct question *question)
{
    const struct {
        const char *option, *value;
        char *into;
        size_t size;
    } texts[] = {
        {"--code", options->code, question->code, sizeof(question->code)},
        {"--lead", options->lead, question->lead_id, sizeof(question->lead_id)},
        {"--match", options->match, question->match, sizeof(question->match)},
    };
    bool fits = true;
    for (size_t i = 0; i < COUNT(texts); i++)
        fits = put_text(texts[i].option, texts[i].value, texts[i].into, texts[i].size) && fits;
    return fits;
}

/** Names that are known fit. */
static void put_names(const struct options *options, struct question *question)
{
    snprintf(
        question->folder, sizeof(question->folder), "%s", options->folder ? options->folder : "");
    snprintf(question->rule, sizeof(question->rule), "%s", options->rule ? options->rule : "");
}

/** Read a time; what it is not is said. */
static bool read_time(const char *option, const char *text, struct moment *ret_moment)
{
    if (!text || moment_read(text, clock_wall_ms(), ret_moment) == 0)
        return true;
    fprintf(
        stderr, "closedrop: %s takes a time such as %s, not \"%s\"\n", option, moment_forms, text);
    return false;
}

/** A day is all of it: --until includes it. */
static bool put_times(const struct options *options, struct question *question)
{
    struct moment since = {0, 0}, until = {0, 0};
    if (!read_time("--since", options->since, &since) ||
        !read_time("--until", options->until, &until))
        return false;
    question->since_ms = since.from_ms;
    question->until_ms = until.to_ms;
    return true;
}

static bool put_state(const struct options *options, struct question *question)
{
    question->state = options->state ? job_state_from_name(options->state) : -1;
    if (!options->state || question->state >= 0)
        return true;
    fprintf(stderr,
        "closedrop: unknown state \"%s\"; the states are queued, uploading, uploaded, "
        "attaching, done and failed\n",
        options->state);
    return false;
}

int selected_open(const struct options *options, struct question *question, struct desk *ret_desk)
{
    if (!put_state(options, question) || !put_times(options, question) ||
        !put_texts(options, question))
        return EXIT_USAGE;
    int code = cli_desk_open(options, ret_desk);
    if (code != EXIT_DONE)
        return code;
    code = names_check(ret_desk, options->folder, options->rule);
    put_names(options, question);
    question->held = options->held;
    question->all = options->all;
    if (code != EXIT_DONE)
        cli_desk_close(ret_desk);
    return code;
}

int selected_each(const struct desk *desk, struct question *question, int limit,
    void (*each)(void *context, const struct json *job), void *context)
{
    int left = limit ? limit : INT32_MAX;
    do {
        question->limit = left < LIST_PAGE ? left : LIST_PAGE;
        CLEANUP(json_freep) struct json *body = cli_ask(desk, question);
        const struct json *jobs = json_get(body, "jobs"), *next = json_get(body, "next");
        if (!body)
            return EXIT_NOT_DONE;
        for (const struct json *job = json_first(jobs); job; job = json_next(job), left--)
            each(context, job);
        question->at_ms = json_get_int(next, "at", 0);
        question->below = json_get_int(next, "below", 0);
    } while (question->below && left > 0);
    return EXIT_DONE;
}
