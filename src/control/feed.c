/** The status as a stream of events: what is new, when, and for whom. */
#include "feed.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/str.h"

#include <stdlib.h>
#include <string.h>

/** One stream. */
struct listener {
    struct feed *feed;
    int64_t version; /* of the last text that it was given */
    int64_t beats;
    bool is_ended;         /* another took its place */
    struct listener *next; /* newest first */
};

static bool next_piece(void *context, struct str *piece)
{
    struct listener *listener = context;
    const struct feed *feed = listener->feed;
    if (listener->version != feed->version)
        str_printf(piece, "event: status\ndata: %s\n\n", feed->text);
    else if (listener->beats != feed->beats)
        str_add(piece, ":\n\n");
    listener->version = feed->version;
    listener->beats = feed->beats;
    return !listener->is_ended;
}

static void end(void *context)
{
    struct listener *listener = context;
    struct listener **at = &listener->feed->listeners;
    while (*at != listener)
        at = &(*at)->next;
    *at = listener->next;
    listener->feed->count -= !listener->is_ended;
    listener->feed->ended -= listener->is_ended;
    free(listener);
}

/** The oldest is most likely one whose page was closed. */
static void end_oldest(struct feed *feed)
{
    struct listener *oldest = NULL;
    for (struct listener *listener = feed->listeners; listener; listener = listener->next)
        if (!listener->is_ended)
            oldest = listener;
    if (!oldest)
        return;
    oldest->is_ended = true;
    feed->count--;
    feed->ended++;
}

void feed_listen(struct feed *feed, struct reply *reply)
{
    struct listener *listener = calloc(1, sizeof(*listener));
    if (!listener)
        return;
    if (feed->count == FEED_LISTENERS_MAX)
        end_oldest(feed);
    if (!feed->count)
        feed_release(feed); /* nobody has kept the text up to date */
    /* the text is news to it; without one, the next will be */
    *listener = (struct listener){.feed = feed,
        .version = feed->version - (feed->text != NULL),
        .beats = feed->beats,
        .next = feed->listeners};
    feed->listeners = listener;
    feed->count++;
    feed->is_stale = true;
    reply->status = 200;
    reply->type = "text/event-stream";
    reply->stream = (struct reply_stream){next_piece, end, listener};
}

int64_t feed_due_ms(const struct feed *feed)
{
    if (!feed->count)
        return INT64_MAX;
    return earlier(
        feed->is_stale ? feed->told_ms + FEED_PERIOD_MS : INT64_MAX, feed->sent_ms + FEED_BEAT_MS);
}

bool feed_is_due(struct feed *feed, int64_t now_ms)
{
    feed->is_stale = true;
    return now_ms >= feed_due_ms(feed);
}

bool feed_tell(struct feed *feed, char *json, int64_t now_ms)
{
    bool is_news = json && (!feed->text || strcmp(json, feed->text) != 0);
    feed->told_ms = now_ms;
    feed->is_stale = false;
    if (is_news) {
        free(feed->text);
        feed->text = json;
        feed->version++;
    } else {
        free(json);
    }
    if (!is_news && now_ms < feed->sent_ms + FEED_BEAT_MS)
        return false;
    feed->beats += !is_news;
    feed->sent_ms = now_ms;
    return true;
}

void feed_release(struct feed *feed)
{
    free(feed->text);
    feed->text = NULL;
}
