/** status, pause, resume: how the agent is. */
#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/base/units.h"
#include "closedrop/cli/cli.h"
#include "closedrop/queue/job.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WATCH_PAUSE_S 2

static void print_counts(const struct json *jobs)
{
    for (int state = 0; state < JOB_STATES; state++)
        printf("%s%" PRId64 " %s",
            state ? ", " : "Jobs:   ", json_get_int(jobs, job_state_names[state], 0),
            job_state_names[state]);
    putchar('\n');
}

/** "2 wait for their marker": the candidates of a folder that wait for something. */
static void print_waits(const struct json *folder)
{
    static const struct {
        const char *key;
        const char *text;
    } waits[] = {{"settling", "settling"}, {"waiting_marker", "waiting for a marker or sidecar"},
        {"waiting_incomplete", "empty or truncated, may still grow"},
        {"waiting_access", "not readable yet"}};
    for (size_t i = 0; i < COUNT(waits); i++) {
        int64_t count = json_get_int(folder, waits[i].key, 0);
        if (count)
            printf(", %" PRId64 " %s", count, waits[i].text);
    }
}

static void print_folder(const struct json *folder)
{
    const char *const lines[] = {json_get_text(folder, "message"),
        json_get_text(folder, "waits_for"), json_get_text(folder, "unreadable"),
        json_get_text(folder, "closed")};
    printf("Folder: %s (", json_get_text(folder, "name"));
    cli_print_text(json_get_text(folder, "path"));
    printf("): %s, %" PRId64 " queued, %" PRId64 " failed",
        json_get_bool(folder, "healthy", false) ? json_get_text(folder, "watch") : "AWAY",
        json_get_int(folder, "queued", 0), json_get_int(folder, "failed", 0));
    print_waits(folder);
    putchar('\n');
    for (size_t i = 0; i < COUNT(lines); i++) {
        if (!lines[i])
            continue;
        printf("        ");
        cli_print_text(lines[i]);
        putchar('\n');
    }
    if (!json_get_bool(folder, "leases", true))
        printf("        no read leases here (closedrop does not own the files, or the file system "
               "does not support them): the quiet time alone decides\n");
}

static void print_transfer(const struct json *transfer)
{
    struct str sizes = STR_INIT(128);
    units_print_size(&sizes, json_get_int(transfer, "sent", 0));
    str_add(&sizes, " of ");
    units_print_size(&sizes, json_get_int(transfer, "size", 0));
    printf("In progress: job %" PRId64 " (%s) ", json_get_int(transfer, "id", 0),
        json_get_text(transfer, "stage"));
    cli_print_text(json_get_text(transfer, "path"));
    printf(", %s\n", str_text(&sizes));
    str_release(&sizes);
}

/** "412 emails of rule statements wait for you": nothing is more urgent. */
static void print_held(const struct json *held)
{
    for (const struct json *one = json_first(held); one; one = json_next(one)) {
        int64_t emails = json_get_int(one, "emails", 0);
        const char *rule = json_get_text(one, "rule");
        printf("HELD: %" PRId64 " email%s of rule ", emails, emails == 1 ? "" : "s");
        cli_print_text(rule);
        printf(" wait%s for your approval; \"closedrop release ", emails == 1 ? "s" : "");
        cli_print_text(rule);
        printf("\" sends %s, \"closedrop recall ", emails == 1 ? "it" : "them");
        cli_print_text(rule);
        printf("\" does not\n");
    }
}

static void print_paced(const struct json *paced)
{
    for (const struct json *one = json_first(paced); one; one = json_next(one)) {
        int64_t emails = json_get_int(one, "emails", 0);
        const char *sender = json_get_text(one, "sender");
        printf("        %" PRId64 " email%s of ", emails, emails == 1 ? "" : "s");
        cli_print_text(sender ? sender : "the key's own sender");
        printf(" wait%s for %s turn (limits.sends)\n", emails == 1 ? "s" : "",
            emails == 1 ? "its" : "their");
    }
}

static void print_blocked(const struct json *blocked)
{
    const char *message = json_get_text(blocked, "message");
    if (!message)
        return;
    printf("BLOCKED: ");
    cli_print_text(message);
    putchar('\n');
}

static void print_not_put_away(const struct json *status)
{
    int64_t count = json_get_int(status, "not_put_away", 0);
    const struct json *first = json_get(status, "first_not_put_away");
    const char *path = json_get_text(first, "path");
    if (!count)
        return;
    printf("        %" PRId64 " whose file is still to be moved\n", count);
    if (!path)
        return;
    printf("        job %" PRId64 ": %s/", json_get_int(first, "id", 0),
        json_get_text(first, "folder"));
    cli_print_text(path);
    printf(": ");
    cli_print_text(json_get_text(first, "message"));
    putchar('\n');
}

/** `Gone:   folder "faxes" is no longer in the configuration: 3 jobs wait, 1 failed; ...` */
static void print_gone(const struct json *gone, const char *what)
{
    for (const struct json *one = json_first(gone); one; one = json_next(one)) {
        int64_t waiting = json_get_int(one, "waiting", 0), failed = json_get_int(one, "failed", 0);
        const char *name = json_get_text(one, "name");
        printf("Gone:   %s \"", what);
        cli_print_text(name);
        printf("\" is no longer in the configuration: %" PRId64 " job%s", waiting,
            waiting == 1 ? " waits" : "s wait");
        if (failed)
            printf(", %" PRId64 " failed", failed);
        printf("\n        they continue when it is back under this name (closedrop list --%s \"",
            what);
        cli_print_text(name);
        printf("\" shows them, closedrop forget ID removes one)\n");
    }
}

/** The first line of why the configuration was not reloaded; check tells the rest. */
static void print_mistakes(const char *mistakes)
{
    if (!mistakes)
        return;
    CLEANUP(free_text) char *first = strndup(mistakes, strcspn(mistakes, "\n"));
    printf(
        "        the new configuration has errors and was not loaded (see \"closedrop check\"): ");
    cli_print_text(first ? first : "");
    putchar('\n');
}

static void print_status(const struct json *status)
{
    const struct json *agent = json_get(status, "agent");
    print_held(json_get(status, "held"));
    if (json_get_bool(status, "paused", false))
        printf("PAUSED: files are queued but not sent; run \"closedrop resume\" to continue\n");
    print_blocked(json_get(status, "blocked"));
    if (agent)
        printf("Agent:  closedrop %s, pid %" PRId64 ", since %s\n", json_get_text(agent, "version"),
            json_get_int(agent, "pid", 0), json_get_text(agent, "started_at"));
    else
        printf("Agent:  not running\n");
    print_mistakes(json_get_text(agent, "not_reloaded"));
    print_counts(json_get(status, "jobs"));
    print_paced(json_get(status, "paced"));
    print_not_put_away(status);
    const struct json *folders = json_get(status, "folders");
    for (const struct json *one = json_first(folders); one; one = json_next(one))
        print_folder(one);
    print_gone(json_get(status, "gone_folders"), "folder");
    print_gone(json_get(status, "gone_rules"), "rule");
    const struct json *transfers = json_get(status, "transfers");
    for (const struct json *one = json_first(transfers); one; one = json_next(one))
        print_transfer(one);
}

static int ask_and_print(const struct options *options, enum question_kind kind)
{
    const struct question question = {.kind = kind};
    struct desk desk;
    int code = cli_desk_open(options, &desk);
    if (code != EXIT_DONE)
        return code;
    CLEANUP(json_freep) struct json *answer = cli_ask(&desk, &question);
    if (answer && options->json)
        cli_print_json(answer);
    else if (answer)
        print_status(answer);
    cli_desk_close(&desk);
    return answer ? EXIT_DONE : EXIT_NOT_DONE;
}

static int status(const struct options *options)
{
    int code = ask_and_print(options, ASK_STATUS);
    while (options->watch && code == EXIT_DONE && fflush(stdout) == 0) {
        sleep(WATCH_PAUSE_S);
        printf(isatty(STDOUT_FILENO) ? "\033[H\033[2J" : "\n");
        code = ask_and_print(options, ASK_STATUS);
    }
    return code;
}

static int pause_agent(const struct options *options)
{
    return ask_and_print(options, ASK_PAUSE);
}

static int resume_agent(const struct options *options)
{
    return ask_and_print(options, ASK_RESUME);
}

const struct command command_status = {
    .name = "status",
    .allowed = "cjw",
    .arguments = "",
    .summary = "show the state of the agent, its folders and transfers",
    .help = "Shows whether the agent is running, what blocks it, its folders, and the "
            "transfers\nin progress.",
    .run = status,
};

const struct command command_pause = {
    .name = "pause",
    .allowed = "c",
    .arguments = "",
    .summary = "stop sending for now; files are still queued",
    .help = "Files are still watched and queued. Starts no new transfers; those in progress\n"
            "finish. The pause persists across restarts, until closedrop resume.",
    .run = pause_agent,
};

const struct command command_resume = {
    .name = "resume",
    .allowed = "c",
    .arguments = "",
    .summary = "continue after a pause",
    .help = "Ends a pause.",
    .run = resume_agent,
};
