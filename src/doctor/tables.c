/** Reads the table of each rule in use, and that of people, apart, because it may be on a file
 * server. */
#include "tables.h"

#include "apart_check.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/closed_directory.h"
#include "closedrop/base/json.h"
#include "closedrop/base/remedy.h"
#include "closedrop/base/str.h"
#include "closedrop/files/rights.h"
#include "closedrop/rules/table.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

/** What uses the table of people, and the key that names it. */
#define PEOPLE "people.file"

/** A table that is used. */
struct used_table {
    const char *what; /* that uses it */
    const struct table_ask *ask;
};

static bool is_of_people(const struct used_table *table)
{
    return strcmp(table->what, PEOPLE) == 0;
}

/** Whoever exports it may be late, and the agent waits, too. */
static struct finding judge_missing(const struct used_table *table)
{
    struct finding finding =
        finding_warning("%s: the table %s does not exist; files that need it wait for it "
                        "as long as their folder's setting incomplete allows, and then fail",
            table->what, table->ask->file);
    finding_remedy(&finding, "have it exported to there, or correct the path (%s)",
        is_of_people(table) ? PEOPLE : "table.file");
    return finding;
}

static struct finding judge_unusable(const struct used_table *table, const char *why)
{
    const char *remedy = remedy_of(why);
    struct finding finding =
        finding_wrong("%s: %.*s", table->what, (int)remedy_problem_length(why), why);
    if (remedy)
        finding_remedy(&finding, "%s", remedy);
    else
        finding_remedy(&finding, "correct %s, or have it exported again", table->ask->file);
    return finding;
}

/** Permission is denied: by the file, or by a directory above it. */
static struct finding explain_denied(const struct used_table *table)
{
    char words[RIGHTS_WORDS];
    const char *file = table->ask->file;
    CLEANUP(free_text) char *closed = closed_directory(file);
    const char *path = closed ? closed : file;
    CLEANUP(close_fd) int fd = open(path, O_PATH | O_CLOEXEC);
    const struct finding cause = finding_of_message(
        FINDING_WRONG, rights_words(fd, closed ? RIGHTS_LIST_DIRECTORY : RIGHTS_READ_FILE, words));
    struct finding finding = finding_wrong(
        "%s: the table %s cannot be read: %s %s", table->what, file, path, cause.message);
    finding_remedy(&finding, "for %s: %s", path,
        *cause.remedy ? cause.remedy : "check the permissions of all directories on its way");
    return finding;
}

static void check_table(const struct diagnosis *diagnosis, const struct used_table *table)
{
    const char *file = table->ask->file;
    struct tables *tables = tables_new();
    struct str why = STR_INIT(4096);
    struct finding finding = finding_ok("%s: %s is a table with all columns that the %s",
        table->what, file, is_of_people(table) ? "rules use" : "rule needs");
    if (access(file, F_OK) < 0 && errno == ENOENT)
        finding = judge_missing(table);
    else if (access(file, R_OK) < 0 && errno == EACCES)
        finding = explain_denied(table);
    else if (tables && tables_check(tables, table->ask, &why) < 0)
        finding = judge_unusable(table, str_text(&why));
    diagnosis_add(diagnosis, "table", NULL, finding);
    str_release(&why);
    tables_free(tables);
}

/** An apart_check of a rule. */
static void check_rule(const struct diagnosis *diagnosis, const void *subject)
{
    const struct rule *rule = subject;
    CLEANUP(json_freep) struct json *columns = rule_columns(rule);
    CLEANUP(free_text) char *what = str_format("rule \"%s\"", rule->name);
    const struct table_ask ask = rule_table_ask(rule, columns);
    if (what)
        check_table(diagnosis, &(struct used_table){what, &ask});
}

/** An apart_check of the table of people. */
static void check_people(const struct diagnosis *diagnosis, const void *subject)
{
    const struct people_columns used = config_people_columns(diagnosis->config);
    CLEANUP(json_freep) struct json *columns = people_columns(&used);
    const struct table_ask ask = people_ask(subject, columns);
    check_table(diagnosis, &(struct used_table){PEOPLE, &ask});
}

static void run(
    const struct diagnosis *diagnosis, const char *file, apart_check check, const void *subject)
{
    int result = apart_check_run(diagnosis, file, check, subject);
    if (result < 0)
        diagnosis_add(diagnosis, "table", NULL, apart_check_judge_failure(file, result));
}

void tables_probe(const struct diagnosis *diagnosis)
{
    const struct config *config = diagnosis->config;
    for (size_t i = 0; i < config->rule_count; i++) {
        const struct rule *rule = &config->rules[i];
        if (rule->table && config_uses_rule(config, rule))
            run(diagnosis, rule->table, check_rule, rule);
    }
    if (config->people.file)
        run(diagnosis, config->people.file, check_people, &config->people);
}
