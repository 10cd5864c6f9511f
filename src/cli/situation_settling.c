/** Situations of a file that the agent has noticed, and that it does not take yet. */
#include "situation_words.h"

#include "jobs.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/remedy.h"
#include "closedrop/base/str.h"
#include "closedrop/base/units.h"
#include "closedrop/files/path.h"

#include <string.h>

static bool is_settling(const struct facts *facts)
{
    return json_get_bool(facts->progress, "settling", false);
}

static bool waits_for(const struct facts *facts, const char *what)
{
    return is_settling(facts) && strcmp(job_member(facts->progress, "waits"), what) == 0;
}

static bool wants(const struct facts *facts, const char *what)
{
    return is_settling(facts) && strcmp(job_member(facts->progress, "wants"), what) == 0;
}

/** How long it may still stay as it is before it fails (`incomplete`). */
static void add_time_left(const struct facts *facts, struct str *out)
{
    int64_t unchanged = json_get_int(facts->progress, "unchanged_ms", 0);
    int64_t left = facts->place.folder->incomplete_ms - unchanged;
    str_add(out, left > 0 ? " within " : " by the next check");
    if (left > 0)
        units_print_duration(out, left);
}

/* ---- its companions ---- */

static bool lacks_marker(const struct facts *facts)
{
    return wants(facts, "marker");
}

static void tell_marker(const struct facts *facts, struct str *out)
{
    str_printf(out, "%s waits for its marker ", fact_name(facts));
    words_add_companion(facts, facts->place.folder->marker, out);
    str_add(out, ", which does not exist");
}

static void advise_marker(const struct facts *facts, struct str *out)
{
    CLEANUP(free_text)
    char *marker = path_marker(facts->place.folder->marker, facts->place.path);
    str_printf(out, "when the file is complete: touch \"%s/%s\"", facts->place.folder->path,
        marker ? marker : "");
}

static bool lacks_next_marker(const struct facts *facts)
{
    return wants(facts, "next_marker");
}

static void tell_next_marker(const struct facts *facts, struct str *out)
{
    str_printf(out, "%s came after the marker ", fact_name(facts));
    words_add_companion(facts, facts->place.folder->marker, out);
    str_add(out, " of its directory was written, and waits for the next one");
}

static bool lacks_sidecar(const struct facts *facts)
{
    return wants(facts, "sidecar") && waits_for(facts, "companion");
}

static void tell_sidecar(const struct facts *facts, struct str *out)
{
    str_printf(out, "%s waits for its sidecar ", fact_name(facts));
    words_add_companion(facts, SIDECAR_PATTERN, out);
    str_add(out, ", which does not exist");
}

static void advise_sidecar(const struct facts *facts, struct str *out)
{
    (void)facts;
    str_add(out, "write the sidecar next to it, or check why the program that writes it has not");
}

static bool has_cut_sidecar(const struct facts *facts)
{
    return wants(facts, "sidecar") && waits_for(facts, "growth");
}

static void tell_cut_sidecar(const struct facts *facts, struct str *out)
{
    str_printf(out, "%s waits for its sidecar ", fact_name(facts));
    words_add_companion(facts, SIDECAR_PATTERN, out);
    str_add(out, ", which is empty or incomplete. It fails if that does not change");
    add_time_left(facts, out);
}

/* ---- the file itself ---- */

static bool is_written(const struct facts *facts)
{
    return is_settling(facts) &&
           (facts->writers || json_get_bool(facts->progress, "written", false));
}

static void tell_written(const struct facts *facts, struct str *out)
{
    str_printf(out, "%s is still open for writing, by %s", fact_name(facts),
        facts->writers ? facts->writers
                       : "a program that is not visible to whoever asks (root sees all)");
}

static void advise_written(const struct facts *facts, struct str *out)
{
    str_add(out, "close it there; it is taken ");
    units_print_duration(out, facts->place.folder->settle_ms);
    str_add(out, " later (the folder's \"settle\")");
}

static bool is_unreadable(const struct facts *facts)
{
    return waits_for(facts, "access");
}

static void tell_unreadable(const struct facts *facts, struct str *out)
{
    const char *why = json_get_text(facts->progress, "unreadable");
    str_printf(out, "%s cannot be taken yet: ", fact_name(facts));
    words_add_problem(why ? why : "closedrop lacks memory or descriptors for now", out);
    str_add(out, ". It fails if that does not change");
    add_time_left(facts, out);
}

static void advise_unreadable(const struct facts *facts, struct str *out)
{
    const char *remedy = remedy_of(job_member(facts->progress, "unreadable"));
    str_add(out, remedy ? remedy : "nothing, it is tried again");
}

static bool is_incomplete(const struct facts *facts)
{
    return waits_for(facts, "growth");
}

static void tell_incomplete(const struct facts *facts, struct str *out)
{
    str_printf(out, "%s ", fact_name(facts));
    if (!facts->state.identity.size)
        str_add(out, "is empty");
    else
        str_printf(
            out, "looks incomplete%s%s", facts->cut ? ": " : "", facts->cut ? facts->cut : "");
    str_add(out, ". It may still grow, and fails if it does not");
    add_time_left(facts, out);
}

static void advise_incomplete(const struct facts *facts, struct str *out)
{
    (void)facts;
    str_add(out, "if nobody writes to it any more, save or scan it again; if it is complete after "
                 "all, drag it back once it is among the failed files");
}

static void tell_quiet(const struct facts *facts, struct str *out)
{
    int64_t unchanged = json_get_int(facts->progress, "unchanged_ms", 0);
    int64_t settle = facts->place.folder->settle_ms;
    str_printf(out, "%s may not be finished yet: it must be unchanged for ", fact_name(facts));
    units_print_duration(out, settle);
    str_add(out, " (the folder's \"settle\"), and was last changed ");
    units_print_duration(out, unchanged);
    str_add(out, " ago");
    if (unchanged >= settle)
        return;
    str_add(out, "; it is taken in ");
    units_print_duration(out, settle - unchanged);
}

const struct situation situations_while_settling[] = {
    {"marker", lacks_marker, tell_marker, advise_marker},
    {"next_marker", lacks_next_marker, tell_next_marker, advise_marker},
    {"sidecar", lacks_sidecar, tell_sidecar, advise_sidecar},
    {"sidecar_cut", has_cut_sidecar, tell_cut_sidecar, advise_sidecar},
    {"written", is_written, tell_written, advise_written},
    {"unreadable", is_unreadable, tell_unreadable, advise_unreadable},
    {"incomplete", is_incomplete, tell_incomplete, advise_incomplete},
    {"settling", is_settling, tell_quiet, words_advise_nothing},
    {NULL, NULL, NULL, NULL},
};
