/** logout: Close revokes the tokens of a login, and they are forgotten here. */
#include "login_desk.h"

#include "closedrop/base/str.h"

#include <stdio.h>
#include <string.h>

/** Returns the outcome; a token that Close does not know is not valid either. */
static enum oauth_result revoke(struct login_desk *desk, struct str *why)
{
    const struct oauth_app app = login_desk_app(desk);
    struct request *request = oauth_revoke(&app, desk->login.refresh_token);
    if (!login_desk_run(desk, request))
        return OAUTH_UNSENT;
    const struct oauth_answer answer = oauth_answer(request);
    enum oauth_result result = oauth_read_revoked(&answer, why);
    request_free(request);
    return result == OAUTH_ENDED ? OAUTH_GRANTED : result;
}

static int log_out(struct login_desk *desk)
{
    struct str why = STR_INIT(4096);
    if (!*desk->login.access_token) {
        puts("Nobody is logged in.");
        return EXIT_DONE;
    }
    enum oauth_result result = revoke(desk, &why);
    int code = EXIT_DONE;
    if (result == OAUTH_GRANTED) {
        login_end(&desk->login);
        code = login_desk_store(desk);
    } else {
        fprintf(stderr,
            "closedrop: %s; the login may still be valid in Close, so it is kept here; try again: "
            "\"closedrop logout\"\n",
            str_text(&why));
        code = result == OAUTH_REFUSED ? EXIT_KEY_REFUSED : EXIT_NOT_DONE;
    }
    if (code == EXIT_DONE)
        puts("Logged out. New files stay queued until somebody logs in.");
    str_release(&why);
    return code;
}

static int logout(const struct options *options)
{
    struct login_desk desk;
    int code = login_desk_open(options, &desk);
    if (code == EXIT_DONE)
        code = login_desk_lock(&desk);
    if (code == EXIT_DONE)
        code = log_out(&desk);
    login_desk_close(&desk);
    return code;
}

const struct command command_logout = {
    .name = "logout",
    .allowed = "c",
    .arguments = "",
    .summary = "log out of Close again",
    .help =
        "Has Close revoke the tokens of \"closedrop login\", and forgets them. Files stay queued\n"
        "until somebody logs in. If Close does not answer, the login is kept, so that it can\n"
        "be tried again. Exit status 77: Close refuses the app.",
    .run = logout,
};
