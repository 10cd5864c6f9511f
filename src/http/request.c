/** One libcurl transfer: its options, its callbacks, its bounded reply. */
#include "closedrop/http/request.h"

#include "request_state.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/digest.h"
#include "closedrop/base/url.h"

#include <stdlib.h>
#include <string.h>

/** S3 closes idle connections, some after only 5 s; an older one would only fail. */
#define CONNECTION_AGE_MAX_S 5L
/** What may go only once takes no connection that may be about to be closed: libcurl would find out
 * too late, and then nobody knows for a while whether it was created. */
#define ONCE_AGE_MAX_S 1L
#define CONNECT_MAX_MS 10000
/** A request's JSON: two bodies of a mebibyte with every character escaped, and then some. */
#define REQUEST_MAX (16 * 1024 * 1024)
/** What is sent for longer than its request takes is read in larger pieces than libcurl's 64 KiB.
 */
#define LARGE_FILE (4 * 1024 * 1024)
#define LARGE_FILE_BUFFER (256 * 1024L)

const char *const transfer_end_words[TRANSFER_ENDS] = {
    [TRANSFER_RUNNING] = "is still running",
    [TRANSFER_ANSWERED] = "was answered",
    [TRANSFER_UNREACHABLE] = "could not be reached",
    [TRANSFER_UNTRUSTED] = "presented a certificate that is not trusted",
    [TRANSFER_TIMED_OUT] = "made no progress in time",
    [TRANSFER_CUT] = "broke the connection",
    [TRANSFER_SOURCE] = "was not sent the whole file",
    [TRANSFER_TOO_MUCH] = "sent a reply that is too large",
    [TRANSFER_IMPOSSIBLE] = "could not be asked",
};

void request_check(struct request *request, CURLcode code)
{
    if (request->building == CURLE_OK)
        request->building = code;
}

static size_t take_reply(char *bytes, size_t one, size_t length, void *context)
{
    struct request *request = context;
    (void)one;
    str_add_bytes(&request->reply, bytes, length);
    return str_error(&request->reply) ? 0 : length;
}

/** libcurl tells the counters; any change is progress (http.c looks at the clock). */
static int take_progress(
    void *context, curl_off_t total_down, curl_off_t down, curl_off_t total_up, curl_off_t up)
{
    struct request *request = context;
    (void)total_down;
    (void)total_up;
    if (down + up != request->progress.bytes) {
        request->progress.bytes = down + up;
        request->progress.moved_ms = clock_steady_ms();
    }
    return 0;
}

static void set_security(
    struct request *request, const struct url *url, const struct request_options *options)
{
    bool plain = options->unix_socket || url_is_loopback(url);
    SET(request, CURLOPT_PROTOCOLS_STR, plain ? "http,https" : "https");
    SET(request, CURLOPT_FOLLOWLOCATION, 0L);
    SET(request, CURLOPT_SSL_VERIFYPEER, 1L);
    SET(request, CURLOPT_SSL_VERIFYHOST, 2L);
    SET(request, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (options->ca_file && *options->ca_file)
        SET(request, CURLOPT_CAINFO, options->ca_file);
    SET(request, CURLOPT_PROXY, options->proxy ? options->proxy : "");
    if (!options->proxy || !*options->proxy)
        SET(request, CURLOPT_NOPROXY, "*");
    SET(request, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    SET(request, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
}

static void set_manners(struct request *request, const struct request_options *options)
{
    long connect_ms =
        options->timeout_ms < CONNECT_MAX_MS ? (long)options->timeout_ms : (long)CONNECT_MAX_MS;
    SET(request, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(request, CURLOPT_NOSIGNAL, 1L);
    SET(request, CURLOPT_QUICK_EXIT, 1L);
    SET(request, CURLOPT_CONNECTTIMEOUT_MS, connect_ms);
    SET(request, CURLOPT_MAXAGE_CONN, CONNECTION_AGE_MAX_S);
    SET(request, CURLOPT_TCP_KEEPALIVE, 1L);
    SET(request, CURLOPT_USERAGENT, "closedrop/" CLOSEDROP_VERSION);
    SET(request, CURLOPT_ERRORBUFFER, request->failure);
    SET(request, CURLOPT_WRITEFUNCTION, take_reply);
    SET(request, CURLOPT_WRITEDATA, request);
    SET(request, CURLOPT_NOPROGRESS, 0L);
    SET(request, CURLOPT_XFERINFOFUNCTION, take_progress);
    SET(request, CURLOPT_XFERINFODATA, request);
    SET(request, CURLOPT_PRIVATE, request);
    if (options->unix_socket)
        SET(request, CURLOPT_UNIX_SOCKET_PATH, options->unix_socket);
}

struct request *request_make(const struct request_options *options)
{
    struct request *request = calloc(1, sizeof(*request));
    if (!request)
        return NULL;
    request->reply = (struct str)STR_INIT(REPLY_MAX);
    request->once = (struct str)STR_INIT(REQUEST_MAX);
    request->key = (struct str)STR_INIT(16384);
    request->timeout_ms = options->timeout_ms;
    request->easy = curl_easy_init();
    if (!request->easy) {
        request_free(request);
        return NULL;
    }
    set_manners(request, options);
    return request;
}

struct request *request_new(const char *text, const struct request_options *options)
{
    struct request *request = request_make(options);
    struct url url;
    if (!request)
        return NULL;
    if (url_parse(text, &url) < 0) {
        request_check(request, CURLE_URL_MALFORMAT);
        return request;
    }
    SET(request, CURLOPT_URL, text);
    set_security(request, &url, options);
    return request;
}

static void erase(struct str *text)
{
    if (text->bytes)
        explicit_bzero(text->bytes, text->length);
}

void request_free(struct request *request)
{
    if (!request)
        return;
    curl_easy_cleanup(request->easy);
    curl_mime_free(request->form);
    curl_slist_free_all(request->headers);
    if (request->is_secret) {
        erase(&request->reply);
        erase(&request->once);
    }
    str_release(&request->reply);
    str_release(&request->once);
    erase(&request->key);
    str_release(&request->key);
    free(request);
}

void request_count_for(struct request *request, int group)
{
    request->group = group;
}

int request_group(const struct request *request)
{
    return request->group;
}

int64_t request_began_ms(const struct request *request)
{
    return request->progress.started_ms;
}

void request_header(struct request *request, const char *line)
{
    struct curl_slist *more = curl_slist_append(request->headers, line);
    if (!more) {
        request_check(request, CURLE_OUT_OF_MEMORY);
        return;
    }
    request->headers = more;
    SET(request, CURLOPT_HTTPHEADER, request->headers);
}

void request_authorize(struct request *request, const char *key)
{
    struct str pair = STR_INIT(8192);
    struct str line = STR_INIT(16384);
    request_hide(request, key);
    str_printf(&pair, "%s:", key);
    str_add(&line, "Authorization: Basic ");
    digest_add_base64(&line, str_text(&pair), pair.length);
    request_header(request, str_text(&line));
    erase(&pair);
    erase(&line);
    str_release(&pair);
    str_release(&line);
}

void request_authorize_bearer(struct request *request, const char *token)
{
    struct str line = STR_INIT(16384);
    str_add(&request->key, token);
    str_printf(&line, "Authorization: Bearer %s", token);
    request_header(request, str_text(&line));
    erase(&line);
    str_release(&line);
}

void request_post_json(struct request *request, const char *json)
{
    request_header(request, "Content-Type: application/json");
    request_header(request, "Expect:");
    SET(request, CURLOPT_COPYPOSTFIELDS, json);
}

void request_post_text(struct request *request, const char *line)
{
    request_header(request, "Content-Type: text/plain; charset=utf-8");
    request_header(request, "Expect:");
    SET(request, CURLOPT_COPYPOSTFIELDS, line);
}

void request_keep_apart(struct request *request)
{
    request->is_apart = true;
}

void request_hide(struct request *request, const char *secret)
{
    str_add(&request->key, secret);
}

void request_connect_only(struct request *request)
{
    SET(request, CURLOPT_UPLOAD, 0L);
    SET(request, CURLOPT_CONNECT_ONLY, 1L);
}

static size_t read_once(char *buffer, size_t one, size_t room, void *context)
{
    struct request *request = context;
    size_t left = request->once.length - request->once_sent;
    size_t length = left < one * room ? left : one * room;
    memcpy(buffer, str_text(&request->once) + request->once_sent, length);
    request->once_sent += length;
    return length;
}

void request_send_once(struct request *request, const char *body)
{
    str_add(&request->once, body);
    if (str_error(&request->once))
        request_check(request, CURLE_OUT_OF_MEMORY);
    SET(request, CURLOPT_READFUNCTION, read_once); /* and no SEEKFUNCTION */
    SET(request, CURLOPT_READDATA, request);
}

void request_post_once(struct request *request, const char *body)
{
    request_send_once(request, body);
    request_header(request, "Expect:");
    SET(request, CURLOPT_POST, 1L);
    SET(request, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->once.length);
    SET(request, CURLOPT_MAXAGE_CONN, ONCE_AGE_MAX_S);
}

void request_post_json_once(struct request *request, const char *json)
{
    request_header(request, "Content-Type: application/json");
    request_post_once(request, json);
}

void request_put_json_once(struct request *request, const char *json)
{
    request_post_json_once(request, json);
    SET(request, CURLOPT_CUSTOMREQUEST, "PUT");
}

const char *request_posted(const struct request *request)
{
    return str_text(&request->once);
}

/** One more part of the form, NULL when memory is short. */
static curl_mimepart *add_part(struct request *request, const char *name)
{
    if (!request->form) {
        request->form = curl_mime_init(request->easy);
        SET(request, CURLOPT_MIMEPOST, request->form);
    }
    curl_mimepart *part = request->form ? curl_mime_addpart(request->form) : NULL;
    request_check(request, part ? curl_mime_name(part, name) : CURLE_OUT_OF_MEMORY);
    return part;
}

void request_form_field(struct request *request, const char *name, const char *value)
{
    curl_mimepart *part = add_part(request, name);
    if (part)
        request_check(request, curl_mime_data(part, value, strlen(value)));
}

static size_t read_source(char *buffer, size_t one, size_t room, void *context)
{
    struct request *request = context;
    size_t allowed = shaper_allow(request->shaper, &request->shaped, one * room);
    if (!allowed)
        return CURL_READFUNC_PAUSE;
    int64_t got = request->source.read(request->source.context, buffer, allowed);
    if (got < 0)
        return CURL_READFUNC_ABORT;
    if (got == 0) {
        shaper_lack_bytes(&request->shaped);
        return CURL_READFUNC_PAUSE;
    }
    shaper_note_sent(&request->shaped, got);
    return (size_t)got;
}

void request_continue(struct request *request)
{
    shaper_have_bytes(&request->shaped);
}

static int rewind_source(void *context, curl_off_t offset, int origin)
{
    struct request *request = context;
    bool to_start = offset == 0 && origin == SEEK_SET;
    bool done = to_start && request->source.rewind(request->source.context) == 0;
    return done ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

void request_form_file(struct request *request, int64_t size, const char *content_type,
    const struct body_source *source)
{
    curl_mimepart *part = add_part(request, "file");
    if (!part)
        return;
    request->source = *source;
    if (size >= LARGE_FILE)
        SET(request, CURLOPT_UPLOAD_BUFFERSIZE, LARGE_FILE_BUFFER);
    request_check(request, curl_mime_filename(part, REQUEST_FORM_FILENAME));
    request_check(request, curl_mime_type(part, content_type));
    request_check(
        request, curl_mime_data_cb(part, size, read_source, rewind_source, NULL, request));
}

static enum transfer_end end_of(CURLcode code)
{
    switch (code) {
    case CURLE_OK:
        return TRANSFER_ANSWERED;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
        return TRANSFER_UNREACHABLE;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
        return TRANSFER_UNTRUSTED;
    case CURLE_OPERATION_TIMEDOUT:
        return TRANSFER_TIMED_OUT;
    case CURLE_ABORTED_BY_CALLBACK:
    case CURLE_READ_ERROR:
        return TRANSFER_SOURCE;
    case CURLE_WRITE_ERROR:
        return TRANSFER_TOO_MUCH;
    case CURLE_OUT_OF_MEMORY:
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_BAD_FUNCTION_ARGUMENT:
    case CURLE_UNKNOWN_OPTION:
    case CURLE_NOT_BUILT_IN:
        return TRANSFER_IMPOSSIBLE;
    default:
        return TRANSFER_CUT;
    }
}

bool request_was_sent(const struct request *request)
{
    long sent = 0;
    curl_easy_getinfo(request->easy, CURLINFO_REQUEST_SIZE, &sent);
    return sent > 0;
}

/** A server that repeats the key must not bring it into our log, queue and error texts. */
static void hide_key(struct request *request)
{
    size_t length = request->key.length;
    char *at = request->reply.bytes;
    if (!length || !at)
        return;
    while ((at = memmem(at, (size_t)(request->reply.bytes + request->reply.length - at),
                str_text(&request->key), length)) != NULL) {
        memset(at, '*', length);
        at += length;
    }
}

/** libcurl names the host in it, in the case it was written in. */
static void hide_key_in_failure(struct request *request)
{
    size_t length = request->key.length;
    char *at = request->failure;
    while (length && (at = strcasestr(at, str_text(&request->key))) != NULL) {
        memset(at, '*', length);
        at += length;
    }
}

void request_ended(struct request *request, CURLcode code)
{
    hide_key(request);
    hide_key_in_failure(request);
    request->end = end_of(code);
    /* a time-out before a byte was sent is one of the connection */
    if (request->end == TRANSFER_TIMED_OUT && !request_was_sent(request))
        request->end = TRANSFER_UNREACHABLE;
    if (!request->failure[0] && code != CURLE_OK)
        strncpy(request->failure, curl_easy_strerror(code), sizeof(request->failure) - 1);
}

enum transfer_end request_end(const struct request *request)
{
    return request->end;
}

int request_status(const struct request *request)
{
    long status = 0;
    curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &status);
    return (int)status;
}

const char *request_reply(const struct request *request, size_t *ret_length)
{
    if (ret_length)
        *ret_length = request->reply.length;
    return str_text(&request->reply);
}

const char *request_reply_header(const struct request *request, const char *name)
{
    struct curl_header *header = NULL;
    CURLHcode code = curl_easy_header(request->easy, name, 0, CURLH_HEADER, -1, &header);
    return code == CURLHE_OK ? header->value : NULL;
}

const char *request_failure(const struct request *request)
{
    return request->failure;
}

int64_t request_sent(const struct request *request)
{
    curl_off_t sent = 0;
    curl_easy_getinfo(request->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
    return sent;
}
