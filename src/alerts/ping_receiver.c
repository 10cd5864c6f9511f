/** The receiver of pings: a request to it, and whether it took one. */
#include "closedrop/alerts/ping_receiver.h"

#include "ping_url.h"

#include "closedrop/base/remedy.h"
#include "closedrop/base/str.h"
#include "closedrop/base/url.h"
#include "closedrop/files/secret_file.h"
#include "closedrop/http/request.h"

#include <string.h>

#define TIMEOUT_MS 30000
#define URL_MAX 2048
#define FAILURE_MAX (4 * URL_MAX) /* with a line in it */

/** What is wrong with the contents of the file, and what would be right; NULL: nothing. */
static const char *fault_of(const char *text, struct url *url)
{
    if (url_parse(text, url) < 0 || strchr(text, '#'))
        return "must contain one line with the URL to ping, and nothing else, e.g. "
               "https://hc-ping.com/...";
    if (!url->secure && !url_is_loopback(url))
        return "has a URL that begins with http://, so that others could read it on its way; use "
               "https:// (http is only allowed to this machine)";
    return NULL;
}

static int read_url(const char *file, char text[URL_MAX], struct url *url, struct str *why)
{
    static const struct secret_words words = {"ping file", "URL to ping"};
    int64_t changed_ns;
    if (secret_file_read(file, &words, text, URL_MAX, &changed_ns, why) < 0)
        return -1;
    const char *fault = fault_of(text, url);
    if (!fault)
        return 0;
    str_printf(why, "the ping file %s %s", file, fault);
    return -1;
}

/** Ours to build, from a URL that was checked. */
static struct request *build(
    const struct config *config, const char *text, const struct url *url, const char *problem)
{
    struct str failure = STR_INIT(FAILURE_MAX);
    const struct request_options options = {.ca_file = config->close.ca_file,
        .proxy = url_is_loopback(url) ? "" : config->close.proxy,
        .timeout_ms = TIMEOUT_MS};
    bool is_posted = problem && ping_url_of_failure(&failure, text, problem);
    struct request *request = request_new(problem ? str_text(&failure) : text, &options);
    if (request) {
        request_keep_apart(request);
        request_hide(request, url->host);
    }
    if (request && is_posted)
        request_post_text(request, problem);
    if (failure.bytes)
        explicit_bzero(failure.bytes, failure.length);
    str_release(&failure);
    return request;
}

struct request *ping_receiver_request(
    const struct config *config, const char *problem, struct str *why)
{
    char text[URL_MAX] = "";
    struct url url;
    struct request *request = NULL;
    if (read_url(config->alert.ping_file, text, &url, why) == 0) {
        request = build(config, text, &url, problem);
        if (!request)
            str_add(why, "out of memory");
    }
    explicit_bzero(text, sizeof(text));
    explicit_bzero(&url, sizeof(url));
    return request;
}

void ping_receiver_print_failure(const struct request *request, struct str *why)
{
    const char *failure = request_failure(request);
    str_printf(why, "the receiver of pings %s", transfer_end_words[request_end(request)]);
    if (*failure)
        str_printf(why, ": %s", failure);
}

/** Healthchecks.io answers with status 200 whatever it makes of a ping. */
static bool is_unknown(const char *reply)
{
    return str_starts_with(reply, "OK (not found)");
}

bool ping_receiver_took(const struct request *request, struct str *why)
{
    int status = request_status(request);
    if (request_end(request) != TRANSFER_ANSWERED)
        ping_receiver_print_failure(request, why);
    else if (status >= 300 && status < 400)
        str_printf(why,
            "the receiver of pings answers with a redirect (status %d)" REMEDY
            "write the URL that it leads to into the ping file",
            status);
    else if (status < 200 || status > 299)
        str_printf(why, "the receiver of pings answers with status %d", status);
    else if (is_unknown(request_reply(request, NULL)))
        str_add(why, "the receiver of pings does not know the URL" REMEDY
                     "write the one of an existing check into the ping file");
    return !str_text(why)[0];
}
