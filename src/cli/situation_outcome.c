/** Situations of a file whose job has an outcome, or has ended without one. */
#include "situation_words.h"

#include "job_row.h"
#include "jobs.h"

#include "closedrop/base/json.h"
#include "closedrop/base/remedy.h"
#include "closedrop/base/str.h"
#include "closedrop/close/activity.h"

#include <inttypes.h>
#include <string.h>

/* ---- ended ---- */

static bool has_ended_as(const struct facts *facts, const char *ending)
{
    return facts->is_its_job && strcmp(fact_of_job(facts, "ended"), ending) == 0;
}

/** The last line of its history says why. */
static const char *last_reason(const struct facts *facts)
{
    const char *why = "";
    const struct json *history = json_get(facts->job, "history");
    for (const struct json *row = json_first(history); row; row = json_next(row))
        why = job_member(row, "why");
    return why;
}

static void tell_last_reason(const struct facts *facts, struct str *out)
{
    if (*last_reason(facts))
        str_printf(out, ": %s", last_reason(facts));
}

static bool is_forgotten(const struct facts *facts)
{
    return has_ended_as(facts, "forgotten");
}

static void tell_forgotten(const struct facts *facts, struct str *out)
{
    words_add_subject(facts, out);
    str_add(out,
        " was taken out of the queue with \"closedrop forget\", and is left alone until it "
        "changes");
}

static void advise_forgotten(const struct facts *facts, struct str *out)
{
    if (facts->kind == FILE_GONE)
        str_add(out, "to file it after all, put it into the folder again");
    else
        str_printf(out, "to file it after all: touch \"%s\"", facts->given);
}

static bool is_discarded(const struct facts *facts)
{
    return has_ended_as(facts, "discarded");
}

static void tell_discarded(const struct facts *facts, struct str *out)
{
    const char *error = job_error(facts->job);
    words_add_subject(facts, out);
    str_add(out, " failed");
    words_add_when(facts, "failed_at", out);
    str_add(out, ", and then somebody deleted it from the directory for failed files. The reason "
                 "was: ");
    words_add_problem(error ? error : "unknown", out);
}

static bool has_ended(const struct facts *facts)
{
    return facts->is_its_job && *fact_of_job(facts, "ended");
}

static void tell_ended(const struct facts *facts, struct str *out)
{
    words_add_subject(facts, out);
    str_add(out, " was not filed");
    tell_last_reason(facts, out);
}

/* ---- failed ---- */

static bool has_failed(const struct facts *facts)
{
    return fact_is_in_state(facts, JOB_FAILED);
}

/** What to do first, by the code of the error; "" comes last and is for all others. */
static const struct {
    const char *code;
    const char *first;
} failures[] = {
    {"already_filed", "if once is enough, delete it there; to file it again,"},
    {"crashed", "check whether it is in Close already, and report the crash; to try it again,"},
    {"cut_off", "scan or save it again; if it is complete after all,"},
    {"doubtful", "check the lead in Close; if the file is not there,"},
    {"empty", "scan or save it again; if it is meant to be empty,"},
    {"gone", "if you still have it,"},
    {"recalled", "if it is not to be sent, delete it there; to send it after all,"},
    {"unclear", "check the lead in Close; if the file is not there,"},
    {"", "fix what is wrong; then"}, /* or what the message advises */
};

/** The row of its error; the last one is for all others. */
static size_t failure_of(const struct facts *facts)
{
    size_t i = 0;
    while (*failures[i].code && strcmp(failures[i].code, fact_error_code(facts)) != 0)
        i++;
    return i;
}

static void tell_failed(const struct facts *facts, struct str *out)
{
    const char *stuck = json_get_text(facts->job, "not_put_away"), *error = job_error(facts->job);
    words_add_subject(facts, out);
    str_add(out, " failed");
    words_add_when(facts, "failed_at", out);
    str_add(out, ": ");
    words_add_problem(error ? error : "the reason is unknown", out);
    if (stuck) {
        str_add(out, ". It has not been moved yet: ");
        words_add_problem(stuck, out);
    } else if (facts->kind == FILE_GONE && strcmp(fact_of_job(facts, "file"), "put_away") == 0) {
        str_add(out, ". It was moved to ");
        words_add_place(facts, out);
    }
}

static void add_first_step(const struct facts *facts, struct str *out)
{
    const char *first = failures[failure_of(facts)].first, *error = job_error(facts->job);
    const char *remedy = error && !*failures[failure_of(facts)].code ? remedy_of(error) : NULL;
    str_printf(out, "%s%s", remedy ? remedy : first, remedy ? "; then" : "");
}

static void advise_failed(const struct facts *facts, struct str *out)
{
    add_first_step(facts, out);
    if (fact_is_by_hand(facts))
        str_printf(out, " upload it again: closedrop upload \"%s\"", facts->given);
    else
        str_printf(
            out, " drag it back into the folder, or: closedrop retry %" PRId64, fact_id(facts));
}

/* ---- done ---- */

static bool is_done(const struct facts *facts)
{
    return fact_is_in_state(facts, JOB_DONE);
}

/** "an email on ACME (lead_4tX9), Ann (cont_7)" */
static void add_target(const struct facts *facts, struct str *out)
{
    enum activity_kind kind = activity_kind_from_name(fact_of_job(facts, "activity"));
    const char *called = activity_traits(kind)->called;
    if (activity_traits(kind)->is_template) {
        str_printf(out, "the file in the %s ", activity_noun(kind));
        job_add_named(out, facts->job, "template_id", "template_name");
        return;
    }
    str_printf(out, "%s on ", kind == ACTIVITY_LEAD_FILE || !called ? "a file" : called);
    job_add_named(out, facts->job, "lead_id", "lead_name");
    if (!*fact_of_job(facts, "contact_id"))
        return;
    str_add(out, ", ");
    job_add_named(out, facts->job, "contact_id", "contact_name");
}

static void add_where_now(const struct facts *facts, struct str *out)
{
    const char *file = fact_of_job(facts, "file"),
               *stuck = json_get_text(facts->job, "not_put_away");
    if (stuck) {
        str_add(out, ". It has not been put away yet: ");
        words_add_problem(stuck, out);
    } else if (fact_is_by_hand(facts)) {
        return;
    } else if (strcmp(file, "put_away") == 0 && facts->kind != FILE_GONE) {
        str_add(out, ", and then moved to where it is now");
    } else if (strcmp(file, "put_away") == 0) {
        str_add(out, ", and then moved to ");
        words_add_place(facts, out);
    } else if (strcmp(file, "gone") == 0)
        str_add(out, ", and then deleted");
    else if (facts->place.folder && facts->place.folder->after_upload == AFTER_KEEP)
        str_add(out, ", and stays where it is (after_upload = \"keep\")");
    else
        str_add(out, ", and is about to be put away");
}

static bool has_rules(const struct facts *facts)
{
    return facts->place.folder && facts->place.folder->rules[0];
}

static void tell_why_not_filed(const struct facts *facts, struct str *out)
{
    str_add(out, ", not filed on a lead");
    if (!fact_is_by_hand(facts))
        str_add(out, has_rules(facts) ? ": no rule took it" : ": its folder has no rules");
}

static void tell_done(const struct facts *facts, struct str *out)
{
    const char *by_hand = fact_is_by_hand(facts) ? " by hand" : "";
    words_add_subject(facts, out);
    if (*fact_of_job(facts, "activity_id")) {
        str_printf(out, " was filed%s", by_hand);
        words_add_when(facts, "done_at", out);
        str_add(out, " as ");
        add_target(facts, out);
    } else {
        str_printf(out, " was only uploaded%s", by_hand);
        words_add_when(facts, "done_at", out);
        tell_why_not_filed(facts, out);
    }
    add_where_now(facts, out);
}

static void advise_done(const struct facts *facts, struct str *out)
{
    const char *stuck = json_get_text(facts->job, "not_put_away");
    const char *remedy = stuck ? remedy_of(stuck) : NULL;
    str_add(out, remedy ? remedy : "");
    if (remedy || *fact_of_job(facts, "activity_id"))
        return;
    if (fact_is_by_hand(facts)) {
        str_printf(out, "to file it: closedrop upload --lead ID \"%s\"", facts->given);
    } else if (has_rules(facts) && strcmp(fact_of_job(facts, "file"), "put_away") == 0) {
        str_add(out, "to see why not: closedrop match \"");
        words_add_place(facts, out);
        str_add(out, "\"");
    }
}

const struct situation situations_of_outcome[] = {
    {"forgotten", is_forgotten, tell_forgotten, advise_forgotten},
    {"discarded", is_discarded, tell_discarded, words_advise_put_again},
    {"ended", has_ended, tell_ended, words_advise_put_again},
    {"failed", has_failed, tell_failed, advise_failed},
    {"done", is_done, tell_done, advise_done},
    {NULL, NULL, NULL, NULL},
};
