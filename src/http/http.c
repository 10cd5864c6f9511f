/* The loop around libcurl's multi interface: what is started, what goes on, what has ended. */
#include "closedrop/http/http.h"

#include "inner.h"

#include "closedrop/base/clock.h"
#include "closedrop/http/bucket.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

/** How many connections are kept for another request. */
#define CONNECTIONS_KEPT 64L
#define FDS_MOST 8

struct http {
    CURLM *multi;
    CURLSH *share; /* TLS sessions: without it every new handle begins with a full handshake */
    struct request *running;
    struct bucket bucket;
    uint64_t turns;
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
    if (!http->multi || !http->share ||
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
    free(http);
    curl_global_cleanup();
}

int http_start(struct http *http, struct request *request)
{
    request->end = TRANSFER_RUNNING;
    int64_t now = clock_steady_ms();
    request->http = http;
    request->progress = (struct progress){.started_ms = now, .moved_ms = now};
    if (request->building == CURLE_OK)
        request->building = curl_easy_setopt(request->easy, CURLOPT_SHARE, http->share);
    if (request->building != CURLE_OK ||
        curl_multi_add_handle(http->multi, request->easy) != CURLM_OK) {
        request_ended(request, request->building ? request->building : CURLE_OUT_OF_MEMORY);
        return request->building == CURLE_OUT_OF_MEMORY ? -ENOMEM : -EINVAL;
    }
    request->next = http->running;
    http->running = request;
    return 0;
}

/* ---- bandwidth: the bytes of files wait for their turn, all others are counted behind them ----
 */

void http_set_bandwidth(struct http *http, int64_t bytes_a_second)
{
    bucket_set_rate(&http->bucket, bytes_a_second, clock_steady_ms());
}

size_t http_allow(struct request *request, size_t room)
{
    struct http *http = request->http;
    if (!http->bucket.rate)
        return room;
    if (request->allowed > 0)
        return room < (size_t)request->allowed ? room : (size_t)request->allowed;
    request->held_ms = clock_steady_ms();
    request->turn = ++http->turns;
    return 0;
}

/** Who has waited longest, NULL where nobody waits. */
static struct request *next_held(const struct http *http)
{
    struct request *next = NULL;
    for (struct request *r = http->running; r; r = r->next)
        if (r->held_ms && (!next || r->turn < next->turn))
            next = r;
    return next;
}

/** The time that it was held does not count as its own. */
static void let_go(struct http *http, struct request *request, int64_t now)
{
    int64_t portion = bucket_portion(&http->bucket);
    bucket_take(&http->bucket, portion, now);
    request->allowed = http->bucket.rate ? portion : 0;
    request->progress.started_ms += now - request->held_ms;
    request->progress.moved_ms += now - request->held_ms;
    request->held_ms = 0;
    /* libcurl may still be about to send what comes before the file, and not know that it pauses */
    curl_easy_pause(request->easy, CURLPAUSE_SEND);
    curl_easy_pause(request->easy, CURLPAUSE_CONT);
}

/** Whoever's turn it is goes on. Returns in how many ms the next turn is, or -1 for never. */
static int64_t give_turns(struct http *http)
{
    struct request *next;
    while ((next = next_held(http)) != NULL) {
        int64_t now = clock_steady_ms();
        int64_t wait = bucket_wait(&http->bucket, now);
        if (wait)
            return wait;
        let_go(http, next, now);
    }
    return -1;
}

/** All that a request sent beside its file (headers, fields, JSON) went without being asked. */
static void settle_account(struct http *http, struct request *request)
{
    long headers = 0;
    curl_easy_getinfo(request->easy, CURLINFO_REQUEST_SIZE, &headers);
    int64_t others = headers + request_sent(request) - request->read;
    bucket_take(&http->bucket, (others > 0 ? others : 0) - request->allowed, clock_steady_ms());
    request->allowed = 0;
    request->held_ms = 0;
}

void http_stop(struct http *http, struct request *request)
{
    for (struct request **at = &http->running; *at; at = &(*at)->next) {
        if (*at != request)
            continue;
        *at = request->next;
        request->next = NULL;
        settle_account(http, request);
        curl_multi_remove_handle(http->multi, request->easy);
        return;
    }
}

static int64_t deadline_of(const struct request *request)
{
    return request->held_ms ? INT64_MAX : pace_deadline(&request->progress, request->timeout_ms);
}

/** How long until the first running request has to be given up. */
static int64_t until_deadline(const struct http *http, int64_t timeout_ms)
{
    int64_t now = clock_steady_ms();
    for (const struct request *r = http->running; r; r = r->next) {
        int64_t left = deadline_of(r) - now;
        if (left < 0)
            left = 0;
        if (timeout_ms < 0 || left < timeout_ms)
            timeout_ms = left;
    }
    return timeout_ms > INT_MAX ? INT_MAX : timeout_ms;
}

static int count_running(const struct http *http)
{
    int count = 0;
    for (const struct request *r = http->running; r; r = r->next)
        count++;
    return count;
}

void http_wait(struct http *http, const int *fds, size_t count, int64_t timeout_ms)
{
    struct curl_waitfd extra[FDS_MOST] = {{0}};
    int running = 0;
    for (size_t i = 0; i < count && i < FDS_MOST; i++)
        extra[i] = (struct curl_waitfd){.fd = fds[i], .events = CURL_WAIT_POLLIN};
    curl_multi_perform(http->multi, &running);
    if (running < count_running(http))
        timeout_ms = 0; /* something has ended already */
    int64_t turn_ms = give_turns(http);
    if (turn_ms >= 0 && (timeout_ms < 0 || turn_ms < timeout_ms))
        timeout_ms = turn_ms;
    int64_t wait = until_deadline(http, timeout_ms);
    curl_multi_poll(http->multi, extra, (unsigned)(count < FDS_MOST ? count : FDS_MOST),
        wait < 0 ? INT_MAX : (int)wait, NULL);
    curl_multi_perform(http->multi, &running);
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
        return request;
    }
    struct request *stalled = next_stalled(http);
    if (stalled) {
        request_ended(stalled, CURLE_OPERATION_TIMEDOUT);
        http_stop(http, stalled);
    }
    return stalled;
}
