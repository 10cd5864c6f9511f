/** Tries what a configuration names, each folder and table apart if it is where calls may hang. */
#include "check_machine.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/close/renewal.h"
#include "closedrop/config/config.h"
#include "closedrop/control/tokens.h"
#include "closedrop/files/apart.h"
#include "closedrop/files/mounts.h"
#include "closedrop/files/ownership.h"
#include "closedrop/files/path.h"
#include "closedrop/rules/table.h"

#include <errno.h>
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

/** A table that exists must be valid, and have the columns that are used; whoever exports one that
 * has not come yet may be late, and the agent waits, too. */
static void check_table(const struct config *config, const char *what, unsigned line,
    const struct table_ask *ask, struct machine_report *report)
{
    struct tables *tables = tables_new();
    struct str why = STR_INIT(4096);
    if (access(ask->file, F_OK) < 0 && errno == ENOENT)
        str_printf(&report->warnings,
            "%s:%u: warning: %s: the table %s does not exist yet; files that need it wait for it "
            "as long as their folder's setting incomplete allows, and then fail\n",
            config->file, line, what, ask->file);
    else if (tables && tables_check(tables, ask, &why) < 0)
        str_printf(&report->problems, "%s:%u: %s: %s\n", config->file, line, what, str_text(&why));
    tables_free(tables);
    str_release(&why);
}

static void check_table_of_rule(
    const struct config *config, const struct rule *rule, struct machine_report *report)
{
    CLEANUP(json_freep) struct json *columns = rule_columns(rule);
    CLEANUP(free_text) char *what = str_format("rule \"%s\"", rule->name);
    const struct table_ask ask = rule_table_ask(rule, columns);
    if (what)
        check_table(config, what, rule->table_line, &ask, report);
}

static void check_people(const struct config *config, struct machine_report *report)
{
    const struct people_columns used = config_people_columns(config);
    CLEANUP(json_freep) struct json *columns = people_columns(&used);
    const struct table_ask ask = people_ask(&config->people, columns);
    check_table(config, "people.file", config->people.line, &ask, report);
}

/* ---- what may hang ---- */

/** What is checked by itself: a folder, the table of a rule, or that of people. */
struct part {
    const struct config *config;
    void (*check)(const struct part *part, struct machine_report *report);
    const void *subject;
    const char *kind, *name, *path;
    unsigned line;
};

/** The other process sends lines; the first byte says which they are. */
#define PROBLEMS 'p'
#define WARNINGS 'w'

static void send_lines(char which, const struct str *lines)
{
    struct str message = STR_INIT(APART_MESSAGE_MAX);
    str_add_char(&message, which);
    str_add(&message, str_text(lines));
    if (message.length > 1)
        apart_tell(str_text(&message), message.length);
    str_release(&message);
}

static void examine_part(const void *subject)
{
    const struct part *part = subject;
    struct machine_report report = MACHINE_REPORT_INIT;
    part->check(part, &report);
    send_lines(PROBLEMS, &report.problems);
    send_lines(WARNINGS, &report.warnings);
}

static void take_lines(void *context, const void *message, size_t length)
{
    struct machine_report *report = context;
    const char *lines = message;
    str_add_bytes(
        *lines == PROBLEMS ? &report->problems : &report->warnings, lines + 1, length - 1);
}

static void report_unanswered(const struct part *part, int error, struct machine_report *report)
{
    CLEANUP(free_text) char *words = apart_words(part->path, error);
    str_printf(&report->unanswered, "%s:%u: %s \"%s\": %s; nothing was examined there; %s\n",
        part->config->file, part->line, part->kind, part->name, words ? words : part->path,
        apart_remedy(error));
}

static void check_apart(const struct part *part, struct machine_report *report)
{
    const struct apart apart = {.path = part->path,
        .examine = examine_part,
        .subject = part,
        .take = take_lines,
        .context = report,
        .patience_ms = part->config->limits.timeout_ms};
    int result = apart_run(&apart);
    if (result < 0)
        report_unanswered(part, result, report);
}

static void check_part(const struct part *part, struct machine_report *report)
{
    dev_t device;
    (path_may_hang(part->path, &device) ? check_apart : part->check)(part, report);
}

static void check_folder_part(const struct part *part, struct machine_report *report)
{
    check_folder(part->config, part->subject, &report->problems);
    check_owner(part->config, part->subject, &report->problems);
}

static void check_table_part(const struct part *part, struct machine_report *report)
{
    check_table_of_rule(part->config, part->subject, report);
}

static void check_people_part(const struct part *part, struct machine_report *report)
{
    check_people(part->config, report);
}

static void check_folders(const struct config *config, struct machine_report *report)
{
    for (size_t i = 0; i < config->folder_count; i++) {
        const struct folder *folder = &config->folders[i];
        check_part(&(struct part){config, check_folder_part, folder, "folder", folder->name,
                       folder->path, folder->line},
            report);
    }
}

/** Every table of a rule in use, and that of people. */
static void check_tables(const struct config *config, struct machine_report *report)
{
    for (size_t i = 0; i < config->rule_count; i++) {
        const struct rule *rule = &config->rules[i];
        if (rule->table && config_uses_rule(config, rule))
            check_part(&(struct part){config, check_table_part, rule, "rule", rule->name,
                           rule->table, rule->table_line},
                report);
    }
    if (config->people.file)
        check_part(&(struct part){config, check_people_part, NULL, "table", "people",
                       config->people.file, config->people.line},
            report);
}

static void check_tokens(const struct config *config, struct str *problems)
{
    struct tokens tokens = {"", ""};
    struct str why = STR_INIT(4096);
    if (tokens_load(config, &tokens, &why) < 0)
        str_printf(problems, "%s\n", str_text(&why));
    tokens_erase(&tokens);
    str_release(&why);
}

static void check_client_secret(const struct config *config, struct str *problems)
{
    struct str why = STR_INIT(4096);
    char secret[RENEWAL_SECRET];
    if (renewal_secret(config->close.client_secret_file, secret, &why) < 0)
        str_printf(problems, "%s:%u: close.oauth.client_secret_file: %s\n", config->file,
            config->close.oauth_line, str_text(&why));
    explicit_bzero(secret, sizeof(secret));
    str_release(&why);
}

void machine_check(const struct config *config, struct key *key, struct machine_report *report)
{
    struct str why = STR_INIT(4096);
    const struct close_settings *close = &config->close;
    bool has_token = close->access_token_file != NULL, has_login = close->client_id != NULL;
    if (config_key(config, key, &why) < 0)
        str_printf(&report->problems, "%s:%u: close.%s: %s\n", config->file,
            has_login   ? close->oauth_line
            : has_token ? close->token_line
                        : close->key_line,
            has_login   ? "oauth"
            : has_token ? "access_token_file"
                        : "api_key_file",
            str_text(&why));
    if (has_login)
        check_client_secret(config, &report->problems);
    str_release(&why);
    check_tokens(config, &report->problems);
    check_state_dir(config, &report->problems);
    check_ca_file(config, &report->problems);
    check_tables(config, report);
    check_folders(config, report);
}

void machine_report_release(struct machine_report *report)
{
    str_release(&report->problems);
    str_release(&report->warnings);
    str_release(&report->unanswered);
}
