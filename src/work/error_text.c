/**
 * What `NAME.error.txt` says: what happened, why, and what to do (advice.c), in this order and in
 * words that need no knowledge of closedrop; everything else is in the lines for the administrator.
 */
#include "error_text.h"
#include "advice.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/moment.h"
#include "closedrop/base/remedy.h"
#include "closedrop/base/units.h"
#include "closedrop/base/utf8.h"
#include "closedrop/close/activity.h"
#include "closedrop/close/record.h"
#include "closedrop/config/config.h"
#include "closedrop/files/companion.h"
#include "closedrop/files/path.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/** What a text is about: a task with an outcome, and what its file is called next to the text. */
struct subject {
    const struct task *task;
    const char *name;
};

static void add_escaped(struct str *text, const char *bytes)
{
    utf8_escape(text, bytes, strlen(bytes));
}

static void add_quoted(struct str *text, const char *bytes, size_t length)
{
    str_add_char(text, '"');
    utf8_escape(text, bytes, length);
    str_add_char(text, '"');
}

/* ---- where things are ---- */

/** "in/sub": the directory that the file was in, below `top`. */
static void add_directory(struct str *text, const char *top, const char *below)
{
    CLEANUP(free_text) char *joined = *below ? path_join(top, below) : NULL;
    const char *directory = joined ? joined : top;
    add_quoted(text, directory, strlen(directory));
}

/** The configured directory that the text is in; NULL: in the folder itself. */
static const char *place_of_text(const struct task *task)
{
    const struct folder *folder = task->folder;
    if (task->job->state == JOB_FAILED)
        return folder->failed;
    return folder->after_upload == AFTER_KEEP ? NULL : folder->archive;
}

/** As it is seen from the text: a person may know the folder by another name than the server. */
static void add_folder(struct str *text, const struct subject *subject)
{
    const struct task *task = subject->task;
    const char *place = place_of_text(task), *path = task->folder->path;
    CLEANUP(free_text) char *directory = path_directory(task->job->path);
    const char *below = directory ? directory : "";
    bool is_inside = place && *place != '/';
    if (is_inside) {
        bool is_next = !strchr(place, '/') && !*below;
        str_printf(text, "the folder %sthat contains ", is_next ? "above, the one " : "");
        add_quoted(text, place, strcspn(place, "/"));
        str_add(text, *below ? ", there into " : "");
        if (*below)
            add_quoted(text, below, strlen(below));
    } else {
        str_add(text, "the folder ");
        add_directory(text, path_name(path), below);
    }
    str_add(text, " (on the server: ");
    add_directory(text, is_inside ? path_name(path) : path, below);
    str_add_char(text, ')');
}

/** Where saved files go; of a strftime pattern, only what is always the same. */
static void add_archive(struct str *text, const struct task *task)
{
    const char *archive = task->folder->archive;
    size_t length = strcspn(archive, "%");
    bool has_subfolders = archive[length];
    while (has_subfolders && length > 1 && archive[--length] != '/')
        ;
    str_add(text, has_subfolders ? "a subfolder of " : "the folder ");
    add_quoted(text, archive, length);
}

static void add_examples(struct str *text, const struct subject *subject)
{
    if (subject->task->folder->after_upload != AFTER_ARCHIVE)
        return;
    str_add(text, ", which are in ");
    add_archive(text, subject->task);
}

/** What happens to the file that was moved back. */
static void add_outcome(struct str *text, const struct subject *subject)
{
    static const char *const words[AFTER_CHOICES] = {[AFTER_ARCHIVE] = " is then in ",
        [AFTER_DELETE] = " is then gone",
        [AFTER_KEEP] = " stays there"};
    enum after_upload after = subject->task->folder->after_upload;
    str_add(text, "If it worked, ");
    add_escaped(text, subject->name);
    str_add(text, words[after]);
    if (after == AFTER_ARCHIVE)
        add_archive(text, subject->task);
    str_add(text, "; if not, it is back here with a new message.");
}

/** By what a person sees that a new file was saved. */
static void add_uploaded(struct str *text, const struct subject *subject)
{
    if (subject->task->folder->after_upload != AFTER_ARCHIVE) {
        str_add(text, "is in Close");
        return;
    }
    str_add(text, "is in ");
    add_archive(text, subject->task);
}

/* ---- what to do ---- */

static void add_name(struct str *text, const struct subject *subject)
{
    add_escaped(text, subject->name);
}

static bool has_lead(const struct job *job)
{
    return job->lead_id && !activity_traits(job->activity)->is_template;
}

static void add_lead(struct str *text, const struct subject *subject)
{
    str_add(text, has_lead(subject->task->job) ? "Open the link above" : "Open the lead in Close");
}

/** A sentence, which may be written as the end of another one. */
static void add_sentence(struct str *text, const char *words, size_t length)
{
    str_add_char(text, (char)toupper((unsigned char)*words));
    str_add_bytes(text, words + 1, length - 1);
    str_add(text, words[length - 1] == '.' ? "" : ".");
}

/** One sentence; or several, each case on a line of its own. */
static void add_remedy(struct str *text, const struct subject *subject)
{
    const char *remedy = remedy_of(subject->task->job->error_message);
    const char *next;
    for (; remedy; remedy = next) {
        const char *end = strstr(remedy, "; if ");
        next = end ? end + strlen("; ") : NULL;
        str_add(text, strncmp(remedy, "if ", 3) == 0 ? "- " : "");
        add_sentence(text, remedy, end ? (size_t)(end - remedy) : strlen(remedy));
        str_add(text, next ? "\n" : "");
    }
}

static const struct rule *rule_of(const struct task *task)
{
    return task->job->rule ? config_rule(task->config, task->job->rule) : NULL;
}

static void add_again(struct str *text, const struct subject *subject)
{
    const struct rule *rule = rule_of(subject->task);
    if (rule && rule->is_sent)
        str_printf(text, " (%s is sent again)", activity_traits(rule->activity)->called);
}

/** What stands for something in the texts of advice.h. */
static const struct variable_part {
    const char *name;
    void (*add)(struct str *text, const struct subject *subject);
} variable_parts[] = {
    {"{again}", add_again},
    {"{examples}", add_examples},
    {"{file}", add_name},
    {"{folder}", add_folder},
    {"{lead}", add_lead},
    {"{outcome}", add_outcome},
    {"{remedy}", add_remedy},
    {"{uploaded}", add_uploaded},
};

static const struct variable_part *variable_part_at(const char *text)
{
    for (size_t i = 0; i < COUNT(variable_parts); i++)
        if (str_starts_with(text, variable_parts[i].name))
            return &variable_parts[i];
    return NULL;
}

static void add_advice(struct str *text, const char *advice, const struct subject *subject)
{
    while (*advice) {
        const struct variable_part *part = variable_part_at(advice);
        if (part)
            part->add(text, subject);
        else
            str_add_char(text, *advice);
        advice += part ? strlen(part->name) : 1;
    }
}

/** One marker or sidecar, which was put away with the file and is wanted with it again. */
static void add_companion(struct str *text, const struct subject *subject, const char *pattern)
{
    const struct task *task = subject->task;
    CLEANUP(free_text)
    char *spelled = companion_pattern(task->root, pattern, task->job->path); /* it follows later */
    CLEANUP(free_text) char *companion = spelled ? path_marker(spelled, subject->name) : NULL;
    if (!companion)
        return;
    str_add(text, "\nIf you move ");
    add_name(text, subject);
    str_add(text, ", move ");
    add_escaped(text, companion);
    str_add(text, " with it: they belong together (if you rename one, rename both).");
}

/** What else the folder waits for, before it takes the file that was moved back. */
static void add_companions(struct str *text, const struct subject *subject)
{
    const struct folder *folder = subject->task->folder;
    if (!path_marker_is_of_batch(folder->marker))
        add_companion(text, subject, folder->marker);
    else
        str_printf(text,
            "\nAfter moving it, create the file %s next to it again, which says that all files are "
            "there: it only covers files that were there before it.",
            path_name(folder->marker));
    if (folder->sidecar)
        add_companion(text, subject, SIDECAR_PATTERN);
}

static void add_steps(struct str *text, const struct subject *subject, const char *steps)
{
    str_add(text, "\n\nWhat to do:\n");
    add_advice(text, steps, subject);
    add_companions(text, subject);
    str_add(text, "\n\nNot sure, or does the file come back here? Show this message, or the new "
                  "one, to your administrator.");
}

/* ---- what happened, and why ---- */

/** The table that the job's rule reads, or NULL. */
static const char *table_of(const struct task *task)
{
    const struct rule *rule = rule_of(task);
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

static void add_heading(struct str *text, const struct subject *subject, const char *heading)
{
    bool has_rules = subject->task->folder->rules[0];
    add_advice(text,
        heading     ? heading
        : has_rules ? "{file} could not be saved in Close."
                    : "{file} could not be uploaded to Close.",
        subject);
}

static void add_facts(struct str *text, const struct task *task)
{
    const struct job *job = task->job;
    char when[MOMENT_TEXT];
    str_add(text, "\n\nFile:   ");
    add_escaped(text, job->path);
    str_add(text, "\nSize:   ");
    units_spell_size(text, job->identity.size);
    str_printf(text, "\nTried:  %s\n", moment_print(job->done_ms, MOMENT_WITH_ZONE, when));
    if (has_lead(job))
        str_printf(text, "Lead:   " RECORD_LEAD_PAGE "\n", job->lead_id);
    str_add(text, "Reason: ");
    add_problem(text, task);
}

static void add_failure(struct str *text, const struct subject *subject)
{
    const struct job *job = subject->task->job;
    const struct advice *advice = advice_of(job->error_code);
    const char *remedy = job->error_message ? remedy_of(job->error_message) : NULL;
    add_heading(text, subject, advice->heading);
    add_facts(text, subject->task);
    add_steps(text, subject, advice->steps ? advice->steps : advice_steps(remedy));
}

/** The file was filed on one lead, and its new name asks for another. */
static void add_other_lead(struct str *text, const struct subject *subject)
{
    const struct job *job = subject->task->job;
    add_heading(text, subject, "{file} was saved in Close under another name.");
    str_add(text, "\n\nFile:     ");
    add_escaped(text, job->path);
    str_add(text, "\nSaved as: ");
    add_escaped(text, job_filed_path(job));
    if (has_lead(job))
        str_printf(text, "\nLead:     " RECORD_LEAD_PAGE, job->lead_id);
    else
        str_printf(text, "\nIn:       %s", job->lead_id);
    str_printf(text,
        "\nReason:   it was renamed after it had been saved; under its new name it would belong to "
        "%s, where it was not saved.",
        subject->task->other_lead);
    add_steps(text, subject, advice_other_lead);
}

/* ---- for the administrator ---- */

static void add_administration(struct str *text, const struct task *task)
{
    const struct job *job = task->job;
    const char *table = table_of(task);
    long long id = job->id;
    str_printf(text,
        "\n\nFor the administrator: closedrop, the program that sends the files of drop folders to "
        "Close, wrote this message.\nJob %lld, folder \"%s\"",
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

void error_text_add(struct str *text, const struct task *task, const char *name)
{
    const struct subject subject = {task, name};
    (task->other_lead ? add_other_lead : add_failure)(text, &subject);
    add_administration(text, task);
}
