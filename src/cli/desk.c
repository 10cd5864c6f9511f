/** What the commands share: the configuration, whom to ask, and what goes to stdout. */
#include "closedrop/cli/desk.h"
#include "absence.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/base/utf8.h"
#include "closedrop/config/load.h"
#include "closedrop/config/locate.h"
#include "closedrop/control/client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define MESSAGES_MAX (256 * 1024)

static struct config *load(
    const struct options *options, enum config_compare compare, struct str *messages)
{
    CLEANUP(free_text) char *file = config_locate(options->config_file);
    struct config *config = NULL;
    if (!file || config_load(file, compare, &config, messages) < 0)
        str_add(messages, messages->length ? "" : "closedrop: out of memory\n");
    return config;
}

struct config *cli_config(const struct options *options, enum config_compare compare)
{
    struct str messages = STR_INIT(MESSAGES_MAX);
    struct config *config = load(options, compare, &messages);
    fputs(str_text(&messages), stderr);
    str_release(&messages);
    return config;
}

/** What is asked needs no more of the configuration than where the agent and the queue are. */
static struct config *load_paths(const struct options *options)
{
    CLEANUP(free_text) char *file = config_locate(options->config_file);
    return file ? config_load_socket(file) : NULL;
}

static void tell_partial(const struct desk *desk, struct str *messages)
{
    int64_t started_ms, stopped_ms;
    if (client_is_without_agent(desk->client, &started_ms, &stopped_ms))
        str_printf(messages, "closedrop: the configuration has errors; this is the queue in %s\n",
            desk->config->state_dir);
    else
        str_add(
            messages, "closedrop: the agent still runs with the configuration it read before\n");
}

/** The agent, or the queue: unless it may be that of another configuration. */
static int open_client(struct desk *desk, struct str *why)
{
    bool is_agent_only = desk->config->is_partial && !desk->config->is_state_dir_known;
    return is_agent_only ? client_open_agent(desk->config, &desk->client)
                         : client_open(desk->config, &desk->client, why);
}

int cli_desk_find(const struct options *options, struct desk *ret_desk, struct str *messages)
{
    struct desk desk = {.config = load(options, CONFIG_COMPARE_PATHS, messages)};
    if (!desk.config)
        desk.config = load_paths(options);
    if (!desk.config)
        return EXIT_CONFIG;
    struct str why = STR_INIT(4096);
    int code = open_client(&desk, &why) == 0 ? EXIT_DONE
               : desk.config->is_partial     ? EXIT_CONFIG
                                             : EXIT_NOT_DONE;
    if (why.length)
        str_printf(messages, "closedrop: %s\n", str_text(&why));
    str_release(&why);
    if (code != EXIT_DONE) {
        config_release(desk.config);
        return code;
    }
    if (desk.config->is_partial)
        tell_partial(&desk, messages);
    *ret_desk = desk;
    return code;
}

int cli_desk_open(const struct options *options, struct desk *ret_desk)
{
    int64_t started_ms, stopped_ms;
    struct str messages = STR_INIT(MESSAGES_MAX);
    int code = cli_desk_find(options, ret_desk, &messages);
    if (code == EXIT_DONE && client_is_without_agent(ret_desk->client, &started_ms, &stopped_ms)) {
        absence_add(&messages, started_ms, stopped_ms);
        str_add_char(&messages, '\n');
    }
    fputs(str_text(&messages), stderr);
    str_release(&messages);
    return code;
}

void cli_desk_close(struct desk *desk)
{
    client_close(desk->client);
    config_release(desk->config);
}

struct json *cli_ask_for(
    const struct desk *desk, const struct question *question, struct str *messages)
{
    struct answer answer = client_ask(desk->client, question);
    const char *error = json_get_text(answer.body, "error");
    if (answer.status == 200 && answer.body)
        return answer.body;
    str_printf(messages, "closedrop: %s\n", error ? error : "the agent did not answer");
    json_free(answer.body);
    return NULL;
}

struct json *cli_ask(const struct desk *desk, const struct question *question)
{
    struct str messages = STR_INIT(MESSAGES_MAX);
    struct json *answer = cli_ask_for(desk, question, &messages);
    fputs(str_text(&messages), stderr);
    str_release(&messages);
    return answer;
}

bool cli_job_id(const char *text, int64_t *ret_id)
{
    char *end;
    errno = 0;
    long long id = strtoll(text, &end, 10);
    if (errno || *end || end == text || id < 1) {
        fprintf(stderr, "closedrop: \"%s\" is not a job ID; \"closedrop list\" shows them\n", text);
        return false;
    }
    *ret_id = id;
    return true;
}

void cli_print_json(const struct json *value)
{
    CLEANUP(free_text) char *text = json_print(value);
    puts(text ? text : "null");
}

void cli_print_text(const char *text)
{
    CLEANUP(free_text) char *safe = utf8_escape_copy(text);
    fputs(safe ? safe : "?", stdout);
}

bool cli_has_colours(void)
{
    const char *no_colour = getenv("NO_COLOR");
    return isatty(STDOUT_FILENO) && !(no_colour && *no_colour);
}
