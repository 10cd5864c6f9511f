/** closedrop check: everything that a run would trip over, found before it, and with --online who
 * the key belongs to. */
#include "closedrop/base/account.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/base/units.h"
#include "closedrop/cli/cli.h"
#include "closedrop/close/api.h"
#include "closedrop/close/reply.h"
#include "closedrop/config/service_account.h"
#include "closedrop/control/client.h"
#include "closedrop/files/ownership.h"
#include "closedrop/files/path.h"
#include "closedrop/http/http.h"
#include "closedrop/rules/table.h"
#include "closedrop/work/verdict.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void add_problem(struct str *problems, const struct config *config, unsigned line,
    const char *where, const char *what, int error, const char *advice)
{
    str_printf(problems, "%s:%u: %s: %s: %s; %s\n", config->file, line, where, what,
        strerror(error), advice);
}

static void check_folder(
    const struct config *config, const struct folder *folder, struct str *problems)
{
    CLEANUP(free_text) char *where = str_format("folder \"%s\"", folder->name);
    struct stat stat_of;
    if (!where)
        return;
    if (stat(folder->path, &stat_of) < 0)
        add_problem(problems, config, folder->line, where, folder->path, errno,
            "create the directory, or correct the path");
    else if (!S_ISDIR(stat_of.st_mode))
        add_problem(
            problems, config, folder->line, where, folder->path, ENOTDIR, "name a directory");
    else if (access(folder->path, R_OK | X_OK) < 0)
        add_problem(problems, config, folder->line, where, folder->path, errno,
            "give the user closedrop runs as permission to list and enter it");
    else if (folder->after_upload != AFTER_KEEP && access(folder->path, W_OK) < 0)
        add_problem(problems, config, folder->line, where, folder->path, errno,
            "give the user closedrop runs as permission to write there (finished files are moved), "
            "or set after_upload = \"keep\"");
}

/** An agent with another queue must not be there already. */
static void check_owner(
    const struct config *config, const struct folder *folder, struct str *problems)
{
    struct owner owner;
    char words[OWNER_WORDS];
    CLEANUP(free_text)
    char *where = ownership_find_other(folder->path, config->state_dir, &owner);
    if (where)
        str_printf(problems,
            "%s:%u: folder \"%s\": %s: is %s, state_dir %s; stop that one, or remove the folder "
            "from one of the two configurations\n",
            config->file, folder->line, folder->name, where, owner_words(&owner, words),
            owner.state_dir);
}

/** The nearest directory of a path that exists must let us write. */
static void check_state_dir(const struct config *config, struct str *problems)
{
    CLEANUP(free_text) char *at = strdup(config->state_dir);
    while (at && access(at, F_OK) < 0 && errno == ENOENT && strcmp(at, "/") != 0) {
        char *parent = path_directory(at);
        free(at);
        at = parent && !*parent ? strdup("/") : parent;
        if (parent && !*parent)
            free(parent);
    }
    if (at && access(at, W_OK | X_OK) < 0)
        add_problem(problems, config, config->state_line, "state_dir", config->state_dir, errno,
            "make it writable for the user closedrop runs as, or choose another");
}

static void check_ca_file(const struct config *config, struct str *problems)
{
    const char *file = config->close.ca_file;
    if (*file && access(file, R_OK) < 0)
        add_problem(problems, config, config->close.ca_line, "close.ca_file", file, errno,
            "name a file of PEM certificates, or remove the setting");
}

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

/** Really sent email must not be a surprise: what the send guard will do. */
static void tell_sending_rules(const struct config *config)
{
    const struct guard_limits *limits = &config->limits.guard;
    for (size_t i = 0; i < config->rule_count; i++) {
        if (!config->rules[i].is_sent || !config_uses_rule(config, &config->rules[i]))
            continue;
        printf("note: the rule \"%s\" really sends email: ", config->rules[i].name);
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

/** A table that has not come yet: whoever exports it may be late, and the agent waits, too. */
static bool is_to_come(const struct rule *rule)
{
    return access(rule->table, F_OK) < 0 && errno == ENOENT;
}

static void warn_of_missing_table(const struct config *config, const struct rule *rule)
{
    fprintf(stderr,
        "%s:%u: warning: rule \"%s\": the table %s does not exist yet; files that need it wait for "
        "it as long as their folder's setting incomplete allows, and then fail\n",
        config->file, rule->table_line, rule->name, rule->table);
}

/** A table that exists must be valid, and have the columns that the rule uses. */
static void check_table(const struct config *config, struct tables *tables, const struct rule *rule,
    struct str *problems)
{
    CLEANUP(json_freep) struct json *columns = rule_columns(rule);
    const struct table_ask ask = rule_table_ask(rule, columns);
    struct str why = STR_INIT(4096);
    if (is_to_come(rule))
        warn_of_missing_table(config, rule);
    else if (tables_check(tables, &ask, &why) < 0)
        str_printf(problems, "%s:%u: rule \"%s\": %s\n", config->file, rule->table_line, rule->name,
            str_text(&why));
    str_release(&why);
}

/** Every table of a rule in use. */
static void check_tables(const struct config *config, struct str *problems)
{
    struct tables *tables = tables_new();
    for (size_t i = 0; tables && i < config->rule_count; i++)
        if (config->rules[i].table && config_uses_rule(config, &config->rules[i]))
            check_table(config, tables, &config->rules[i], problems);
    tables_free(tables);
}

/** All that a run needs from the machine. The key is kept for --online. */
static void check_machine(const struct config *config, struct key *key, struct str *problems)
{
    struct str why = STR_INIT(4096);
    if (key_load(config->close.api_key_file, key, &why) < 0)
        str_printf(problems, "%s:%u: close.api_key_file: %s\n", config->file,
            config->close.key_line, str_text(&why));
    str_release(&why);
    check_state_dir(config, problems);
    check_ca_file(config, problems);
    check_tables(config, problems);
    for (size_t i = 0; i < config->folder_count; i++) {
        check_folder(config, &config->folders[i], problems);
        check_owner(config, &config->folders[i], problems);
    }
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

static int tell_answer(const struct config *config, const struct request *request)
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
        printf("Close answers: the key belongs to %s\n", who.length ? str_text(&who) : "a user");
        code = EXIT_DONE;
        break;
    case API_KEY_REFUSED:
        fprintf(stderr,
            "closedrop: Close refuses the API key (%d); create a new one in Close under Settings, "
            "Developer, API Keys, and put all of it, including the part after the dot, into the "
            "key file\n",
            outcome.status);
        code = EXIT_KEY_REFUSED;
        break;
    case API_DOWN:
        tell_down(config, &outcome);
    }
    str_release(&who);
    return code;
}

static int ask_online(const struct config *config, const struct key *key)
{
    const struct api api = {.url = config->close.api_url,
        .key = key->text,
        .options = {.ca_file = config->close.ca_file,
            .proxy = config->close.proxy,
            .timeout_ms = config->limits.timeout_ms}};
    struct http *http = http_new();
    struct request *request = http ? api_me(&api) : NULL;
    int code = EXIT_NOT_DONE;
    if (request) {
        http_run(http, request);
        code = tell_answer(config, request);
    }
    request_free(request);
    http_free(http);
    return code;
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

static void tell_valid(const struct config *config, const char *user)
{
    printf("%s is valid: %zu folder%s, %zu rule%s\n", config->file, config->folder_count,
        config->folder_count == 1 ? "" : "s", config->rule_count,
        config->rule_count == 1 ? "" : "s");
    if (*user)
        printf("note: run closedrop as the user %s, for whom this was checked\n", user);
    tell_no_rules(config);
    tell_unused_rules(config);
    tell_sending_rules(config);
    tell_lost_folders(config);
}

static int check(const struct options *options)
{
    struct config *config = cli_config(options, CONFIG_COMPARE_INODES);
    if (!config)
        return EXIT_CONFIG;
    char user[ACCOUNT_NAME];
    struct key key = {.file = NULL};
    struct str problems = STR_INIT(256 * 1024);
    become_service(config, user);
    check_readable(config, user, &problems);
    check_machine(config, &key, &problems);
    int code = problems.length ? EXIT_CONFIG : EXIT_DONE;
    fputs(str_text(&problems), stderr);
    if (code == EXIT_DONE)
        tell_valid(config, user);
    if (code == EXIT_DONE && options->online)
        code = ask_online(config, &key);
    key_release(&key);
    str_release(&problems);
    config_release(config);
    return code;
}

const struct command command_check = {
    .name = "check",
    .allowed = "co",
    .arguments = "",
    .summary = "validate the configuration",
    .help = "Reads the configuration and everything it names (folders, key file, state_dir) and\n"
            "reports all errors at once. Exit status 0: valid, 78: not. With --online it also\n"
            "asks Close whose key it is; 77 then means that Close refused it.",
    .run = check,
};
