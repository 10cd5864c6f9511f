/** status, pause, resume: how the agent is, once or for as long as somebody looks. */
#include "absence.h"
#include "screen.h"
#include "status_text.h"
#include "terminal.h"

#include "closedrop/base/cells.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/base/moment.h"
#include "closedrop/base/remedy.h"
#include "closedrop/base/str.h"
#include "closedrop/cli/cli.h"
#include "closedrop/doctor/doctor.h"

#include <stdio.h>
#include <unistd.h>

#define WATCH_PAUSE_S 2
#define MESSAGES_MAX (256 * 1024)
#define SCREEN_MAX (16 * 1024 * 1024)

/** Only we know what is in the file now. */
static int add_older_configuration(const struct desk *desk, const struct json *status)
{
    struct json *agent = json_get(status, "agent");
    if (!agent || !json_get(agent, "configuration"))
        return 0;
    const struct finding finding = doctor_judge_configuration(agent, desk->config);
    if (finding.result == FINDING_OK)
        return json_add_null(agent, "older_configuration");
    CLEANUP(free_text)
    char *words = str_format("%s" REMEDY "%s", finding.message, finding.remedy);
    return json_add_text(agent, "older_configuration", words);
}

/** The status, which the caller frees; NULL with an exit status and the reason in `messages`. */
static struct json *ask(
    const struct options *options, enum question_kind kind, struct str *messages, int *ret_code)
{
    const struct question question = {.kind = kind};
    struct desk desk;
    *ret_code = cli_desk_find(options, &desk, messages);
    if (*ret_code != EXIT_DONE)
        return NULL;
    struct json *status = cli_ask_for(&desk, &question, messages);
    if (!status || add_older_configuration(&desk, status) < 0)
        *ret_code = EXIT_NOT_DONE;
    cli_desk_close(&desk);
    return status;
}

static void add_text(struct str *out, const struct json *status)
{
    const struct status_view view = {
        .out = out,
        .columns = terminal_columns(STDOUT_FILENO),
        .has_colours = cli_has_colours(),
        .now_ms = clock_wall_ms(),
    };
    status_text_add(&view, status);
}

static int ask_and_print(const struct options *options, enum question_kind kind)
{
    struct str messages = STR_INIT(MESSAGES_MAX), text = STR_INIT(SCREEN_MAX);
    int code;
    CLEANUP(json_freep) struct json *status = ask(options, kind, &messages, &code);
    fputs(str_text(&messages), stderr);
    if (status && options->json)
        cli_print_json(status);
    else if (status)
        add_text(&text, status);
    fputs(str_text(&text), stdout);
    str_release(&messages);
    str_release(&text);
    return code;
}

/* ---- --watch ---- */

static void draw(const struct options *options)
{
    struct str text = STR_INIT(SCREEN_MAX), messages = STR_INIT(MESSAGES_MAX);
    char now[MOMENT_TEXT];
    int code;
    CLEANUP(json_freep) struct json *status = ask(options, ASK_STATUS, &messages, &code);
    str_printf(&text, "closedrop status  %s  (q: quit)\n\n%s",
        moment_print(clock_wall_ms(), MOMENT_TO_THE_SECOND, now), str_text(&messages));
    if (status)
        add_text(&text, status);
    screen_draw(str_text(&text));
    str_release(&messages);
    str_release(&text);
}

static int watch_on_screen(const struct options *options)
{
    struct screen screen;
    if (screen_open(&screen) < 0)
        return EXIT_NOT_DONE;
    do
        draw(options);
    while (screen_wait(&screen, WATCH_PAUSE_S * 1000) != SCREEN_QUIT);
    screen_close(&screen);
    return EXIT_DONE;
}

/** One after the other, for a file or a terminal that only goes forward. */
static int watch_in_blocks(const struct options *options)
{
    int code = ask_and_print(options, ASK_STATUS);
    while (code == EXIT_DONE && fflush(stdout) == 0) {
        sleep(WATCH_PAUSE_S);
        if (!options->json)
            putchar('\n');
        code = ask_and_print(options, ASK_STATUS);
    }
    return code;
}

static int status(const struct options *options)
{
    if (!options->watch)
        return ask_and_print(options, ASK_STATUS);
    return terminal_can_redraw(STDOUT_FILENO) && !options->json ? watch_on_screen(options)
                                                                : watch_in_blocks(options);
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
