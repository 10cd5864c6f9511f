/** Whether somebody can be notified: can each hook be run, do the mail server and the receiver of
 * pings answer. */
#include "notified.h"

#include "apart_check.h"

#include "closedrop/alerts/mail_server.h"
#include "closedrop/alerts/ping_receiver.h"
#include "closedrop/base/account.h"
#include "closedrop/base/remedy.h"
#include "closedrop/base/str.h"
#include "closedrop/http/http.h"
#include "closedrop/http/mail_request.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- hooks ---- */

struct finding notified_judge_hook(const struct hook_facts *facts)
{
    if (!facts->error)
        return finding_ok("hooks.%s: %s can be run", facts->kind, facts->program);
    struct finding finding = finding_wrong(
        "hooks.%s: %s cannot be run: %s", facts->kind, facts->program, strerror(facts->error));
    if (facts->error == EACCES)
        finding_remedy(&finding,
            "let the user %s run it, and enter the directories on its way: chmod a+rx %s",
            facts->user, facts->program);
    else
        finding_remedy(
            &finding, "install the program, or correct its path (hooks.%s)", facts->kind);
    return finding;
}

static int error_of(const char *program)
{
    struct stat stat_of;
    if (stat(program, &stat_of) < 0)
        return errno;
    if (!S_ISREG(stat_of.st_mode))
        return EISDIR;
    return access(program, X_OK) < 0 ? errno : 0;
}

/** An apart_check of a kind of event. */
static void check_hook(const struct diagnosis *diagnosis, const void *subject)
{
    const int *kind = subject;
    char user[ACCOUNT_NAME];
    const char *program = diagnosis->config->hooks[*kind][0];
    const struct hook_facts facts = {.kind = notice_kind_names[*kind],
        .program = program,
        .user = account_user(geteuid(), user),
        .error = error_of(program)};
    diagnosis_add(diagnosis, "hook", NULL, notified_judge_hook(&facts));
}

static void probe_hooks(const struct diagnosis *diagnosis)
{
    for (int kind = 0; kind < CONFIG_HOOKS; kind++) {
        const char *program = diagnosis->config->hooks[kind][0];
        int result = program ? apart_check_run(diagnosis, program, check_hook, &kind) : 0;
        if (result < 0)
            diagnosis_add(diagnosis, "hook", NULL, apart_check_judge_failure(program, result));
    }
}

/* ---- mail ---- */

static void judge_mail(const struct diagnosis *diagnosis, const char *why)
{
    const struct alert_settings *alert = &diagnosis->config->alert;
    const char *remedy = remedy_of(why);
    struct finding finding = finding_ok(
        "%s answers%s", alert->smtp, *alert->login_file ? ", and accepts the login" : "");
    if (*why) {
        finding = finding_wrong("%s: %.*s", alert->smtp, (int)remedy_problem_length(why), why);
        finding_remedy(&finding, "%s",
            remedy ? remedy
                   : "check alert.smtp and alert.smtp_login_file, and whether the server is "
                     "running");
    }
    diagnosis_add(diagnosis, "mail", NULL, finding);
}

/** Connect and log in. */
static void probe_mail(const struct diagnosis *diagnosis)
{
    struct str why = STR_INIT(8192);
    struct http *http = http_new();
    struct request *request =
        mail_server_request(diagnosis->config, diagnosis->config->alert.mail, "", &why);
    if (http && request) {
        request_connect_only(request);
        http_run(http, request);
        if (request_end(request) != TRANSFER_ANSWERED)
            mail_server_print_failure(request, &why);
    }
    judge_mail(diagnosis, str_text(&why));
    request_free(request);
    http_free(http);
    str_release(&why);
}

/* ---- pings ---- */

static void judge_ping(const struct diagnosis *diagnosis, const char *why)
{
    const char *remedy = remedy_of(why);
    struct finding finding = finding_ok("the receiver of pings can be reached");
    if (*why) {
        finding = finding_wrong("%.*s", (int)remedy_problem_length(why), why);
        finding_remedy(&finding, "%s",
            remedy ? remedy : "check the URL in the file that alert.ping_file names");
    }
    diagnosis_add(diagnosis, "ping", NULL, finding);
}

/** Only connect: a ping from here would say that the agent is well. */
static void probe_ping(const struct diagnosis *diagnosis)
{
    struct str why = STR_INIT(8192);
    struct http *http = http_new();
    struct request *request = ping_receiver_request(diagnosis->config, NULL, &why);
    if (http && request) {
        request_connect_only(request);
        http_run(http, request);
        if (request_end(request) != TRANSFER_ANSWERED)
            ping_receiver_print_failure(request, &why);
    }
    judge_ping(diagnosis, str_text(&why));
    request_free(request);
    http_free(http);
    str_release(&why);
}

void notified_probe(const struct diagnosis *diagnosis)
{
    if (diagnosis->is_partial)
        return;
    probe_hooks(diagnosis);
    if (diagnosis->config->alert.mail[0])
        probe_mail(diagnosis);
    if (*diagnosis->config->alert.ping_file)
        probe_ping(diagnosis);
}
