/** The loop around libcurl's multi interface: what is started, what is in progress, what has ended.
 */
#include "closedrop/http/http.h"

#include "request_state.h"
#include "sockets.h"

#include "closedrop/base/clock.h"

#include <errno.h>
#include <stdlib.h>

/** How many connections are kept for another request. */
#define CONNECTIONS_KEPT 64L

struct http {
    CURLM *multi;
    CURLSH *share; /* TLS sessions: without it every new handle begins with a full handshake */
    struct request *running;
    size_t running_count;
    struct sockets sockets;
    struct shaper shaper;
};

struct http *http_new(void)
{
    struct http *http = calloc(1, sizeof(*http));
    if (!http || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        free(http);
        return NULL;
    }
    http->multi = curl_multi_init();
    http->share = curl_share_init();
    if (!http->multi || !http->share || sockets_reserve(&http->sockets, 0) < 0 ||
        curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, sockets_want) != CURLM_OK ||
        curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, &http->sockets) != CURLM_OK ||
        curl_share_setopt(http->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION) != CURLSHE_OK ||
        curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, CONNECTIONS_KEPT) != CURLM_OK) {
        http_free(http);
        return NULL;
    }
    return http;
}

void http_free(struct http *http)
{
    if (!http)
        return;
    curl_multi_cleanup(http->multi);
    curl_share_cleanup(http->share);
    sockets_release(&http->sockets);
    free(http);
    curl_global_cleanup();
}

int http_start(struct http *http, struct request *request)
{
    request->end = TRANSFER_RUNNING;
    int64_t now = clock_steady_ms();
    request->shaper = &http->shaper;
    request->shaped = (struct shaped){.easy = request->easy, .progress = &request->progress};
    request->progress = (struct progress){.started_ms = now, .moved_ms = now};
    if (request->building == CURLE_OK)
        request->building = curl_easy_setopt(request->easy, CURLOPT_SHARE, http->share);
    if (request->building == CURLE_OK &&
        sockets_reserve(&http->sockets, http->running_count + 1) < 0)
        request->building = CURLE_OUT_OF_MEMORY;
    if (request->building != CURLE_OK ||
        curl_multi_add_handle(http->multi, request->easy) != CURLM_OK) {
        request_ended(request, request->building ? request->building : CURLE_OUT_OF_MEMORY);
        return request->building == CURLE_OUT_OF_MEMORY ? -ENOMEM : -EINVAL;
    }
    request->next = http->running;
    http->running = request;
    http->running_count++;
    return 0;
}

void http_set_bandwidth(struct http *http, int64_t bytes_a_second)
{
    bucket_set_rate(&http->shaper.bucket, bytes_a_second, clock_steady_ms());
}

void http_stop(struct http *http, struct request *request)
{
    for (struct request **at = &http->running; *at; at = &(*at)->next) {
        if (*at != request)
            continue;
        *at = request->next;
        request->next = NULL;
        http->running_count--;
        shaper_settle(&http->shaper, &request->shaped);
        curl_multi_remove_handle(http->multi, request->easy);
        return;
    }
}

static int64_t deadline_of(const struct request *request)
{
    return request->shaped.held_ms ? INT64_MAX
                                   : progress_deadline(&request->progress, request->timeout_ms);
}

/** How long until the first running request has to be given up. */
static int64_t until_deadline(const struct http *http)
{
    int64_t first = INT64_MAX;
    for (const struct request *r = http->running; r; r = r->next)
        first = earlier(first, deadline_of(r));
    return later(first - clock_steady_ms(), 0);
}

/** Continue with what libcurl has timed, as each transfer that was just added; returns how many are
 * in progress then. */
static size_t run_timers(struct http *http)
{
    int running = 0;
    curl_multi_socket_action(http->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    return (size_t)running;
}

/** How long until it has to continue by itself. */
static int64_t until_timer(const struct http *http)
{
    long timeout_ms = -1;
    curl_multi_timeout(http->multi, &timeout_ms);
    return timeout_ms < 0 ? INT64_MAX : timeout_ms;
}

void http_wait(struct http *http, const int *fds, size_t count, int64_t timeout_ms)
{
    if (run_timers(http) < http->running_count)
        timeout_ms = 0; /* something has ended already */
    timeout_ms = earlier(timeout_ms, shaper_give_turns(&http->shaper));
    timeout_ms = earlier(timeout_ms, until_deadline(http));
    timeout_ms = earlier(timeout_ms, until_timer(http));
    sockets_wait(&http->sockets, http->multi, fds, count, timeout_ms);
    (void)run_timers(http);
}

/** A running request that has to be given up. */
static struct request *next_stalled(struct http *http)
{
    int64_t now = clock_steady_ms();
    for (struct request *r = http->running; r; r = r->next)
        if (now >= deadline_of(r))
            return r;
    return NULL;
}

struct request *http_next_ended(struct http *http)
{
    int left = 0;
    const CURLMsg *message;
    while ((message = curl_multi_info_read(http->multi, &left)) != NULL) {
        struct request *request = NULL;
        CURLcode code = message->data.result;
        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &request);
        http_stop(http, request);
        request_ended(request, code);
        if (!request->is_apart)
            return request;
    }
    struct request *stalled;
    while ((stalled = next_stalled(http)) != NULL) {
        request_ended(stalled, CURLE_OPERATION_TIMEDOUT);
        http_stop(http, stalled);
        if (!stalled->is_apart)
            return stalled;
    }
    return NULL;
}

void http_run(struct http *http, struct request *request)
{
    int result = http_start(http, request);
    while (result == 0 && request->end == TRANSFER_RUNNING) {
        http_wait(http, NULL, 0, INT64_MAX);
        (void)http_next_ended(http);
    }
}
