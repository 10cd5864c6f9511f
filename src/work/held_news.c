/**
 * Emails that are held for a person are logged: once per rule, when no more of them have
 * arrived for a while.
 */
#define LOG_MODULE "worker"

#include "held_news.h"
#include "pacing.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/log.h"
#include "closedrop/queue/ledger.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/** How long no more may have arrived before it is logged, and the longest wait. */
#define NEWS_QUIET_MS 5000
#define NEWS_MAX_MS 60000

struct held_news {
    char *rule;
    int64_t since_ms; /* steady clock */
    int64_t last_ms;
    struct held_news *next;
};

static int64_t news_due_at(const struct held_news *news)
{
    int64_t quiet = news->last_ms + NEWS_QUIET_MS, most = news->since_ms + NEWS_MAX_MS;
    return quiet < most ? quiet : most;
}

static void free_news(struct held_news *news)
{
    free(news->rule);
    free(news);
}

void held_news_free(struct worker *worker)
{
    while (worker->news) {
        struct held_news *news = worker->news;
        worker->news = news->next;
        free_news(news);
    }
}

void held_news_note(struct worker *worker, const char *rule, bool is_first)
{
    int64_t now = clock_steady_ms();
    struct held_news *news = worker->news;
    while (news && strcmp(news->rule, rule) != 0)
        news = news->next;
    if (news) {
        news->last_ms = now;
        return;
    }
    if (!is_first || !(news = calloc(1, sizeof(*news))))
        return;
    *news = (struct held_news){strdup(rule), now, now, worker->news};
    if (news->rule)
        worker->news = news;
    else
        free(news);
}

static void tell(void *context, const char *rule, int64_t emails)
{
    (void)context;
    log_warn("%" PRId64
             " email%s of the rule \"%s\" wait%s for your approval; to see: \"closedrop list "
             "--held\"; to send: \"closedrop release %s\"; to cancel, so that the files go to "
             "Failed: \"closedrop recall %s\"",
        emails, emails == 1 ? "" : "s", rule, emails == 1 ? "s" : "", rule, rule);
}

void held_news_log(struct worker *worker)
{
    int64_t now = clock_steady_ms();
    for (struct held_news **at = &worker->news; *at;) {
        struct held_news *news = *at;
        if (news_due_at(news) > now) {
            at = &news->next;
            continue;
        }
        queue_count_held(worker->queue, news->rule, tell, NULL);
        *at = news->next;
        free_news(news);
    }
}

void worker_log_held(struct worker *worker)
{
    held_news_free(worker);
    queue_count_held(worker->queue, NULL, tell, NULL);
}

int64_t held_news_wait(const struct worker *worker)
{
    int64_t wait = INT64_MAX;
    for (const struct held_news *news = worker->news; news; news = news->next)
        wait = earlier(wait, news_due_at(news) - clock_steady_ms());
    return wait;
}
