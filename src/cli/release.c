/** release, recall: emails that wait for a person's word, sent or not. */
#include "jobs.h"
#include "names.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/cli/cli.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/** "412 emails of the rule "statements" are released"; what `sends` paces then is said in status.
 */
static void print_released(const struct json *body)
{
    const struct json *rules = json_get(body, "rules");
    for (const struct json *one = json_first(rules); one; one = json_next(one)) {
        int64_t emails = json_get_int(one, "emails", 0);
        printf("%" PRId64 " email%s of the rule \"", emails, emails == 1 ? "" : "s");
        cli_print_text(job_member(one, "rule"));
        printf("\" %s released\n", emails == 1 ? "is" : "are");
    }
}

static void print_recalled(const struct json *body)
{
    int64_t files = json_get_int(body, "files", 0);
    printf("%" PRId64 " file%s of the rule \"", files, files == 1 ? "" : "s");
    cli_print_text(job_member(body, "rule"));
    printf("\" %s recalled and go%s to Failed", files == 1 ? "is" : "are", files == 1 ? "es" : "");
    puts(json_get_bool(body, "more", false) ? ", and what came with them when it is uploaded" : "");
}

/** What release and recall have of their own. */
struct decision {
    enum question_kind of_rule;
    enum question_kind of_job;
    const char *what_was_done;
    void (*print)(const struct json *body);
};

static int decide_rule(const struct desk *desk, const struct decision *decision, const char *rule)
{
    struct question question = {.kind = decision->of_rule};
    int code = *rule ? names_check(desk, NULL, rule) : EXIT_DONE;
    if (code != EXIT_DONE)
        return code;
    snprintf(question.rule, sizeof(question.rule), "%s", rule);
    CLEANUP(json_freep) struct json *body = cli_ask(desk, &question);
    if (body)
        decision->print(body);
    return body ? EXIT_DONE : EXIT_NOT_DONE;
}

/** A number is a job's id, unless a rule is called so. */
static bool names_a_job(const struct desk *desk, const char *argument)
{
    return argument[strspn(argument, "0123456789")] == '\0' && !config_rule(desk->config, argument);
}

static int decide(const struct options *options, const struct decision *decision)
{
    struct desk desk;
    int code = cli_desk_open(options, &desk);
    if (code != EXIT_DONE)
        return code;
    if (options->all)
        code = decide_rule(&desk, decision, "");
    for (int i = 0; i < options->count; i++) {
        const char *argument = options->arguments[i];
        int one = names_a_job(&desk, argument)
                      ? desk_change_job(&desk, decision->of_job, argument, decision->what_was_done)
                      : decide_rule(&desk, decision, argument);
        code = one ? one : code;
    }
    cli_desk_close(&desk);
    return code;
}

static int release(const struct options *options)
{
    static const struct decision decision = {
        ASK_RELEASE, ASK_RELEASE_JOB, "is released", print_released};
    return decide(options, &decision);
}

static int recall(const struct options *options)
{
    static const struct decision decision = {
        ASK_RECALL, ASK_RECALL_JOB, "is recalled, and its file goes to Failed", print_recalled};
    return decide(options, &decision);
}

const struct command command_release = {
    .name = "release",
    .allowed = "cA",
    .least = 1,
    .most = -1,
    .arguments = "RULE | ID...",
    .values = VALUE_RULE,
    .summary = "send the emails that wait for approval",
    .help = "When one rule would send more emails within an hour than limits.ask_above, the rest\n"
            "is held. This releases what is held now of the given rules, or of all rules (--all),\n"
            "including files that came with it and are still being uploaded, but nothing that\n"
            "comes later. An ID releases one email with all files of its group. limits.sends\n"
            "still sets the pace.",
    .run = release,
};

const struct command command_recall = {
    .name = "recall",
    .allowed = "c",
    .least = 1,
    .most = -1,
    .arguments = "RULE | ID...",
    .values = VALUE_RULE,
    .summary = "cancel emails that wait for approval; their files go to Failed",
    .help = "Cancels what the send guard holds back (limits.ask_above, limits.sends) of the given\n"
            "rules, or the emails of these jobs. Their files go to the Failed directory; a file\n"
            "that is dragged back is sent after all. Deleting a file, or moving it out of its\n"
            "folder, while it is held also recalls it.",
    .run = recall,
};
