/** Facts picked from a job, and phrases that several situations share. */
#include "situation_words.h"

#include "job_row.h"
#include "jobs.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/remedy.h"
#include "closedrop/base/str.h"
#include "closedrop/files/path.h"

#include <string.h>

const char *fact_name(const struct facts *facts)
{
    const char *name = path_name(facts->given);
    return *name ? name : facts->given;
}

const char *fact_folder(const struct facts *facts)
{
    return facts->place.folder ? facts->place.folder->name : fact_of_job(facts, "folder");
}

const char *fact_of_job(const struct facts *facts, const char *key)
{
    return job_member(facts->job, key);
}

int64_t fact_id(const struct facts *facts)
{
    return json_get_int(facts->job, "id", 0);
}

bool fact_is_live(const struct facts *facts)
{
    return facts->is_its_job && !*fact_of_job(facts, "ended");
}

bool fact_is_in_state(const struct facts *facts, enum job_state state)
{
    return fact_is_live(facts) && strcmp(fact_of_job(facts, "state"), job_state_names[state]) == 0;
}

const char *fact_error_code(const struct facts *facts)
{
    return job_member(json_get(facts->job, "error"), "code");
}

const char *fact_error_message(const struct facts *facts)
{
    return job_member(json_get(facts->job, "error"), "message");
}

bool fact_has_error(const struct facts *facts, const char *code)
{
    return fact_is_live(facts) && strcmp(fact_error_code(facts), code) == 0;
}

bool fact_is_by_hand(const struct facts *facts)
{
    return !json_get_text(facts->job, "folder");
}

bool fact_may_be_taken(const struct facts *facts)
{
    const struct place *place = &facts->place;
    return facts->kind == FILE_REGULAR && place->folder && place->whereabouts == AMONG_DROPPED &&
           !place->is_behind_link && !facts->is_own && !facts->is_its_job &&
           facts->filtered.reason == FILTER_TAKEN;
}

void words_add_subject(const struct facts *facts, struct str *out)
{
    str_add(out, fact_name(facts));
    if (facts->kind == FILE_GONE && !words_is_away(facts))
        str_add(out, " is no longer there. It");
}

void words_add_when(const struct facts *facts, const char *key, struct str *out)
{
    char when[MOMENT_TEXT];
    if (*job_time(facts->job, key, "%Y-%m-%d at %H:%M", when))
        str_printf(out, " on %s", when);
}

void words_add_place(const struct facts *facts, struct str *out)
{
    const char *place = fact_of_job(facts, "place");
    if (facts->place.folder && *place != '/')
        str_printf(out, "%s/", facts->place.folder->path);
    str_add(out, place);
}

void words_add_companion(const struct facts *facts, const char *pattern, struct str *out)
{
    CLEANUP(free_text) char *companion = path_marker(pattern, facts->place.path);
    str_add(out, companion ? path_name(companion) : "?");
}

void words_add_problem(const char *message, struct str *out)
{
    str_add_bytes(out, message, remedy_problem_length(message));
}

void words_add_reload(const struct facts *facts, struct str *out)
{
    str_printf(out, " in %s, then reload: systemctl reload closedrop", facts->config->file);
}

void words_advise_nothing(const struct facts *facts, struct str *out)
{
    (void)facts;
    str_add(out, "nothing, it continues by itself");
}

bool words_is_away(const struct facts *facts)
{
    return facts->health ? !json_get_bool(facts->health, "healthy", true)
                         : facts->is_folder_missing;
}

void words_add_away(const struct facts *facts, struct str *out)
{
    const char *message = json_get_text(facts->health, "message"); /* "is empty although ..." */
    str_printf(out, "%s ",
        facts->place.folder ? facts->place.folder->path : job_member(facts->health, "path"));
    if (message)
        words_add_problem(message, out);
    else
        str_add(out, facts->is_folder_missing ? "does not exist, or cannot be opened"
                                              : "was not checked yet");
}

void words_advise_away(const struct facts *facts, struct str *out)
{
    const char *remedy = remedy_of(job_member(facts->health, "message"));
    str_printf(out, "%s; closedrop then continues by itself",
        remedy ? remedy : "make the directory available again (is it mounted?)");
}

void words_advise_start(const struct facts *facts, struct str *out)
{
    (void)facts;
    str_add(out, "systemctl start closedrop; why it is not running: journalctl -u closedrop");
}

void words_advise_put_again(const struct facts *facts, struct str *out)
{
    (void)facts;
    str_add(out, "to file it, put it into the folder again");
}
