/** Situations of a file that has no job: why it is not in the queue, or not yet. */
#include "situation_words.h"

#include "jobs.h"

#include "closedrop/base/array.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/base/units.h"
#include "closedrop/files/path.h"

#include <assert.h>
#include <string.h>

/* ---- its folder ---- */

static bool is_away(const struct facts *facts)
{
    return facts->place.folder && words_is_away(facts);
}

static void tell_away(const struct facts *facts, struct str *out)
{
    str_printf(out,
        "Nothing is known about %s, because its folder \"%s\" is away: ", fact_name(facts),
        fact_folder(facts));
    words_add_away(facts, out);
}

/* ---- there is nothing ---- */

static bool is_gone(const struct facts *facts)
{
    return facts->kind == FILE_GONE;
}

static void tell_gone(const struct facts *facts, struct str *out)
{
    str_printf(out, "There is no file %s", facts->given);
    if (facts->answer)
        str_printf(out, ", and there never was a job for one%s%s%s",
            facts->place.folder ? " of this name in the folder \""
                                : " that was uploaded from there",
            facts->place.folder ? facts->place.folder->name : "", facts->place.folder ? "\"" : "");
}

static void advise_gone(const struct facts *facts, struct str *out)
{
    (void)facts;
    str_add(out, "check the path; \"closedrop list --all --match TEXT\" finds part of a name");
}

/* ---- nobody knows the folders ---- */

static bool is_partial(const struct facts *facts)
{
    return facts->is_partial;
}

static void tell_partial(const struct facts *facts, struct str *out)
{
    str_printf(out, "%s has no job, and why not cannot be said while the configuration has errors",
        fact_name(facts));
}

static void advise_partial(const struct facts *facts, struct str *out)
{
    (void)facts;
    str_add(out, "correct them; they are listed above, and by: closedrop check");
}

/* ---- in no folder ---- */

#define FOLDERS_NAMED_MAX 4

static bool is_outside(const struct facts *facts)
{
    return !facts->place.folder;
}

static void tell_outside(const struct facts *facts, struct str *out)
{
    str_printf(out, "%s is not in a drop folder, so closedrop does not know it", fact_name(facts));
}

static void advise_outside(const struct facts *facts, struct str *out)
{
    const struct config *config = facts->config;
    str_add(out, "move it into a drop folder (");
    for (size_t i = 0; i < config->folder_count && i < FOLDERS_NAMED_MAX; i++)
        str_printf(out, "%s%s", i ? ", " : "", config->folders[i].path);
    str_printf(out, "%s), or: closedrop upload \"%s\"",
        config->folder_count > FOLDERS_NAMED_MAX ? " ..." : "", facts->given);
}

/* ---- left out by its name ---- */

static bool is_ignored(const struct facts *facts)
{
    return facts->filtered.reason != FILTER_TAKEN;
}

static void add_patterns(char *const *patterns, struct str *out)
{
    for (size_t i = 0; patterns[i]; i++)
        str_printf(out, "%s\"%s\"", i ? ", " : "", patterns[i]);
}

static void tell_ignored(const struct facts *facts, struct str *out)
{
    char words[FILTER_WORDS_MAX];
    str_printf(out, "%s is ignored: %s", fact_name(facts),
        filter_words(&facts->filtered, facts->place.path, words));
    if (facts->filtered.reason == FILTER_NOT_INCLUDED) {
        str_add(out, " (include = [ ");
        add_patterns(facts->place.folder->include, out);
        str_add(out, " ])");
    }
}

/** What to do about a name, and what about a setting of the folder; NULL: nothing. */
static const struct {
    const char *file;
    const char *setting;
} remedies[] = {
    [FILTER_NEVER_START] =
        {"if it is complete, rename it; a program that still writes it renames it by itself", NULL},
    [FILTER_NEVER_END] =
        {"if it is complete, rename it; a program that still writes it renames it by itself", NULL},
    [FILTER_NEVER_NAME] = {"if it is a document, rename it", NULL},
    [FILTER_SHORTCUT] = {"put the document itself into the folder",
        "add a pattern for shortcuts to \"include\" of"},
    [FILTER_MARKER] = {"nothing: it goes where its file goes", NULL},
    [FILTER_SIDECAR] = {"nothing: it goes where its file goes", NULL},
    [FILTER_NOT_INCLUDED] = {"rename it", "add a pattern for it to \"include\" of"},
    [FILTER_EXCLUDED] = {"rename it", "change \"exclude\" of"},
    [FILTER_SERVER] = {NULL, NULL},
    [FILTER_ARCHIVE] = {NULL, NULL},
    [FILTER_FAILED] = {NULL, NULL},
    [FILTER_NOT_RECURSIVE] = {NULL, "set \"recursive = true\" for"},
};

static_assert(COUNT(remedies) == FILTER_REASONS, "each reason has a remedy");

static void advise_ignored(const struct facts *facts, struct str *out)
{
    enum filter_reason reason = facts->filtered.reason;
    const char *file =
        facts->filtered.directory ? "move it to another directory" : remedies[reason].file;
    const char *setting = remedies[reason].setting;
    str_add(out, file ? file : "");
    if (setting) {
        str_printf(out, "%s%s the folder \"%s\"", file ? ", or " : "", setting, fact_folder(facts));
        words_add_reload(facts, out);
    }
}

/* ---- where closedrop puts files ---- */

static bool is_put_away(const struct facts *facts)
{
    return facts->place.whereabouts != AMONG_DROPPED;
}

static void tell_put_away(const struct facts *facts, struct str *out)
{
    str_printf(out,
        "%s is where closedrop puts %s files of the folder \"%s\", but no job of it is "
        "known",
        fact_name(facts), facts->place.whereabouts == AMONG_FAILED ? "failed" : "uploaded",
        fact_folder(facts));
}

static void advise_put_away(const struct facts *facts, struct str *out)
{
    str_printf(out, "if it should be filed, move it into %s", facts->place.folder->path);
}

/* ---- not seen ---- */

/** Why not is on standard error. */
static bool is_unasked(const struct facts *facts)
{
    return facts->trouble != NULL;
}

static void tell_unasked(const struct facts *facts, struct str *out)
{
    str_printf(out,
        "%s is one that closedrop takes, but neither the agent nor the queue could be "
        "asked about it",
        fact_name(facts));
}

static void advise_unasked(const struct facts *facts, struct str *out)
{
    (void)facts;
    str_add(out, "ask as root, or as the user that closedrop runs as");
}

static bool is_without_agent(const struct facts *facts)
{
    return !json_get(facts->status, "agent");
}

/** The agent would not take it at once, either. */
static void add_obstacles(const struct facts *facts, struct str *out)
{
    if (facts->lacks != COMPANION_NONE) {
        bool is_sidecar = facts->lacks == COMPANION_SIDECAR;
        str_printf(out, ". It also waits for its %s ", is_sidecar ? "sidecar" : "marker");
        words_add_companion(facts, is_sidecar ? SIDECAR_PATTERN : facts->place.folder->marker, out);
    }
    if (facts->writers)
        str_printf(out, ". It is also still open for writing, by %s", facts->writers);
}

static void tell_without_agent(const struct facts *facts, struct str *out)
{
    str_printf(out, "%s waits to be taken, but closedrop is not running", fact_name(facts));
    add_obstacles(facts, out);
}

static bool is_disk_full(const struct facts *facts)
{
    const struct json *blocked = json_get(facts->status, "blocked");
    return strcmp(job_member(blocked, "code"), "disk_full") == 0;
}

static void tell_disk_full(const struct facts *facts, struct str *out)
{
    str_printf(out, "%s is not taken, as nothing new is at the moment: ", fact_name(facts));
    words_add_problem(job_member(json_get(facts->status, "blocked"), "message"), out);
}

/** The agent has been asked, and its watch thread does not answer. */
static bool is_stuck(const struct facts *facts)
{
    return !facts->progress;
}

static void tell_stuck(const struct facts *facts, struct str *out)
{
    str_printf(out,
        "%s is not in the queue yet, and closedrop does not say why: it is busy, or waits for a "
        "file system that does not answer",
        fact_name(facts));
}

static void advise_stuck(const struct facts *facts, struct str *out)
{
    (void)facts;
    str_add(out, "ask again; if that does not help, see \"closedrop status\"");
}

static bool is_unseen(const struct facts *facts)
{
    (void)facts;
    return true;
}

static void tell_unseen(const struct facts *facts, struct str *out)
{
    bool is_polled = strcmp(job_member(facts->health, "watch"), "poll") == 0;
    const struct folder *folder = facts->place.folder;
    str_printf(out, "%s has not been noticed yet: the folder \"%s\" is scanned every ",
        fact_name(facts), fact_folder(facts));
    units_print_duration(out, is_polled ? folder->poll_ms : folder->rescan_ms);
}

/* ---- nothing can be seen ---- */

static bool is_unanswered(const struct facts *facts)
{
    return facts->kind == FILE_UNANSWERED;
}

static void tell_unanswered(const struct facts *facts, struct str *out)
{
    str_printf(out, "%s was not examined: %s", fact_name(facts), facts->unanswered);
    if (!facts->health || !words_is_away(facts))
        return;
    str_printf(out, "; its folder \"%s\" is away: ", fact_folder(facts));
    words_add_away(facts, out);
}

static void advise_unanswered(const struct facts *facts, struct str *out)
{
    str_add(out, facts->unanswered_remedy);
}

const struct situation situations_without_job[] = {
    {"unanswered", is_unanswered, tell_unanswered, advise_unanswered},
    {"folder_away", is_away, tell_away, words_advise_away},
    {"unknown", is_gone, tell_gone, advise_gone},
    {"configuration", is_partial, tell_partial, advise_partial},
    {"outside", is_outside, tell_outside, advise_outside},
    {"ignored", is_ignored, tell_ignored, advise_ignored},
    {"put_away", is_put_away, tell_put_away, advise_put_away},
    {"unasked", is_unasked, tell_unasked, advise_unasked},
    {"not_running", is_without_agent, tell_without_agent, words_advise_start},
    {"disk_full", is_disk_full, tell_disk_full, NULL},
    {"stuck", is_stuck, tell_stuck, advise_stuck},
    {"new", is_unseen, tell_unseen, words_advise_nothing},
    {NULL, NULL, NULL, NULL},
};
