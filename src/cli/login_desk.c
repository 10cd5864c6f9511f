/** Opens what logging in and out needs, and closes it without a trace. */
#include "login_desk.h"

#include "closedrop/base/account.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/core_file.h"
#include "closedrop/base/str.h"
#include "closedrop/close/login_file.h"
#include "closedrop/config/service_account.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define POLL_MS 50

/** A login that root keeps would be of no use to the service. */
static int become_service(const struct config *config)
{
    const char *what;
    uid_t uid = service_account(config, &what);
    char user[ACCOUNT_NAME];
    if (geteuid() != 0 || uid == 0 || account_become(uid) == 0)
        return EXIT_DONE;
    fprintf(stderr, "closedrop: cannot become the user %s, who is to keep the login\n",
        account_user(uid, user));
    return EXIT_NOT_DONE;
}

static int complain(const struct str *why, int code)
{
    fprintf(stderr, "closedrop: %s\n", str_text(why));
    return code;
}

static int read_secret(struct login_desk *desk)
{
    struct str why = STR_INIT(4096);
    int code = EXIT_DONE;
    if (renewal_secret(desk->config->close.client_secret_file, desk->secret, &why) < 0)
        code = complain(&why, EXIT_CONFIG);
    str_release(&why);
    return code;
}

int login_desk_open(const struct options *options, struct login_desk *ret_desk)
{
    struct login_desk *desk = ret_desk;
    core_file_forbid();
    *desk = (struct login_desk){.config = cli_config(options, CONFIG_COMPARE_PATHS), .lock = -1};
    if (!desk->config)
        return EXIT_CONFIG;
    if (!desk->config->close.client_id) {
        fprintf(stderr,
            "closedrop: close.oauth is not set, so there is nothing to log in to; see \"Signing in "
            "with OAuth\" in closedrop.conf(5)\n");
        return EXIT_CONFIG;
    }
    int code = become_service(desk->config);
    if (code == EXIT_DONE)
        code = read_secret(desk);
    desk->http = http_new();
    return code == EXIT_DONE && !desk->http ? EXIT_NOT_DONE : code;
}

void login_desk_close(struct login_desk *desk)
{
    login_desk_unlock(desk);
    http_free(desk->http);
    login_erase(&desk->login);
    explicit_bzero(desk->secret, sizeof(desk->secret));
    config_release(desk->config);
}

static void load(struct login_desk *desk)
{
    struct str why = STR_INIT(4096);
    int64_t changed_ns;
    if (login_load(desk->config->state_dir, &desk->login, &changed_ns, &why) < 0)
        fprintf(stderr, "closedrop: %s\n", str_text(&why));
    str_release(&why);
}

int login_desk_lock(struct login_desk *desk)
{
    int64_t until = clock_steady_ms() + 2 * desk->config->limits.timeout_ms;
    struct str why = STR_INIT(4096);
    desk->lock = login_lock(desk->config->state_dir, &why);
    while (desk->lock == -EAGAIN && clock_steady_ms() < until) {
        usleep(POLL_MS * 1000);
        desk->lock = login_lock(desk->config->state_dir, &why);
    }
    if (desk->lock == -EAGAIN)
        str_add(&why, "another closedrop is renewing the login, and does not end");
    int code = desk->lock < 0 ? complain(&why, EXIT_NOT_DONE) : EXIT_DONE;
    str_release(&why);
    if (code == EXIT_DONE)
        load(desk);
    return code;
}

void login_desk_unlock(struct login_desk *desk)
{
    login_unlock(desk->lock);
    desk->lock = -1;
}

struct oauth_app login_desk_app(const struct login_desk *desk)
{
    const struct renewal_plan plan = config_renewal(desk->config);
    return (struct oauth_app){plan.api_url, plan.client_id, desk->secret, plan.options};
}

bool login_desk_run(struct login_desk *desk, struct request *request)
{
    if (!request) {
        fputs("closedrop: there is not enough memory\n", stderr);
        return false;
    }
    http_run(desk->http, request);
    http_stop(desk->http, request);
    return true;
}

int login_desk_store(struct login_desk *desk)
{
    struct str why = STR_INIT(4096);
    int code = EXIT_DONE;
    if (login_store(desk->config->state_dir, &desk->login, &why) < 0)
        code = complain(&why, EXIT_NOT_DONE);
    str_release(&why);
    return code;
}
