/** Turns for the bytes of files: who is held, who continues, and what is taken from the bucket. */
#include "shaper.h"

#include "closedrop/base/clock.h"

static void stand_in_line(struct shaper *shaper, struct shaped *shaped)
{
    struct shaped **end = &shaper->line;
    while (*end)
        end = &(*end)->next;
    *end = shaped;
    shaped->next = NULL;
    shaped->held_ms = clock_steady_ms();
}

static void leave_line(struct shaper *shaper, struct shaped *shaped)
{
    for (struct shaped **at = &shaper->line; *at; at = &(*at)->next)
        if (*at == shaped) {
            *at = shaped->next;
            break;
        }
    shaped->next = NULL;
    shaped->held_ms = 0;
}

size_t shaper_allow(struct shaper *shaper, struct shaped *shaped, size_t room)
{
    if (!shaper->bucket.rate)
        return room;
    if (shaped->allowed > 0)
        return room < (size_t)shaped->allowed ? room : (size_t)shaped->allowed;
    if (!shaped->held_ms)
        stand_in_line(shaper, shaped);
    return 0;
}

void shaper_note_sent(struct shaped *shaped, int64_t bytes)
{
    shaped->sent += bytes;
    if (shaped->allowed)
        shaped->allowed -= bytes < shaped->allowed ? bytes : shaped->allowed;
}

static void go_on(struct shaped *shaped, int64_t now)
{
    shaped->progress->started_ms += now - shaped->held_ms;
    shaped->progress->moved_ms += now - shaped->held_ms;
    shaped->held_ms = 0;
    /* libcurl may still be about to send what comes before the file, and not know that it pauses */
    curl_easy_pause(shaped->easy, CURLPAUSE_SEND);
    curl_easy_pause(shaped->easy, CURLPAUSE_CONT);
}

static void let_go(struct shaper *shaper, struct shaped *shaped, int64_t now)
{
    int64_t portion = bucket_portion(&shaper->bucket);
    bucket_take(&shaper->bucket, portion, now);
    shaped->allowed = shaper->bucket.rate ? portion : 0;
    go_on(shaped, now);
    leave_line(shaper, shaped);
}

void shaper_lack_bytes(struct shaped *shaped)
{
    shaped->lacks_bytes = true;
    shaped->held_ms = clock_steady_ms();
}

void shaper_have_bytes(struct shaped *shaped)
{
    if (!shaped->lacks_bytes)
        return;
    shaped->lacks_bytes = false;
    go_on(shaped, clock_steady_ms());
}

int64_t shaper_give_turns(struct shaper *shaper)
{
    while (shaper->line) {
        int64_t now = clock_steady_ms();
        int64_t wait = bucket_wait(&shaper->bucket, now);
        if (wait)
            return wait;
        let_go(shaper, shaper->line, now);
    }
    return INT64_MAX;
}

void shaper_settle(struct shaper *shaper, struct shaped *shaped)
{
    long headers = 0;
    curl_off_t bodies = 0;
    curl_easy_getinfo(shaped->easy, CURLINFO_REQUEST_SIZE, &headers);
    curl_easy_getinfo(shaped->easy, CURLINFO_SIZE_UPLOAD_T, &bodies);
    int64_t others = headers + bodies - shaped->sent;
    bucket_take(&shaper->bucket, (others > 0 ? others : 0) - shaped->allowed, clock_steady_ms());
    shaped->allowed = 0;
    leave_line(shaper, shaped);
}
