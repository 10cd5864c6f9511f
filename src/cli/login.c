/** login: somebody allows closedrop to act for them in Close, and the tokens for that are kept. */
#include "login_desk.h"

#include "closedrop/base/str.h"
#include "closedrop/close/reply.h"
#include "closedrop/work/fresh_key.h"

#include <stdio.h>
#include <string.h>

/** A line that is pasted: an address with a code in it. */
#define PASTED 8192

static void print_instructions(const struct config *config)
{
    struct str url = STR_INIT(4096);
    oauth_add_authorize_url(&url, config->close.client_id);
    printf("Open this address in a browser, choose the organization, and allow access:\n\n"
           "    %s\n\n"
           "The browser is then sent to an address with \"code=\" in it; the page need not exist.\n"
           "Paste that address, or only the code, and press Enter: ",
        str_text(&url));
    fflush(stdout);
    str_release(&url);
}

static int read_code(char ret_code[OAUTH_CODE])
{
    char pasted[PASTED] = "";
    struct str why = STR_INIT(1024);
    bool is_read = fgets(pasted, sizeof(pasted), stdin) != NULL;
    int result = oauth_read_code(is_read ? pasted : "", ret_code, &why);
    putchar('\n');
    if (result < 0)
        fprintf(stderr, "closedrop: %s\n", str_text(&why));
    explicit_bzero(pasted, sizeof(pasted));
    str_release(&why);
    return result < 0 ? EXIT_NOT_DONE : EXIT_DONE;
}

/** What to do where it did not work out. */
static const char *const remedies[] = {
    [OAUTH_GRANTED] = "",
    [OAUTH_ENDED] = "a code is good only once, and not for long; try again: \"closedrop login\"",
    [OAUTH_REFUSED] = "check close.oauth: the client ID and secret must be those of the app",
    [OAUTH_UNSENT] = "try again: \"closedrop login\"",
    [OAUTH_UNCLEAR] = "try again: \"closedrop login\"",
};

/** Exchange the code for tokens. `ret_before`: the user who was logged in until now. */
static int exchange(struct login_desk *desk, const char *code, char ret_before[LOGIN_TEXT_MAX + 1])
{
    const struct oauth_app app = login_desk_app(desk);
    struct str why = STR_INIT(4096);
    struct request *request = oauth_exchange(&app, code);
    if (!login_desk_run(desk, request))
        return EXIT_NOT_DONE;
    memcpy(ret_before, desk->login.user_id, sizeof(desk->login.user_id));
    desk->login.user_id[0] = '\0';
    const struct oauth_answer answer = oauth_answer(request);
    enum oauth_result result = oauth_read(&answer, &desk->login, &why);
    request_free(request);
    if (result == OAUTH_GRANTED) {
        snprintf(desk->login.client_id, sizeof(desk->login.client_id), "%s", app.client_id);
        const struct login_now now = login_now();
        login_begin(&desk->login, &now);
    } else {
        fprintf(stderr, "closedrop: %s; %s\n", str_text(&why), remedies[result]);
    }
    str_release(&why);
    return result == OAUTH_GRANTED                             ? login_desk_store(desk)
           : result == OAUTH_UNSENT || result == OAUTH_UNCLEAR ? EXIT_NOT_DONE
                                                               : EXIT_KEY_REFUSED;
}

/** Say who it is, as Close knows them. */
static void print_who(struct login_desk *desk)
{
    struct key key = {.file = NULL};
    struct str who = STR_INIT(1024), why = STR_INIT(4096);
    const struct fresh_key fresh = {
        desk->config, desk->http, &key, desk->config->limits.timeout_ms};
    struct request *request = NULL;
    size_t length = 0;
    if (config_key(desk->config, &key, &why) == 0)
        request = fresh_key_ask_me(&fresh, &why);
    const char *body = request ? request_reply(request, &length) : "";
    if (reply_is_me(body, length))
        reply_add_me(&who, body, length);
    printf("Logged in%s%s.\n", who.length ? " as " : "", str_text(&who));
    request_free(request);
    key_release(&key);
    str_release(&who);
    str_release(&why);
}

/** What one user has uploaded, another cannot attach. */
static void tell_other_user(const struct login_desk *desk, const char *before)
{
    const char *now = desk->login.user_id;
    if (*before && *now && strcmp(before, now) != 0)
        printf("Another user was logged in before (%s). Files belong to the user who uploads them: "
               "those that were uploaded, but are not filed yet, may be refused by Close, and must "
               "then be tried again (closedrop retry).\n",
            before);
}

static int log_in(struct login_desk *desk)
{
    char code[OAUTH_CODE], before[LOGIN_TEXT_MAX + 1];
    print_instructions(desk->config);
    int result = read_code(code);
    if (result == EXIT_DONE)
        result = login_desk_lock(desk);
    if (result == EXIT_DONE)
        result = exchange(desk, code, before);
    explicit_bzero(code, sizeof(code));
    login_desk_unlock(desk);
    if (result == EXIT_DONE) {
        print_who(desk);
        tell_other_user(desk, before);
    }
    return result;
}

static int login(const struct options *options)
{
    struct login_desk desk;
    int code = login_desk_open(options, &desk);
    if (code == EXIT_DONE)
        code = log_in(&desk);
    login_desk_close(&desk);
    return code;
}

const struct command command_login = {
    .name = "login",
    .allowed = "c",
    .arguments = "",
    .summary = "log in to Close with OAuth, instead of an API key",
    .help = "Prints the address at which you allow closedrop to act for you in Close, and reads\n"
            "what you paste from there: the code, or the address with it. The tokens are kept in\n"
            "state_dir, and renewed by whoever needs them, agent or command. Needs close.oauth;\n"
            "run it as the user that closedrop runs as, or as root. A running agent continues by\n"
            "itself. Exit status 77: Close refuses the code or the app.",
    .run = login,
};
