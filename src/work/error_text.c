/**
 * What `NAME.error.txt` says: what happened, why, and what to do, in this order and in words that
 * need no knowledge of closedrop; everything else is in the lines for the administrator.
 */
#include "error_text.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/remedy.h"
#include "closedrop/base/units.h"
#include "closedrop/base/utf8.h"
#include "closedrop/config/config.h"
#include "closedrop/files/companion.h"
#include "closedrop/files/path.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- what to do ---- */

#define TRIED_THEN "It is then tried again"
#define THEN_DRAG "Then drag this file", "It is tried again"
#define WHEN_DONE "When that is done, drag this file", TRIED_THEN
#define CHANGE_SETTING "Tell your administrator: a setting of this folder must be changed."
#define AND_DELETE_OLD " When the new file is in Close, delete this one and this text."
#define MAKE_SMALLER                                                                               \
    "Make a smaller file, for example with a lower resolution or in several parts, and put it "    \
    "into the folder." AND_DELETE_OLD
#define LOOK_AT_LEAD                                                                               \
    "Look at the lead in Close. If the file is there, delete this file and this text."

/** The steps that an error asks for: the first, and when to drag the file back and why. */
static const struct advice {
    const char *code;  /* NULL: all others */
    const char *first; /* NULL: the remedy in the job's message, or ask_administrator */
    const char *drag;  /* ... "back into the folder" */
    const char *then;  /* what happens to it then */
} advices[] = {
    {"already_filed", "If once is enough, delete this file and this text. Nothing else is needed.",
        "To file it a second time, drag it", "It is then filed again"},
    {"close_refused",
        "Read what Close answered, above in parentheses. Often it is the name of the file: then "
        "rename it. If not, tell your administrator.",
        THEN_DRAG},
    {"crashed", "Tell your administrator, and check whether the file is in Close already.",
        "If it is not there, drag it", TRIED_THEN},
    {"cut_off", "Save or scan the whole document into the folder again." AND_DELETE_OLD,
        "If this file is complete after all, drag it", "It is then accepted as it is"},
    {"doubtful", LOOK_AT_LEAD, "If it is not there, drag it", "It is then filed"},
    {"empty", "Save or scan the document into the folder again." AND_DELETE_OLD,
        "If this file is meant to be empty, drag it", "It is then accepted as it is"},
    {"foreign_host", CHANGE_SETTING, WHEN_DONE},
    {"links", "Copy the file into the folder instead of linking it." AND_DELETE_OLD,
        "If the file has only one name by now, drag it", TRIED_THEN},
    {"no_rule",
        "Compare its name with the names of files that were filed (perhaps a customer number is "
        "missing), and rename it in the same way. Your administrator knows which names are "
        "expected.",
        THEN_DRAG},
    {"pattern", CHANGE_SETTING, WHEN_DONE},
    {"recalled", "If it is not to be sent, delete this file and this text. Nothing else is needed.",
        "To send it after all, drag it", "It is then sent"},
    {"several",
        "Find out which one is meant, and ask your administrator how to say so in the name of the "
        "file, for example with the ID that is in parentheses above.",
        "Then rename this file and drag it", "It is tried again"},
    {"sidecar",
        "This file needs a second one with the ending .json. Have the program that writes them "
        "write both into the folder again." AND_DELETE_OLD,
        "If the second one has been corrected, drag this file", TRIED_THEN},
    {"table", "Tell your administrator: the list must be corrected.", WHEN_DONE},
    {"template",
        "If something is missing in Close, such as the email address of the contact, add it "
        "there. If not, tell your administrator: a setting of this folder must be changed.",
        THEN_DRAG},
    {"too_large", MAKE_SMALLER, "If your administrator has raised the limit, drag this file",
        TRIED_THEN},
    {"too_much", MAKE_SMALLER, "If your administrator has raised the limit, drag this file",
        TRIED_THEN},
    {"too_small",
        "Check whether the file is complete. If not, save or scan it into the folder "
        "again." AND_DELETE_OLD,
        "If your administrator has lowered the limit, drag this file", TRIED_THEN},
    {"unclear", LOOK_AT_LEAD, "If it is not there, drag it", "It is then filed"},
    {"unreadable", "Tell your administrator: the permissions of the file must be changed.",
        WHEN_DONE},
    {"wrong_contact",
        "Find out which of the two is right, and correct the other one: its ID in the name of the "
        "file, or in Close.",
        THEN_DRAG},
    {NULL, NULL, THEN_DRAG},
};

static const char ask_administrator[] = "Tell your administrator: the cause must be removed first.";

static const struct advice *find_advice(const char *code)
{
    const struct advice *advice = advices;
    while (advice->code && (!code || strcmp(advice->code, code) != 0))
        advice++;
    return advice;
}

/** "1. " and a sentence, which may be written as the end of another one. */
static void add_step(struct str *text, int number, const char *sentence)
{
    bool has_end = str_ends_with(sentence, ".");
    str_printf(text, "\n%d. %c%s%s", number, toupper((unsigned char)*sentence), sentence + 1,
        has_end ? "" : ".");
}

/** One marker or sidecar, which was put away with the file `name` and is wanted with it again. */
static void add_companion(
    struct str *text, const struct task *task, const char *pattern, const char *name)
{
    CLEANUP(free_text)
    char *spelled = companion_pattern(task->root, pattern, task->job->path); /* it follows later */
    CLEANUP(free_text) char *companion = spelled ? path_marker(spelled, name) : NULL;
    if (!companion)
        return;
    str_add(text, "\n   Drag the file ");
    utf8_escape(text, companion, strlen(companion));
    str_add(text, " back with it, because it belongs to it (if you rename one, rename both).");
}

/** What else the folder waits for, before it takes the file that was dragged back. */
static void add_companions(struct str *text, const struct task *task, const char *name)
{
    const struct folder *folder = task->folder;
    if (!path_marker_is_of_batch(folder->marker))
        add_companion(text, task, folder->marker, name);
    else
        str_printf(text,
            "\n   Then create the file %s next to it again, which says that all files are there: "
            "it only covers files that were there before it.",
            path_name(folder->marker));
    if (folder->sidecar)
        add_companion(text, task, SIDECAR_PATTERN, name);
}

/** By the directory's own name, which people see; the folder's name is for the administrator. */
static void add_folder(struct str *text, const struct task *task)
{
    CLEANUP(free_text) char *below = path_directory(task->job->path);
    const char *top = path_name(task->folder->path);
    str_add_char(text, '"');
    utf8_escape(text, top, strlen(top));
    if (below && *below) {
        str_add_char(text, '/');
        utf8_escape(text, below, strlen(below));
    }
    str_add_char(text, '"');
}

static void add_drag_back(struct str *text, int number, const char *drag, const struct task *task)
{
    str_printf(text, "\n%d. %s back into the folder ", number, drag);
    add_folder(text, task);
    str_add_char(text, '.');
}

static void add_help(struct str *text, int number)
{
    add_step(text, number,
        "If you are not sure what to do, or if it does not help, ask your administrator and show "
        "them this text");
}

static void add_steps(struct str *text, const struct task *task, const char *name)
{
    const struct job *job = task->job;
    const struct advice *advice = find_advice(job->error_code);
    const char *remedy = job->error_message ? remedy_of(job->error_message) : NULL;
    str_add(text, "\n\nWhat to do:");
    add_step(text, 1, advice->first ? advice->first : remedy ? remedy : ask_administrator);
    add_drag_back(text, 2, advice->drag, task);
    str_printf(text, " %s, and this text disappears.", advice->then);
    add_companions(text, task, name);
    add_help(text, 3);
}

/* ---- what happened, and why ---- */

/** What a failure leaves: mostly, a file that is not in Close. */
static const struct {
    const char *code;
    const char *heading;
} headings[] = {
    {"already_filed", "This file seems to be in Close already."},
    {"crashed", "It is not certain whether this file is in Close."},
    {"doubtful", "It is not certain whether this file is in Close."},
    {"recalled", "This file was not sent."},
    {"unclear", "It is not certain whether this file is in Close."},
};

static const char *heading(const struct task *task)
{
    for (size_t i = 0; i < COUNT(headings); i++)
        if (job_failed_as(task->job, headings[i].code))
            return headings[i].heading;
    return task->folder->rules[0] ? "This file could not be filed in Close."
                                  : "This file could not be uploaded to Close.";
}

/** The table that the job's rule reads, or NULL. */
static const char *table_of(const struct task *task)
{
    const char *name = task->job->rule;
    const struct rule *rule = name ? config_rule(task->config, name) : NULL;
    return rule ? rule->table : NULL;
}

/** The problem; a table is called by its name, for where it is concerns the administrator. */
static void add_problem(struct str *text, const struct task *task)
{
    const char *message = task->job->error_message ? task->job->error_message : "unknown";
    const char *table = table_of(task);
    const char *end = message + remedy_problem_length(message);
    const char *path = table ? strstr(message, table) : NULL;
    if (path && path < end) {
        str_add_bytes(text, message, (size_t)(path - message));
        message = path + (path_name(table) - table);
    }
    str_add_bytes(text, message, (size_t)(end - message));
    str_add(text, end > message && end[-1] == '.' ? "" : ".");
}

static void add_facts(struct str *text, const struct task *task)
{
    const struct job *job = task->job;
    char when[64];
    time_t done = (time_t)(job->done_ms / 1000);
    struct tm local;
    bool is_dated =
        localtime_r(&done, &local) && strftime(when, sizeof(when), "%Y-%m-%d %H:%M %Z", &local);
    str_add(text, "\n\nFile:   ");
    utf8_escape(text, job->path, strlen(job->path));
    str_add(text, "\nSize:   ");
    units_print_size(text, job->identity.size);
    str_printf(text, "\nWhen:   %s\n", is_dated ? when : "?");
    if (job->lead_id)
        str_printf(text, "Lead:   https://app.close.com/lead/%s/\n", job->lead_id);
    str_add(text, "Reason: ");
    add_problem(text, task);
}

/* ---- for the administrator ---- */

static void add_administration(struct str *text, const struct task *task)
{
    const struct job *job = task->job;
    const char *table = table_of(task);
    long long id = job->id;
    str_printf(text,
        "\n\nFor the administrator: closedrop, the program that sends the files in this folder to "
        "Close, wrote this text.\nJob %lld, folder \"%s\"",
        id, task->folder->name);
    if (job->rule)
        str_printf(text, ", rule \"%s\"", job->rule);
    if (table)
        str_printf(text, ", table %s", table);
    if (job->error_code)
        str_printf(text, ", error \"%s\"", job->error_code);
    str_printf(text, ". \"closedrop show %lld\" has the details", id);
    if (job->state == JOB_FAILED)
        str_printf(text, ", \"closedrop retry %lld\" tries again", id);
    str_add(text, ".\n");
}

/* ---- the texts ---- */

static void add_failure(struct str *text, const struct task *task, const char *name)
{
    str_add(text, heading(task));
    add_facts(text, task);
    add_steps(text, task, name);
}

/** The file was filed on one lead, and its new name asks for another. */
static void add_other_lead(struct str *text, const struct task *task, const char *name)
{
    const struct job *job = task->job;
    str_add(text, "This file was filed in Close under another name.\n\nFile:     ");
    utf8_escape(text, job->path, strlen(job->path));
    str_add(text, "\nFiled as: ");
    utf8_escape(text, job_filed_path(job), strlen(job_filed_path(job)));
    str_printf(text,
        "\n"
        "Filed on: https://app.close.com/lead/%s/\n"
        "Reason:   it was renamed after it had been filed; under its new name it would belong to "
        "%s, where it was not filed.\n"
        "\n"
        "What to do:\n"
        "1. Look at both leads in Close. If the first one is right, delete this text. Nothing else "
        "is needed.",
        job->lead_id, task->other_lead);
    add_drag_back(text, 2, "To file it on the second one as well, drag it", task);
    add_companions(text, task, name);
    add_help(text, 3);
}

void error_text_add(struct str *text, const struct task *task, const char *name)
{
    (task->other_lead ? add_other_lead : add_failure)(text, task, name);
    add_administration(text, task);
}
