/** Situations of a file that is in the queue: in progress, or what it waits for. */
#include "situation_words.h"

#include "job_row.h"
#include "jobs.h"

#include "closedrop/base/json.h"
#include "closedrop/base/remedy.h"
#include "closedrop/base/str.h"
#include "closedrop/base/units.h"
#include "closedrop/queue/reading.h"

#include <inttypes.h>
#include <string.h>

/* ---- in progress ---- */

static bool is_in_progress(const struct facts *facts)
{
    return facts->is_its_job && facts->transfer;
}

/** By the names of the stages. */
static const struct {
    const char *stage;
    const char *words;
} stages[] = {
    {"compare", "is being compared with the file that was filed before"},
    {"resolve", "is in progress: closedrop is looking for its lead in Close"},
    {"ticket", "is in progress: it is about to be uploaded"},
    {"send", "is being uploaded now"},
    {"look", "is in progress: closedrop checks whether its activity was created"},
    {"", "is in progress: it was uploaded, and is being filed"},
};

static void tell_in_progress(const struct facts *facts, struct str *out)
{
    size_t i = 0;
    const char *stage = job_member(facts->transfer, "stage");
    int64_t sent = json_get_int(facts->transfer, "sent", 0);
    while (*stages[i].stage && strcmp(stages[i].stage, stage) != 0)
        i++;
    words_add_subject(facts, out);
    str_printf(out, " %s", stages[i].words);
    if (!sent)
        return;
    str_add(out, ": ");
    units_print_size(out, sent);
    str_add(out, " of ");
    units_print_size(out, json_get_int(facts->transfer, "size", 0));
    str_add(out, " are sent");
}

/* ---- waiting ---- */

static bool is_of_gone_folder(const struct facts *facts)
{
    return fact_has_error(facts, "folder_gone");
}

static bool is_of_gone_rule(const struct facts *facts)
{
    return fact_has_error(facts, "rule_gone");
}

static void tell_waiting_for(const struct facts *facts, struct str *out)
{
    words_add_subject(facts, out);
    str_add(out, " is in the queue, and waits: ");
    words_add_problem(fact_error_message(facts), out);
}

static void advise_gone_folder(const struct facts *facts, struct str *out)
{
    str_printf(out, "put the folder \"%s\" back", fact_of_job(facts, "folder"));
    words_add_reload(facts, out);
    str_printf(
        out, "; or take the file out of the queue: closedrop forget %" PRId64, fact_id(facts));
}

static void advise_gone_rule(const struct facts *facts, struct str *out)
{
    str_printf(out, "put the rule \"%s\" back", fact_of_job(facts, "rule"));
    words_add_reload(facts, out);
    str_printf(
        out, "; or take the file out of the queue: closedrop forget %" PRId64, fact_id(facts));
}

static bool is_held(const struct facts *facts)
{
    return fact_is_in_state(facts, JOB_UPLOADED) && fact_has_error(facts, "held");
}

/** Behind a semicolon, the message says what to do, as advise_held() does. */
static void tell_held(const struct facts *facts, struct str *out)
{
    const char *message = fact_error_message(facts);
    words_add_subject(facts, out);
    str_add(out, " is held back and not sent: ");
    str_add_bytes(out, message, strcspn(message, ";"));
}

static void advise_held(const struct facts *facts, struct str *out)
{
    str_printf(out,
        "to send it: closedrop release %" PRId64 ", or closedrop release \"%s\" for all emails of "
        "its rule; not to send it: closedrop recall %" PRId64,
        fact_id(facts), fact_of_job(facts, "rule"), fact_id(facts));
}

static bool is_paced(const struct facts *facts)
{
    return fact_is_in_state(facts, JOB_UPLOADED) && fact_has_error(facts, "paced");
}

static void tell_paced(const struct facts *facts, struct str *out)
{
    words_add_subject(facts, out);
    str_add(out, " is ready, and ");
    words_add_problem(fact_error_message(facts), out);
}

static void tell_queued(const struct facts *facts, struct str *out)
{
    static const char *const words[JOB_STATES] = {
        [JOB_UPLOADED] = "was uploaded, but not filed yet",
        [JOB_ATTACHING] = "was uploaded, and its activity may have been created",
        [JOB_UPLOADING] = "was being uploaded"};
    int state = job_state_from_name(fact_of_job(facts, "state"));
    int64_t ahead = json_get_int(facts->answer, "ahead", 0);
    words_add_subject(facts, out);
    if (state >= 0 && words[state])
        str_printf(out, " %s", words[state]);
    else if (ahead)
        str_printf(out, " is in the queue, behind %" PRId64 " other%s of its folder%s", ahead,
            ahead == 1 ? "" : "s", ahead == JOBS_AHEAD_MAX ? ", or more" : "");
    else
        str_add(out, " is in the queue, and the next of its folder");
}

static bool has_lost_its_file(const struct facts *facts)
{
    bool is_sent = *fact_of_job(facts, "uploaded_at") != '\0';
    return fact_is_live(facts) && facts->kind == FILE_GONE && !is_sent && !words_is_away(facts);
}

static void tell_lost(const struct facts *facts, struct str *out)
{
    str_printf(out,
        "%s is in the queue, but no longer there. Unless it was only renamed in its folder, it is "
        "dropped when its turn comes",
        fact_name(facts));
}

static bool is_without_agent(const struct facts *facts)
{
    return fact_is_live(facts) && !json_get(facts->status, "agent");
}

static void tell_without_agent(const struct facts *facts, struct str *out)
{
    tell_queued(facts, out);
    str_add(out, "; but closedrop is not running");
}

static bool is_away(const struct facts *facts)
{
    return fact_is_live(facts) && words_is_away(facts);
}

static void tell_away(const struct facts *facts, struct str *out)
{
    tell_queued(facts, out);
    str_printf(out, "; but its folder \"%s\" is away: ", fact_folder(facts));
    words_add_away(facts, out);
}

static bool is_paused(const struct facts *facts)
{
    return fact_is_live(facts) && json_get_bool(facts->status, "paused", false);
}

static void tell_paused(const struct facts *facts, struct str *out)
{
    tell_queued(facts, out);
    str_add(out, "; but sending is paused (\"closedrop pause\")");
}

static void advise_resume(const struct facts *facts, struct str *out)
{
    (void)facts;
    str_add(out, "closedrop resume");
}

static bool is_blocked(const struct facts *facts)
{
    return fact_is_live(facts) && json_get_text(json_get(facts->status, "blocked"), "message");
}

static void tell_blocked(const struct facts *facts, struct str *out)
{
    tell_queued(facts, out);
    str_add(out, "; but nothing is sent at the moment: ");
    words_add_problem(job_member(json_get(facts->status, "blocked"), "message"), out);
}

static void advise_blocked(const struct facts *facts, struct str *out)
{
    const char *remedy = remedy_of(job_member(json_get(facts->status, "blocked"), "message"));
    str_printf(out, "%s; closedrop then continues by itself",
        remedy ? remedy : "see \"closedrop doctor\"");
}

static bool waits_after_error(const struct facts *facts)
{
    return fact_is_live(facts) && *fact_error_code(facts);
}

static void tell_next_try(const struct facts *facts, struct str *out)
{
    char when[MOMENT_TEXT];
    words_add_subject(facts, out);
    str_add(out, " could not be filed yet: ");
    words_add_problem(fact_error_message(facts), out);
    if (*job_time(facts->job, "next_attempt_at", MOMENT_TO_THE_SECOND, when))
        str_printf(out, ". The next try is at %s; so far, there were %" PRId64, when,
            json_get_int(facts->job, "attempts", 0));
}

static void advise_next_try(const struct facts *facts, struct str *out)
{
    const char *remedy = remedy_of(fact_error_message(facts));
    str_printf(out, "%s; closedrop then continues by itself",
        remedy ? remedy : "if the reason does not pass by itself, remove it");
}

static bool is_in_doubt(const struct facts *facts)
{
    return fact_is_in_state(facts, JOB_ATTACHING);
}

static void tell_in_doubt(const struct facts *facts, struct str *out)
{
    char when[MOMENT_TEXT];
    words_add_subject(facts, out);
    str_add(out, " was uploaded, but Close's answer to its activity is missing; so closedrop first "
                 "checks whether it was created");
    if (*job_time(facts->job, "next_attempt_at", MOMENT_TO_THE_SECOND, when))
        str_printf(out, ", at %s", when);
}

static bool waits_for_group(const struct facts *facts)
{
    const struct rule *rule = fact_is_in_state(facts, JOB_UPLOADED)
                                  ? config_rule(facts->config, fact_of_job(facts, "rule"))
                                  : NULL;
    return rule && rule->group;
}

static void tell_group(const struct facts *facts, struct str *out)
{
    const struct rule *rule = config_rule(facts->config, fact_of_job(facts, "rule"));
    words_add_subject(facts, out);
    str_printf(out,
        " was uploaded, and waits for the other files of its group (rule \"%s\"); they "
        "are filed as one, ",
        fact_of_job(facts, "rule"));
    units_print_duration(out, rule ? rule->group_wait_ms : 0);
    str_add(out, " after the last of them");
}

const struct situation situations_in_queue[] = {
    {"in_progress", is_in_progress, tell_in_progress, NULL},
    {"folder_gone", is_of_gone_folder, tell_waiting_for, advise_gone_folder},
    {"rule_gone", is_of_gone_rule, tell_waiting_for, advise_gone_rule},
    {"held", is_held, tell_held, advise_held},
    {"queue_lost", has_lost_its_file, tell_lost, words_advise_put_again},
    {"queue_idle", is_without_agent, tell_without_agent, words_advise_start},
    {"queue_away", is_away, tell_away, words_advise_away},
    {"paused", is_paused, tell_paused, advise_resume},
    {"blocked", is_blocked, tell_blocked, advise_blocked},
    {"paced", is_paced, tell_paced, words_advise_nothing},
    {"retry", waits_after_error, tell_next_try, advise_next_try},
    {"unclear", is_in_doubt, tell_in_doubt, words_advise_nothing},
    {"group", waits_for_group, tell_group, words_advise_nothing},
    {"queued", fact_is_live, tell_queued, words_advise_nothing},
    {NULL, NULL, NULL, NULL},
};
