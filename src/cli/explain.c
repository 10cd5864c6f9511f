/** explain: why one file is where it is, and what to do about it. */
#include "explain.h"

#include "jobs.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/cli/cli.h"
#include "closedrop/config/load.h"
#include "closedrop/config/locate.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SENTENCE_MAX 16384

/** The answer, in words. */
struct explanation {
    const struct situation *situation;
    struct str message;
    struct str remedy; /* "": there is nothing to do */
};

/** The end of the sentence, and what else is worth knowing: there was a file of this name before.
 */
static void add_end(const struct facts *facts, struct explanation *explanation)
{
    struct str *out = &explanation->message;
    int64_t id = json_get_int(facts->job, "id", 0);
    str_add(out, ".");
    if (id && !facts->is_its_job)
        str_printf(out,
            " (An earlier file of this name was job %" PRId64 ": closedrop show %" PRId64 ".)", id,
            id);
    if (facts->unanswered && strcmp(explanation->situation->name, "unanswered") != 0)
        str_printf(out, " (The file itself was not examined: %s.)", facts->unanswered);
}

static void explain_facts(const struct facts *facts, struct explanation *explanation)
{
    explanation->situation = situation_find(facts);
    explanation->situation->tell(facts, &explanation->message);
    add_end(facts, explanation);
    if (explanation->situation->advise)
        explanation->situation->advise(facts, &explanation->remedy);
}

static void print(const struct facts *facts, const struct explanation *explanation)
{
    int64_t id = facts->is_its_job ? json_get_int(facts->job, "id", 0) : 0;
    cli_print_text(str_text(&explanation->message));
    putchar('\n');
    if (explanation->remedy.length) {
        printf("What to do: ");
        cli_print_text(str_text(&explanation->remedy));
        putchar('\n');
    }
    if (id)
        printf("Its whole history: closedrop show %" PRId64 "\n", id);
}

static void print_json(const struct facts *facts, const struct explanation *explanation)
{
    const char *folder = facts->place.folder ? facts->place.folder->name : NULL;
    CLEANUP(json_freep) struct json *object = json_object();
    const char *remedy = explanation->remedy.length ? str_text(&explanation->remedy) : NULL;
    int result = json_add_text(object, "path", facts->given);
    result |= json_add_text(object, "folder", folder);
    result |= json_add_text(object, "situation", explanation->situation->name);
    result |= json_add_text(object, "message", str_text(&explanation->message));
    result |= json_add_text(object, "remedy", remedy);
    result |= json_is_object(facts->job) ? json_add(object, "job", json_copy(facts->job))
                                         : json_add_null(object, "job");
    cli_print_json(result < 0 ? NULL : object);
}

/** Whether something is known about the file; else there is no answer. */
static bool is_answered(const struct explanation *explanation)
{
    static const char *const open[] = {
        "unknown", "hidden", "unanswered", "unasked", "configuration"};
    size_t i = 0;
    while (i < COUNT(open) && strcmp(open[i], explanation->situation->name) != 0)
        i++;
    return i == COUNT(open);
}

/** Without folders and without an agent, nothing can be said. */
static bool is_explicable(const struct facts *facts)
{
    return !facts->is_partial || facts->status;
}

static int explain_file(const struct options *options, const struct desk *desk)
{
    struct facts facts;
    struct explanation explanation = {
        .message = STR_INIT(SENTENCE_MAX), .remedy = STR_INIT(SENTENCE_MAX)};
    struct str trouble = STR_INIT(4096);
    int code = EXIT_NOT_DONE;
    int result = facts_collect(&facts, desk, options->arguments[0], &trouble);
    if (facts.trouble)
        fprintf(stderr, "closedrop: %s\n", facts.trouble);
    if (result == 0 && !is_explicable(&facts)) {
        code = EXIT_CONFIG;
    } else if (result == 0) {
        explain_facts(&facts, &explanation);
        (options->json ? print_json : print)(&facts, &explanation);
        code = is_answered(&explanation) ? EXIT_DONE : EXIT_NOT_DONE;
    }
    facts_release(&facts);
    str_release(&explanation.message);
    str_release(&explanation.remedy);
    str_release(&trouble);
    return code;
}

/** With errors in the configuration, an agent that runs with an earlier one still knows its jobs.
 */
static int explain(const struct options *options)
{
    CLEANUP(free_text) char *file = config_locate(options->config_file);
    struct desk desk = {.config = cli_config(options, CONFIG_COMPARE_PATHS)};
    if (!desk.config && file)
        desk.config = config_load_socket(file);
    int code = desk.config ? explain_file(options, &desk) : EXIT_CONFIG;
    cli_desk_close(&desk);
    return code;
}

const struct command command_explain = {
    .name = "explain",
    .allowed = "cj",
    .least = 1,
    .most = 1,
    .arguments = "PATH",
    .values = VALUE_FILE,
    .summary = "why a file is where it is, and what to do about it",
    .help =
        "Says why a file is where it is: ignored, still written, waiting, queued, held, filed,\n"
        "failed; and what to do about it. For a file that is gone, says what happened to the\n"
        "last one of that name. Changes nothing. Works while the agent runs and while it does\n"
        "not. The exit status is 1 if nothing is known about the file.",
    .run = explain,
};
