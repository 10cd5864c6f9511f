/** Writes the status for people: what needs a person, how the agent is, what is gone. */
#include "status_text.h"

#include "absence.h"
#include "jobs.h"
#include "status_folders.h"
#include "status_transfers.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/remedy.h"
#include "closedrop/base/str.h"
#include "closedrop/base/units.h"
#include "closedrop/queue/job.h"

#include <inttypes.h>
#include <string.h>

#define INDENT 8
#define LINE_MAX_BYTES 16384

/* ---- what needs a person ---- */

/** "BLOCKED: Close does not answer", and on a line of its own what to do. */
static void add_alert(const struct status_view *view, const char *word, const char *message)
{
    const char *remedy = remedy_of(message);
    CLEANUP(free_text)
    char *problem = strndup(message, remedy ? remedy_problem_length(message) : strlen(message));
    CLEANUP(free_text) char *advice = remedy ? str_format("What to do: %s", remedy) : NULL;
    str_printf(view->out, view->has_colours ? "\033[1;31m%s:\033[0m" : "%s:", word);
    status_view_line(view, problem ? problem : "?", strlen(word) + 1, INDENT);
    if (advice)
        status_view_indented(view, advice, INDENT);
}

/** "412 emails of the rule "statements" wait for your approval": nothing is more urgent. */
static void add_held(const struct status_view *view, const struct json *held)
{
    for (const struct json *one = json_first(held); one; one = json_next(one)) {
        int64_t emails = json_get_int(one, "emails", 0);
        const char *rule = job_member(one, "rule");
        CLEANUP(free_text)
        char *words = str_format(
            "%" PRId64 " email%s of the rule \"%s\" wait%s for your approval; to see: "
            "\"closedrop list --held\"; to send: \"closedrop release %s\"; to cancel, so "
            "that the files go to Failed: \"closedrop recall %s\"",
            emails, emails == 1 ? "" : "s", rule, emails == 1 ? "s" : "", rule, rule);
        add_alert(view, "HELD", words ? words : rule);
    }
}

/** Filed, but without what belongs next to it: nobody else notices. */
static void add_lacking(const struct status_view *view, const struct json *status)
{
    int64_t count = json_get_int(status, "lacking", 0);
    const struct json *last = json_get(status, "last_lacking");
    CLEANUP(free_text)
    char *words = str_format(
        "%" PRId64 " file%s filed, but something is missing. Job %" PRId64 ", %s/%s: %.*s" REMEDY
        "\"closedrop list --state done\" shows them; once it was added by hand, "
        "\"closedrop forget ID\" ends this message",
        count, count == 1 ? " was" : "s were", json_get_int(last, "id", 0),
        job_member(last, "folder"), job_member(last, "path"),
        (int)remedy_problem_length(job_member(last, "message")), job_member(last, "message"));
    if (count)
        add_alert(view, "MISSING", words ? words : "?");
}

/** Nothing is known yet about a folder that was not checked. */
static bool is_away(const struct json *folder)
{
    return !json_get_bool(folder, "healthy", true) && json_get_text(folder, "message");
}

static void add_away(const struct status_view *view, const struct json *folders)
{
    for (const struct json *one = json_first(folders); one; one = json_next(one)) {
        CLEANUP(free_text)
        char *words = str_format("folder %s (%s): %s", job_member(one, "name"),
            job_member(one, "path"), job_member(one, "message"));
        if (words && is_away(one))
            add_alert(view, "AWAY", words);
    }
}

static void add_tables_away(const struct status_view *view, const struct json *tables)
{
    for (const struct json *one = json_first(tables); one; one = json_next(one)) {
        CLEANUP(free_text)
        char *words =
            str_format("table %s: %s", job_member(one, "file"), job_member(one, "message"));
        if (words)
            add_alert(view, "AWAY", words);
    }
}

/** Whoever relies on being notified is not. */
static void add_failing(const struct status_view *view, const struct json *failing)
{
    for (const struct json *one = json_first(failing); one; one = json_next(one)) {
        CLEANUP(free_text)
        char *words = str_format("%s: %s", job_member(one, "what"), job_member(one, "message"));
        add_alert(view, "NOT NOTIFIED", words ? words : "?");
    }
}

static void add_alerts(const struct status_view *view, const struct json *status)
{
    const char *blocked = json_get_text(json_get(status, "blocked"), "message");
    add_held(view, json_get(status, "held"));
    if (json_get_bool(status, "paused", false))
        add_alert(
            view, "PAUSED", "files are queued but not sent; run \"closedrop resume\" to continue");
    if (blocked)
        add_alert(view, "BLOCKED", blocked);
    add_away(view, json_get(status, "folders"));
    add_tables_away(view, json_get(status, "tables_away"));
    add_lacking(view, status);
    add_failing(view, json_get(json_get(status, "alerts"), "failing"));
}

/* ---- the agent and its queue ---- */

static void add_absence(const struct status_view *view, const struct json *run)
{
    struct str words = STR_INIT(LINE_MAX_BYTES);
    absence_add(&words, status_view_time(json_get_text(run, "started_at")),
        status_view_time(json_get_text(run, "stopped_at")));
    status_view_line(view, str_text(&words), 0, INDENT);
    str_release(&words);
}

static void add_agent(const struct status_view *view, const struct json *agent)
{
    struct str words = STR_INIT(LINE_MAX_BYTES);
    const char *older = json_get_text(agent, "older_configuration");
    str_printf(&words, "closedrop %s, pid %" PRId64 ", since ", job_member(agent, "version"),
        json_get_int(agent, "pid", 0));
    status_view_since(view, &words, json_get_text(agent, "started_at"));
    str_add(view->out, "Agent: ");
    status_view_line(view, str_text(&words), INDENT - 1, INDENT);
    if (older)
        add_alert(view, "CONFIGURATION", older);
    str_release(&words);
}

/** The agent renews its access token before that ends. */
static void add_login(const struct status_view *view, const struct json *login)
{
    const char *ends_at = json_get_text(login, "ends_at");
    struct str words = STR_INIT(LINE_MAX_BYTES);
    int64_t left_ms = status_view_time(ends_at) - view->now_ms;
    char left[UNITS_DURATION];
    if (!ends_at)
        return;
    str_printf(&words, "the access token is good for another %s, and is renewed by itself",
        units_duration_text(left_ms > 0 ? left_ms : 0, left));
    str_add(view->out, "Login: ");
    status_view_line(view, str_text(&words), INDENT - 1, INDENT);
    str_release(&words);
}

static void add_counts(const struct status_view *view, const struct json *jobs)
{
    struct str words = STR_INIT(LINE_MAX_BYTES);
    for (int state = 0; state < JOB_STATES; state++)
        str_printf(&words, "%s%" PRId64 " %s", state ? ", " : "",
            json_get_int(jobs, job_state_names[state], 0), job_state_names[state]);
    str_add(view->out, "Jobs:  ");
    status_view_line(view, str_text(&words), INDENT - 1, INDENT);
    str_release(&words);
}

static void add_paced(const struct status_view *view, const struct json *paced)
{
    for (const struct json *one = json_first(paced); one; one = json_next(one)) {
        int64_t emails = json_get_int(one, "emails", 0);
        const char *sender = json_get_text(one, "sender");
        CLEANUP(free_text)
        char *words = str_format("%" PRId64 " email%s of %s wait%s for %s turn (limits.sends)",
            emails, emails == 1 ? "" : "s", sender ? sender : "the key's own sender",
            emails == 1 ? "s" : "", emails == 1 ? "its" : "their");
        status_view_indented(view, words ? words : "?", INDENT);
    }
}

static void add_not_put_away(const struct status_view *view, const struct json *status)
{
    int64_t count = json_get_int(status, "not_put_away", 0);
    const struct json *first = json_get(status, "first_not_put_away");
    if (!count)
        return;
    CLEANUP(free_text)
    char *words = str_format("%" PRId64 " whose file is still to be moved", count);
    status_view_indented(view, words ? words : "?", INDENT);
    if (!json_get_text(first, "path"))
        return;
    CLEANUP(free_text)
    char *reason = str_format("job %" PRId64 ": %s/%s: %s", json_get_int(first, "id", 0),
        job_member(first, "folder"), job_member(first, "path"), job_member(first, "message"));
    status_view_indented(view, reason ? reason : "?", INDENT);
}

/** `Gone:   folder "faxes" is no longer in the configuration: 3 jobs wait, 1 failed` */
static void add_gone(const struct status_view *view, const struct json *gone, const char *what)
{
    for (const struct json *one = json_first(gone); one; one = json_next(one)) {
        int64_t waiting = json_get_int(one, "waiting", 0), failed = json_get_int(one, "failed", 0);
        const char *name = job_member(one, "name");
        struct str words = STR_INIT(LINE_MAX_BYTES);
        str_printf(&words, "%s \"%s\" is no longer in the configuration: %" PRId64 " job%s", what,
            name, waiting, waiting == 1 ? " waits" : "s wait");
        if (failed)
            str_printf(&words, ", %" PRId64 " failed", failed);
        str_add(view->out, "Gone:  ");
        status_view_line(view, str_text(&words), INDENT - 1, INDENT);
        str_clear(&words);
        str_printf(&words,
            "they continue when it is back under this name (closedrop list --%s \"%s\" shows them, "
            "closedrop forget ID removes one)",
            what, name);
        status_view_indented(view, str_text(&words), INDENT);
        str_release(&words);
    }
}

void status_text_add(const struct status_view *view, const struct json *status)
{
    const struct json *agent = json_get(status, "agent");
    if (!agent)
        add_absence(view, json_get(status, "last_run"));
    add_alerts(view, status);
    if (agent)
        add_agent(view, agent);
    add_login(view, json_get(status, "login"));
    add_counts(view, json_get(status, "jobs"));
    add_paced(view, json_get(status, "paced"));
    add_not_put_away(view, status);
    add_gone(view, json_get(status, "gone_folders"), "folder");
    add_gone(view, json_get(status, "gone_rules"), "rule");
    status_transfers_add(view, status);
    status_folders_add(view, status);
}
