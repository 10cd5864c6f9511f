/** closedrop check: everything that a run would trip over, found before it, and with --online who
 * the key belongs to. */
#include "check_machine.h"

#include "closedrop/base/account.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/base/units.h"
#include "closedrop/cli/cli.h"
#include "closedrop/close/api.h"
#include "closedrop/close/reply.h"
#include "closedrop/config/service_account.h"
#include "closedrop/control/client.h"
#include "closedrop/http/http.h"
#include "closedrop/work/fresh_key.h"
#include "closedrop/work/verdict.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/** A rule that no folder names does nothing: most likely that was forgotten. */
static void tell_unused_rules(const struct config *config)
{
    for (size_t i = 0; i < config->rule_count; i++)
        if (!config_uses_rule(config, &config->rules[i]))
            printf(
                "note: no folder uses the rule \"%s\"; to use it, add it to rules = [ ... ] of a "
                "folder\n",
                config->rules[i].name);
}

/** Without rules nobody sees the files in Close; whoever installs this may not expect that. */
static void tell_no_rules(const struct config *config)
{
    if (config->rule_count == 0)
        printf("note: there are no rules, so files are only uploaded, not filed on a lead; to file "
               "them, add rules (see closedrop.conf(5))\n");
}

/** "of one sender 20 an hour and 200 a day, at least 30 s apart" */
static void print_pace(const struct guard_limits *limits)
{
    struct str pace = STR_INIT(256);
    if (limits->per_hour)
        str_printf(&pace, "%" PRId64 " an hour", limits->per_hour);
    if (limits->per_day)
        str_printf(&pace, "%s%" PRId64 " a day", pace.length ? " and " : "", limits->per_day);
    if (limits->gap_ms) {
        str_add(&pace, pace.length ? ", at least " : "one every ");
        units_print_duration(&pace, limits->gap_ms);
        str_add(&pace, limits->per_hour || limits->per_day ? " apart" : "");
    }
    printf("; of one sender %s (limits.sends), the rest follows automatically", str_text(&pace));
    str_release(&pace);
}

/** What really leaves must not be a surprise: what the send guard will do. */
static void tell_sending_rules(const struct config *config)
{
    const struct guard_limits *limits = &config->limits.guard;
    for (size_t i = 0; i < config->rule_count; i++) {
        if (!config->rules[i].is_sent || !config_uses_rule(config, &config->rules[i]))
            continue;
        printf("note: the rule \"%s\" really sends %s: ", config->rules[i].name,
            config->rules[i].activity == ACTIVITY_SMS ? "text messages" : "email");
        if (limits->ask_above)
            printf("at most %" PRId64 " an hour are sent without your approval; set "
                   "limits.ask_above to the size of your largest batch",
                limits->ask_above);
        else
            printf("any number is sent without your approval (limits.ask_above is 0)");
        if (limits->per_hour || limits->per_day || limits->gap_ms)
            print_pace(limits);
        putchar('\n');
    }
}

/** A folder that has jobs and is not named any more: most likely it was only given another name. */
static void tell_lost_folders(const struct config *config)
{
    const struct question question = {.kind = ASK_FOLDERS, .state = -1};
    struct client *client = NULL;
    struct str why = STR_INIT(4096);
    struct answer answer = {0, NULL};
    if (client_open(config, &client, &why) == 0) /* else there is nothing to say about a queue */
        answer = client_ask(client, &question);
    const struct json *folders = json_get(answer.body, "folders");
    for (const struct json *one = json_first(folders); one; one = json_next(one)) {
        const char *name = json_get_text(one, "name");
        if (name && !config_folder(config, name))
            printf("note: the folder \"%s\" is no longer in the configuration, but the queue has "
                   "jobs of it: %" PRId64 ", of which %" PRId64
                   " wait; if it was only moved or renamed, keep its name: name = \"%s\";\n",
                name, json_get_int(one, "jobs", 0), json_get_int(one, "waiting", 0), name);
    }
    client_close(client);
    json_free(answer.body);
    str_release(&why);
}

/** Nobody answers, or somebody else: a status is reported only if one was received. */
static void tell_down(const struct config *config, const struct api_outcome *outcome)
{
    const char *words = transfer_end_words[outcome->end];
    fprintf(stderr, "closedrop: %s ", config->close.api_url);
    if (outcome->end == TRANSFER_ANSWERED)
        fprintf(stderr, "does not answer as Close does: status %d", outcome->status);
    else
        fprintf(stderr, "%s%s%s", words, *outcome->failure ? ": " : "", outcome->failure);
    fputs("; check close.api_url, proxy and the network\n", stderr);
}

static void tell_refusal(const struct key *key, int status, const char *why)
{
    if (key->is_login) {
        fprintf(stderr, "closedrop: Close refuses the login (%d); %s\n", status,
            *why ? why : "log in again: \"closedrop login\"");
        return;
    }
    fprintf(stderr, "closedrop: Close refuses the %s (%d); ", key_called(key), status);
    if (key->is_token)
        fprintf(stderr, "check what renews it, and writes it into %s\n", key->file);
    else
        fprintf(stderr,
            "create a new one in Close under Settings, Developer, API Keys, and put all "
            "of it, including the part after the dot, into the key file\n");
}

static int tell_answer(const struct config *config, const struct key *key,
    const struct request *request, const char *why)
{
    const struct api_outcome outcome = {.end = request_end(request),
        .status = request_status(request),
        .failure = request_failure(request)};
    size_t length;
    const char *body = request_reply(request, &length);
    struct str who = STR_INIT(4096);
    int code = EXIT_NOT_DONE;
    switch (verdict_of_me(&outcome, reply_is_me(body, length))) {
    case API_ANSWERS:
        reply_add_me(&who, body, length);
        printf("Close answers: the %s belongs to %s\n", key_called(key),
            who.length ? str_text(&who) : "a user");
        code = EXIT_DONE;
        break;
    case API_KEY_REFUSED:
        tell_refusal(key, outcome.status, why);
        code = EXIT_KEY_REFUSED;
        break;
    case API_DOWN:
        tell_down(config, &outcome);
    }
    str_release(&who);
    return code;
}

static int ask_online(const struct config *config, struct key *key)
{
    struct str why = STR_INIT(4096);
    const struct fresh_key fresh = {config, http_new(), key, config->limits.timeout_ms};
    struct request *request = fresh.http ? fresh_key_ask_me(&fresh, &why) : NULL;
    int code = request ? tell_answer(config, key, request, str_text(&why)) : EXIT_NOT_DONE;
    request_free(request);
    http_free(fresh.http);
    str_release(&why);
    return code;
}

/** Whether somebody is logged in, and until when; only where that is the way in. */
static int tell_login(const struct key *key)
{
    char left[UNITS_DURATION];
    int64_t left_ms = key->ends_at_ms - clock_steady_ms();
    if (!*key->text) {
        fputs("closedrop: nobody is logged in; log in: \"closedrop login\"\n", stderr);
        return EXIT_KEY_REFUSED;
    }
    if (left_ms > 0)
        printf("somebody is logged in; the access token is good for another %s, and is renewed by "
               "itself\n",
            units_duration_text(left_ms, left));
    else
        puts("somebody is logged in; the access token has ended, and is renewed with the next "
             "request");
    return EXIT_DONE;
}

/** What root may do says nothing about the user that closedrop runs as; `user`: "" if not root. */
static void become_service(const struct config *config, char user[ACCOUNT_NAME])
{
    const char *what;
    uid_t uid = service_account(config, &what);
    *user = '\0';
    if (geteuid() != 0)
        return;
    account_user(uid, user);
    if (uid != 0 && account_become(uid) < 0)
        fprintf(
            stderr, "closedrop: cannot become the user %s; this checks what root may do\n", user);
}

/** Root could read it. */
static void check_readable(const struct config *config, const char *user, struct str *problems)
{
    if (*user && access(config->file, R_OK) < 0)
        str_printf(problems, "%s: cannot be read by the user %s: %s; chgrp %s %s; chmod g+r %s\n",
            config->file, user, strerror(errno), user, config->file, config->file);
}

static void tell_valid(const struct config *config, const char *user, bool is_whole)
{
    printf("%s is valid%s: %zu folder%s, %zu rule%s\n", config->file,
        is_whole ? "" : " as far as it could be examined", config->folder_count,
        config->folder_count == 1 ? "" : "s", config->rule_count,
        config->rule_count == 1 ? "" : "s");
    if (*user)
        printf("checked for the user %s, who owns the key file and must run closedrop\n", user);
    tell_no_rules(config);
    tell_unused_rules(config);
    tell_sending_rules(config);
    tell_lost_folders(config);
}

static int tell_report(
    const struct config *config, const char *user, const struct machine_report *report)
{
    fputs(str_text(&report->warnings), stderr);
    fputs(str_text(&report->unanswered), stderr);
    fputs(str_text(&report->problems), stderr);
    if (report->problems.length)
        return EXIT_CONFIG;
    tell_valid(config, user, !report->unanswered.length);
    return report->unanswered.length ? EXIT_NOT_DONE : EXIT_DONE;
}

static int check(const struct options *options)
{
    struct config *config = cli_config(options, CONFIG_COMPARE_INODES);
    if (!config)
        return EXIT_CONFIG;
    char user[ACCOUNT_NAME];
    struct key key = {.file = NULL};
    struct machine_report report = MACHINE_REPORT_INIT;
    become_service(config, user);
    check_readable(config, user, &report.problems);
    machine_check(config, &key, &report);
    int code = tell_report(config, user, &report), answer = EXIT_DONE;
    if (code != EXIT_CONFIG && key.is_login)
        answer = tell_login(&key);
    if (code != EXIT_CONFIG && !answer && options->online)
        answer = ask_online(config, &key);
    machine_report_release(&report);
    key_release(&key);
    config_release(config);
    return answer ? answer : code;
}

const struct command command_check = {
    .name = "check",
    .allowed = "co",
    .arguments = "",
    .summary = "validate the configuration",
    .help = "Reads the configuration and everything it names (folders, key file, state_dir) and\n"
            "reports all errors at once. Exit status 0: valid, 78: not, 1: a folder or table does\n"
            "not answer, so that only the rest was examined. With --online it also asks Close\n"
            "whose key it is; 77 then means that Close refused it.",
    .run = check,
};
