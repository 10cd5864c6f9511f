/** Pings: when one is due, what it says, and whether it was taken. */
#define LOG_MODULE "alerts"

#include "ping.h"

#include "ping_line.h"

#include "closedrop/alerts/ping_receiver.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/log.h"
#include "closedrop/base/str.h"
#include "closedrop/http/request.h"

#include <string.h>

#define WHAT "ping"
/** In all, whatever the receiver sends meanwhile. */
#define PING_MAX_MS 30000
/** One that was not taken is repeated, before the receiver misses it. */
#define RETRY_MS 30000

/* ---- its end ---- */

static void forget(struct pinger *pinger)
{
    if (pinger->request && pinger->is_started)
        http_stop(pinger->http, pinger->request);
    request_free(pinger->request);
    pinger->request = NULL;
    pinger->is_started = false;
}

void ping_stop(struct pinger *pinger)
{
    forget(pinger);
}

static void failed(struct pinger *pinger, const struct config *config, const char *why)
{
    if (trouble_set(&pinger->trouble, why, 0))
        log_warn(WHAT ": %s; this is said once, and again when it works", why);
    pinger->due_ms =
        earlier(pinger->due_ms, clock_steady_ms() + earlier(RETRY_MS, config->alert.every_ms));
    forget(pinger);
}

static void taken(struct pinger *pinger)
{
    trouble_end(&pinger->trouble, WHAT);
    forget(pinger);
}

void ping_reap(struct pinger *pinger, const struct config *config)
{
    struct str why = STR_INIT(4096);
    if (!pinger->is_started)
        return;
    bool has_ended = request_end(pinger->request) != TRANSFER_RUNNING;
    if (has_ended && ping_receiver_took(pinger->request, &why))
        taken(pinger);
    else if (has_ended)
        failed(pinger, config, str_text(&why));
    else if (clock_steady_ms() >= pinger->end_ms)
        failed(pinger, config, "the receiver of pings did not answer in time");
    str_release(&why);
}

/* ---- its beginning ---- */

void ping_start(struct pinger *pinger)
{
    if (!pinger->request || pinger->is_started)
        return;
    pinger->is_started = true;
    pinger->end_ms = clock_steady_ms() + PING_MAX_MS;
    (void)http_start(pinger->http, pinger->request); /* a failure ends it, and is read so */
}

void ping_end_by(struct pinger *pinger, int64_t end_ms)
{
    pinger->end_ms = earlier(pinger->end_ms, end_ms);
}

/* ---- claimed ---- */

static bool is_present(const struct condition *condition, const char *code)
{
    return condition->kind == NOTICE_BLOCKED && condition->state == CONDITION_PRESENT &&
           strcmp(condition->parts.code, code) == 0;
}

static bool has(const struct ping_news *news, const char *code)
{
    for (size_t i = 0; i < news->count; i++)
        if (is_present(&news->conditions[i], code))
            return true;
    return false;
}

static void follow(int64_t *since_ms, bool is_so)
{
    if (!is_so)
        *since_ms = 0;
    else if (!*since_ms)
        *since_ms = clock_steady_ms();
}

static int64_t lasted(int64_t since_ms)
{
    return since_ms ? clock_steady_ms() - since_ms : 0;
}

/** What holds up all files at the servers; NULL: nothing. */
static const char *find_blocked(const struct ping_news *news)
{
    for (size_t i = 0; i < news->count; i++) {
        const struct condition *condition = &news->conditions[i];
        if (condition->kind == NOTICE_BLOCKED && condition->state == CONDITION_PRESENT &&
            !condition->parts.folder)
            return condition->parts.code;
    }
    return NULL;
}

/** How long the file has waited that is still in its folder. Its time is that of the file system,
 * which may be wrong: it counts only once it has been too long for a whole period. */
static int64_t unsettled_ms(
    const struct pinger *pinger, const struct config *config, const struct ping_news *news)
{
    bool is_certain = lasted(pinger->unsettled_ms) >= config->alert.every_ms;
    return is_certain ? clock_wall_ms() - news->unsettled_since_ms : 0;
}

static void claim(struct pinger *pinger, const struct config *config, struct queue *queue,
    const struct ping_news *news)
{
    struct str line = STR_INIT(4096), why = STR_INIT(8192);
    struct ping_facts facts = {.now_ms = clock_wall_ms(),
        .late_ms = config->alert.late_ms,
        .disk_full_ms = lasted(pinger->disk_full_ms),
        .away_ms = lasted(pinger->away_ms),
        .unsettled_ms = unsettled_ms(pinger, config, news),
        .blocked = find_blocked(news),
        .is_paused = queue_is_paused(queue),
        .is_watch_stuck = has(news, "watch_stuck")};
    queue_count_late(queue, facts.now_ms - facts.late_ms, &facts.late);
    bool is_wrong = ping_line(&line, &facts);
    pinger->request = ping_receiver_request(config, is_wrong ? str_text(&line) : NULL, &why);
    pinger->due_ms = clock_steady_ms() + config->alert.every_ms;
    if (!pinger->request)
        failed(pinger, config, str_text(&why));
    str_release(&line);
    str_release(&why);
}

void ping_claim(struct pinger *pinger, const struct config *config, struct queue *queue,
    const struct ping_news *news)
{
    int64_t latest_ms = clock_wall_ms() - config->alert.late_ms;
    follow(&pinger->disk_full_ms, has(news, "disk_full"));
    follow(&pinger->away_ms, has(news, "folder_away"));
    follow(&pinger->unsettled_ms, news->unsettled_since_ms && news->unsettled_since_ms < latest_ms);
    if (!*config->alert.ping_file)
        pinger->trouble = (struct trouble){.why = ""};
    else if (!pinger->request && clock_steady_ms() >= pinger->due_ms)
        claim(pinger, config, queue, news);
}

void ping_soon(struct pinger *pinger)
{
    pinger->due_ms = 0;
}

int64_t ping_timeout(const struct pinger *pinger, const struct config *config, bool may_claim)
{
    if (pinger->request)
        return pinger->is_started ? later(pinger->end_ms - clock_steady_ms(), 0) : 0;
    return may_claim && *config->alert.ping_file ? later(pinger->due_ms - clock_steady_ms(), 0)
                                                 : INT64_MAX;
}
