/** What the commands share: the configuration, whom to ask, and what goes to stdout. */
#include "closedrop/cli/desk.h"

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

struct config *cli_config(const struct options *options, enum config_compare compare)
{
    CLEANUP(free_text) char *file = config_locate(options->config_file);
    struct config *config = NULL;
    struct str problems = STR_INIT(256 * 1024);
    if (!file || config_load(file, compare, &config, &problems) < 0)
        fputs(problems.length ? str_text(&problems) : "closedrop: out of memory\n", stderr);
    str_release(&problems);
    return config;
}

/** A running agent continues with what it read before the errors came into the file. */
static int open_at_agent(const struct options *options, struct desk *ret_desk)
{
    CLEANUP(free_text) char *file = config_locate(options->config_file);
    struct desk desk = {.config = file ? config_load_socket(file) : NULL, .is_partial = true};
    if (!desk.config || client_open_agent(desk.config, &desk.client) < 0) {
        config_release(desk.config);
        return EXIT_CONFIG;
    }
    fputs("closedrop: the agent still runs with the configuration it read before\n", stderr);
    *ret_desk = desk;
    return EXIT_DONE;
}

int cli_desk_open(const struct options *options, struct desk *ret_desk)
{
    struct desk desk = {.config = cli_config(options, CONFIG_COMPARE_PATHS)};
    if (!desk.config)
        return open_at_agent(options, ret_desk);
    struct str why = STR_INIT(4096);
    int code = EXIT_DONE;
    if (client_open(desk.config, &desk.client, &why) < 0) {
        fprintf(stderr, "closedrop: %s\n", str_text(&why));
        config_release(desk.config);
        code = EXIT_NOT_DONE;
    }
    str_release(&why);
    if (code == EXIT_DONE)
        *ret_desk = desk;
    return code;
}

void cli_desk_close(struct desk *desk)
{
    client_close(desk->client);
    config_release(desk->config);
}

struct json *cli_ask(const struct desk *desk, const struct question *question)
{
    struct answer answer = client_ask(desk->client, question);
    const char *error = json_get_text(answer.body, "error");
    if (answer.status == 200 && answer.body)
        return answer.body;
    fprintf(stderr, "closedrop: %s\n", error ? error : "the agent did not answer");
    json_free(answer.body);
    return NULL;
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
