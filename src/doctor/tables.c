/** Reads the table of each rule in use, apart, because it may be on a file server. */
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

/** Whoever exports it may be late, and the agent waits, too. */
static struct finding judge_missing(const struct rule *rule)
{
    struct finding finding =
        finding_warning("rule \"%s\": the table %s does not exist; files that need it wait for it "
                        "as long as their folder's setting incomplete allows, and then fail",
            rule->name, rule->table);
    finding_remedy(&finding, "have it exported to there, or correct the path (table.file)");
    return finding;
}

static struct finding judge_unusable(const struct rule *rule, const char *why)
{
    const char *remedy = remedy_of(why);
    struct finding finding =
        finding_wrong("rule \"%s\": %.*s", rule->name, (int)remedy_problem_length(why), why);
    if (remedy)
        finding_remedy(&finding, "%s", remedy);
    else
        finding_remedy(&finding, "correct %s, or have it exported again", rule->table);
    return finding;
}

/** Permission is denied: by the file, or by a directory above it. */
static struct finding explain_denied(const struct rule *rule)
{
    char words[RIGHTS_WORDS];
    CLEANUP(free_text) char *closed = closed_directory(rule->table);
    const char *path = closed ? closed : rule->table;
    CLEANUP(close_fd) int fd = open(path, O_PATH | O_CLOEXEC);
    const struct finding cause = finding_of_message(
        FINDING_WRONG, rights_words(fd, closed ? RIGHTS_LIST_DIRECTORY : RIGHTS_READ_FILE, words));
    struct finding finding = finding_wrong("rule \"%s\": the table %s cannot be read: %s %s",
        rule->name, rule->table, path, cause.message);
    finding_remedy(&finding, "for %s: %s", path,
        *cause.remedy ? cause.remedy : "check the permissions of all directories on its way");
    return finding;
}

/** An apart_check of a rule. */
static void check_table(const struct diagnosis *diagnosis, const void *subject)
{
    const struct rule *rule = subject;
    CLEANUP(json_freep) struct json *columns = rule_columns(rule);
    const struct table_ask ask = rule_table_ask(rule, columns);
    struct tables *tables = tables_new();
    struct str why = STR_INIT(4096);
    struct finding finding = finding_ok(
        "rule \"%s\": %s is a table with all columns that the rule needs", rule->name, rule->table);
    if (access(rule->table, F_OK) < 0 && errno == ENOENT)
        finding = judge_missing(rule);
    else if (access(rule->table, R_OK) < 0 && errno == EACCES)
        finding = explain_denied(rule);
    else if (tables && tables_check(tables, &ask, &why) < 0)
        finding = judge_unusable(rule, str_text(&why));
    diagnosis_add(diagnosis, "table", NULL, finding);
    str_release(&why);
    tables_free(tables);
}

void tables_probe(const struct diagnosis *diagnosis)
{
    const struct config *config = diagnosis->config;
    for (size_t i = 0; i < config->rule_count; i++) {
        const struct rule *rule = &config->rules[i];
        int result = rule->table && config_uses_rule(config, rule)
                         ? apart_check_run(diagnosis, rule->table, check_table, rule)
                         : 0;
        if (result < 0)
            diagnosis_add(diagnosis, "table", NULL, apart_check_judge_failure(rule->table, result));
    }
}
