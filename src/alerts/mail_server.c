/** The mail server that is configured: a request to it, with its login, and why one failed. */
#include "closedrop/alerts/mail_server.h"

#include "closedrop/base/str.h"
#include "closedrop/files/secret_file.h"
#include "closedrop/http/mail_request.h"

#include <string.h>

#define TIMEOUT_MS 60000
#define LOGIN_MAX 1024

/** "user:password"; -1 with the reason added to `why`. */
static int read_login(
    const char *file, char login[LOGIN_MAX], struct mail_envelope *envelope, struct str *why)
{
    static const struct secret_words words = {"login file", "user and password"};
    int64_t changed_ns;
    if (!*file)
        return 0;
    if (secret_file_read(file, &words, login, LOGIN_MAX, &changed_ns, why) < 0)
        return -1;
    char *colon = strchr(login, ':');
    if (!colon || strpbrk(login, "\r\n")) {
        str_printf(why, "the login file %s must contain one line of the form user:password", file);
        return -1;
    }
    *colon = '\0';
    envelope->user = login;
    envelope->password = colon + 1;
    return 0;
}

struct request *mail_server_request(
    const struct config *config, char *const *to, const char *message, struct str *why)
{
    char login[LOGIN_MAX] = "";
    const struct alert_settings *alert = &config->alert;
    struct mail_envelope envelope = {.server = alert->smtp, .from = alert->from, .to = to};
    const struct request_options options = {
        .ca_file = config->close.ca_file, .timeout_ms = TIMEOUT_MS};
    struct request *request = NULL;
    if (read_login(alert->login_file, login, &envelope, why) == 0) {
        request = mail_request(&envelope, &options, message);
        if (!request)
            str_add(why, "out of memory");
    }
    explicit_bzero(login, sizeof(login));
    return request;
}

void mail_server_print_failure(const struct request *request, struct str *why)
{
    const char *refusal = mail_request_refusal(request);
    if (*refusal)
        str_printf(why, "the mail server refuses it: %s", refusal);
    else
        str_printf(why, "the mail server %s: %s", transfer_end_words[request_end(request)],
            request_failure(request));
}
