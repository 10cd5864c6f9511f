/** A mistyped folder or rule is refused, and not taken for one that has nothing. */
#include "names.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/base/utf8.h"
#include "closedrop/control/client.h"

#include <stdio.h>
#include <string.h>

/** Set a question's name; false where it is longer than one can be. */
static bool put_name(const char *name, char *field, size_t size)
{
    size_t length = strlen(name);
    if (!length || length >= size)
        return false;
    memcpy(field, name, length + 1);
    return true;
}

/** Whether the queue has a job of this folder, or of this rule; one of the two is NULL. */
static bool queue_has(const struct desk *desk, const char *folder, const char *rule)
{
    struct question question = {.kind = ASK_LIST, .state = -1, .limit = 1};
    bool is_name = folder ? put_name(folder, question.folder, sizeof(question.folder))
                          : put_name(rule, question.rule, sizeof(question.rule));
    if (!desk->client || !is_name)
        return false;
    struct answer answer = client_ask(desk->client, &question);
    bool has = json_first(json_get(answer.body, "jobs")) != NULL;
    json_free(answer.body);
    return has;
}

/** There is no folder "scan" in FILE; there are: "scans", "faxes". */
static void tell_unknown(
    const struct config *config, const char *kind, const char *name, const struct str *known)
{
    CLEANUP(free_text) char *safe = utf8_escape_copy(name);
    CLEANUP(free_text) char *all = utf8_escape_copy(str_text(known));
    fprintf(stderr, "closedrop: there is no %s \"%s\" in %s; there %s%s\n", kind, safe ? safe : "?",
        config->file, known->length ? "are: " : "are none", all ? all : "?");
}

static void add_name(struct str *known, const char *name)
{
    str_printf(known, "%s\"%s\"", known->length ? ", " : "", name);
}

static int check_folder(const struct desk *desk, const char *name)
{
    const struct config *config = desk->config;
    struct str known = STR_INIT(8192);
    if (!name || config_folder(config, name) || queue_has(desk, name, NULL))
        return EXIT_DONE;
    for (size_t i = 0; i < config->folder_count; i++)
        add_name(&known, config->folders[i].name);
    tell_unknown(config, "folder", name, &known);
    str_release(&known);
    return EXIT_USAGE;
}

static int check_rule(const struct desk *desk, const char *name)
{
    const struct config *config = desk->config;
    struct str known = STR_INIT(8192);
    if (!name || config_rule(config, name) || queue_has(desk, NULL, name))
        return EXIT_DONE;
    for (size_t i = 0; i < config->rule_count; i++)
        add_name(&known, config->rules[i].name);
    tell_unknown(config, "rule", name, &known);
    str_release(&known);
    return EXIT_USAGE;
}

int names_check(const struct desk *desk, const char *folder, const char *rule)
{
    if (desk->config->is_partial)
        return EXIT_DONE;
    int code = check_folder(desk, folder);
    int other = check_rule(desk, rule);
    return code ? code : other;
}
