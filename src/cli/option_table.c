/** The table of all options, and what is known of their values. */
#include "option_table.h"

#include "closedrop/base/array.h"
#include "closedrop/queue/job.h"

#include <assert.h>
#include <string.h>

#define AT(member) offsetof(struct options, member)

static const struct option_row rows[] = {
    {'c', "config", "-c FILE", "the configuration to use", VALUE_FILE, AT(config_file)},
    {'j', "json", "--json", "print JSON, for programs", VALUE_NONE, AT(json)},
    {'o', "online", "--online", "also check the API key with Close", VALUE_NONE, AT(online)},
    {'1', "once", "--once", "exit when everything there is done", VALUE_NONE, AT(once)},
    {'a', "all", "--all", "all failed jobs", VALUE_NONE, AT(all)},
    {'A', "all", "--all", "everything that is held", VALUE_NONE, AT(all)},
    {'w', "watch", "--watch", "a live screen; q ends it", VALUE_NONE, AT(watch)},
    {'s', "state", "--state S", "only jobs in this state", VALUE_STATE, AT(state)},
    {'H', "held", "--held", "only emails that wait for release", VALUE_NONE, AT(held)},
    {'r', "rule", "--rule NAME", "apply this rule", VALUE_RULE, AT(rule)},
    {'l', "lead", "--lead ID", "add it to this lead", VALUE_TEXT, AT(lead)},
    {'t', "contact", "--contact ID", "add it to a note on this contact", VALUE_TEXT, AT(contact)},
    {'f', "folder", "--folder F", "only jobs of this folder", VALUE_FOLDER, AT(folder)},
    {'F', "folder", "--folder F", "as if the files were in this folder", VALUE_FOLDER, AT(folder)},
    {'R', "rule", "--rule R", "only jobs of this rule", VALUE_RULE, AT(rule)},
    {'k', "code", "--code C", "only jobs with this error code", VALUE_CODE, AT(code)},
    {'L', "lead", "--lead L", "only jobs of the lead with this ID", VALUE_TEXT, AT(lead)},
    {'S', "since", "--since T", "from this time on: 2026-11-27, \"2026-11-27 14:00\", today, 7d",
        VALUE_TEXT, AT(since)},
    {'U', "until", "--until T", "up to this time; a day is included", VALUE_TEXT, AT(until)},
    {'m', "match", "--match TEXT", "only files with this in their name", VALUE_TEXT, AT(match)},
    {'E', "all", "--all", "also what was dropped, superseded, forgotten or discarded", VALUE_NONE,
        AT(all)},
    {'v', "csv", "--csv", "print CSV, for spreadsheets", VALUE_NONE, AT(csv)},
    {'g', "again", "--again", "even if the same bytes were filed there before", VALUE_NONE,
        AT(again)},
    {'y', "yes", "--yes", "even above limits.ask_above", VALUE_NONE, AT(yes)},
    {'Y', "yes", "--yes", "do not ask", VALUE_NONE, AT(yes)},
    {'d', "dry-run", "--dry-run", "only say how many there are", VALUE_NONE, AT(dry_run)},
    {'n', "limit", "--limit N", "at most N jobs", VALUE_TEXT, AT(limit)},
};

static_assert(COUNT(rows) <= OPTIONS_MAX, "raise OPTIONS_MAX");

const struct option_row *option_next(const struct command *command, const struct option_row *row)
{
    for (row = row ? row + 1 : rows; row < rows + COUNT(rows); row++)
        if (strchr(command->allowed, row->letter))
            return row;
    return NULL;
}

const struct option_row *option_of_letter(int letter)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        if (rows[i].letter == letter)
            return &rows[i];
    return NULL;
}

bool option_is_short(const struct option_row *row)
{
    return row->usage[1] != '-';
}

/* ---- values ---- */

/** As closedrop(1) lists them. */
static const char *const error_codes[] = {"already_filed", "bad_form", "busy", "changed",
    "close_refused", "crashed", "cut_off", "damaged", "disk_full", "doubtful", "empty",
    "folder_away", "folder_gone", "foreign_host", "gone", "held", "key_refused", "key_unusable",
    "links", "no_answer", "no_contact", "no_folder", "no_memory", "no_queue", "no_rule",
    "no_target", "not_allowed", "not_put_away", "other_files", "paced", "pattern", "plan",
    "rate_limit", "recalled", "rule_gone", "s3_down", "s3_refused", "several", "set_missing",
    "sidecar", "table", "task_missing", "template", "too_large", "too_much", "too_small",
    "unanswered", "unclear", "unreadable", "wrong_contact", "wrong_type", "young"};

static const char *const shells[] = {"bash", "fish", "zsh"};

static const struct {
    const char *const *words;
    size_t count;
} words_of[VALUE_KINDS] = {
    [VALUE_STATE] = {job_state_names, JOB_STATES},
    [VALUE_CODE] = {error_codes, COUNT(error_codes)},
    [VALUE_SHELL] = {shells, COUNT(shells)},
};

const char *const value_kind_names[VALUE_KINDS] = {
    [VALUE_NONE] = "none",
    [VALUE_TEXT] = "text",
    [VALUE_FILE] = "file",
    [VALUE_STATE] = "state",
    [VALUE_CODE] = "code",
    [VALUE_FOLDER] = "folders",
    [VALUE_RULE] = "rules",
    [VALUE_SHELL] = "shell",
};

const char *const *value_words(enum value_kind kind, size_t *ret_count)
{
    *ret_count = words_of[kind].count;
    return words_of[kind].words;
}
