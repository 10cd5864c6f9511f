/** page: the address of the page in the browser, with the token that opens it. */
#include "closedrop/base/cleanup.h"
#include "closedrop/base/str.h"
#include "closedrop/cli/cli.h"
#include "closedrop/config/listen_address.h"
#include "closedrop/control/client.h"
#include "closedrop/control/tokens.h"

#include <stdio.h>
#include <string.h>

/** Why there is no page on TCP. Returns false if there is one. */
static bool tell_why_not(const struct config *config, const struct tokens *tokens)
{
    const char *listen = config->http.listen;
    if (!*listen)
        fprintf(stderr,
            "closedrop: there is no page, because http.listen is not set; write http = { listen = "
            "\"127.0.0.1:8674\"; token_file = \"/etc/closedrop/token\"; }; in %s and restart "
            "closedrop\n",
            config->file);
    else if (str_starts_with(listen, LISTEN_UNIX))
        fprintf(stderr,
            "closedrop: the page is on the Unix socket %s, which no browser can open; a reverse "
            "proxy can serve it\n",
            listen + strlen(LISTEN_UNIX));
    else if (!tokens_exist(tokens))
        fprintf(stderr,
            "closedrop: there is no page, because no token is set; write a token into a file "
            "(openssl rand -hex 32), name it as http.token_file in %s, and reload closedrop\n",
            config->file);
    else
        return false;
    return true;
}

/** A page that does not open is not to puzzle anybody. */
static void tell_if_stopped(const struct config *config)
{
    struct client *client = NULL;
    if (client_open_agent(config, &client) == 0)
        client_close(client);
    else
        fputs("closedrop: no agent is running; the page opens once it is\n", stderr);
}

static int print_address(const struct config *config)
{
    struct str why = STR_INIT(4096);
    struct tokens tokens = {"", ""};
    int code = EXIT_NOT_DONE;
    if (tokens_load(config, &tokens, &why) < 0) {
        fprintf(stderr, "closedrop: %s\n", str_text(&why));
    } else if (!tell_why_not(config, &tokens)) {
        tell_if_stopped(config);
        printf("http://%s/#%s\n", config->http.listen, *tokens.write ? tokens.write : tokens.read);
        code = EXIT_DONE;
    }
    tokens_erase(&tokens);
    str_release(&why);
    return code;
}

static int page(const struct options *options)
{
    struct config *config = cli_config(options, CONFIG_COMPARE_PATHS);
    int code = config ? print_address(config) : EXIT_CONFIG;
    config_release(config);
    return code;
}

const struct command command_page = {
    .name = "page",
    .allowed = "c",
    .arguments = "",
    .summary = "print the address of the page in the browser",
    .help = "Prints the address of the page that shows folders, files and problems in a browser.\n"
            "Behind the \"#\" is the token in http.token_file (or else http.read_token_file):\n"
            "whoever has the address can see everything, and with the first also change it.",
    .run = page,
};
