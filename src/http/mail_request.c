/** A mail as a transfer of libcurl. */
#include "closedrop/http/mail_request.h"

#include "request_state.h"

#include "closedrop/base/url.h"

#include <string.h>

/** To another machine nothing goes without TLS; on this one, a server's certificate has another
 * name. */
static void set_security(
    struct request *request, const struct url *url, const struct request_options *options)
{
    bool is_plain = url_is_loopback(url) && !url->secure;
    SET(request, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    SET(request, CURLOPT_USE_SSL, is_plain ? (long)CURLUSESSL_NONE : (long)CURLUSESSL_ALL);
    SET(request, CURLOPT_SSL_VERIFYPEER, 1L);
    SET(request, CURLOPT_SSL_VERIFYHOST, 2L);
    SET(request, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (options->ca_file && *options->ca_file)
        SET(request, CURLOPT_CAINFO, options->ca_file);
    SET(request, CURLOPT_PROXY, "");
    SET(request, CURLOPT_NOPROXY, "*");
    SET(request, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
}

static void set_recipients(struct request *request, char *const *to)
{
    for (; *to; to++) {
        struct curl_slist *more = curl_slist_append(request->headers, *to);
        request_check(request, more ? CURLE_OK : CURLE_OUT_OF_MEMORY);
        request->headers = more ? more : request->headers;
    }
    SET(request, CURLOPT_MAIL_RCPT, request->headers);
    SET(request, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L); /* one that is gone costs the others nothing */
}

/** Each line that the server says; the last one that refuses something is kept. */
static size_t take_line(char *bytes, size_t one, size_t length, void *context)
{
    struct request *request = context;
    (void)one;
    size_t end = length;
    while (end && strchr("\r\n", bytes[end - 1]))
        end--;
    if (!end || (*bytes != '4' && *bytes != '5'))
        return length;
    str_clear(&request->reply);
    str_add_bytes(&request->reply, bytes, end);
    return length;
}

static void set_login(struct request *request, const struct mail_envelope *envelope)
{
    if (!envelope->user)
        return;
    SET(request, CURLOPT_USERNAME, envelope->user);
    SET(request, CURLOPT_PASSWORD, envelope->password);
    request_hide(request, envelope->password);
}

struct request *mail_request(const struct mail_envelope *envelope,
    const struct request_options *options, const char *message)
{
    struct request *request = request_make(options);
    struct url url;
    if (!request)
        return NULL;
    request_keep_apart(request);
    if (url_parse_smtp(envelope->server, &url) < 0) {
        request_check(request, CURLE_URL_MALFORMAT);
        return request;
    }
    SET(request, CURLOPT_URL, envelope->server);
    set_security(request, &url, options);
    set_login(request, envelope);
    set_recipients(request, envelope->to);
    SET(request, CURLOPT_MAIL_FROM, envelope->from);
    SET(request, CURLOPT_HEADERFUNCTION, take_line);
    SET(request, CURLOPT_HEADERDATA, request);
    request_send_once(request, message);
    SET(request, CURLOPT_UPLOAD, 1L);
    return request;
}

const char *mail_request_refusal(const struct request *request)
{
    return str_text(&request->reply);
}
