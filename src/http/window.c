/** The arithmetic of a rate limit's window: taken, given back, and how many may be in progress. */
#include "closedrop/http/window.h"

#include "closedrop/base/clock.h"

#include <math.h>

/** Times are given in hundredths of a second. */
#define SLACK_MS 10
/** Of a new window only this part goes before anything is known of it. */
#define UNKNOWN_PART 16
/** And where one goes alone, this long. */
#define ALONE_MS 1000
/** Of our share of a window, what is left to others in the end. */
#define LEFT_MAX 0.04

static bool is_over(const struct window *window, int64_t now)
{
    return now >= window->max_end;
}

/** How many requests of others are counted for one of ours. */
static double others(const struct window *window)
{
    int64_t ours = window->answered + window->in_flight - window->fresh;
    int64_t theirs = window->seen_from - window->remaining - ours;
    return theirs > 0 ? (double)theirs / (double)later(window->answered, 1) : 0;
}

/** What others may use until the answer to the last of `requests` of ours is there. */
static int64_t reserve(const struct window *window, int64_t requests)
{
    double each = others(window);
    double share = (double)window->limit / (1 + each);
    double all = round(each * (double)requests);
    return (int64_t)(requests == 1 ? fmin(all, LEFT_MAX * share) : all);
}

/** How many may be in flight with one more. */
static int64_t room(const struct window *window, int64_t now)
{
    if (!is_over(window, now))
        return window->remaining - reserve(window, window->in_flight + 1);
    return window->limit > UNKNOWN_PART ? window->limit / UNKNOWN_PART : 1;
}

int64_t window_opens_at(const struct window *window, int64_t now)
{
    if (now < window->shut_until)
        return window->shut_until;
    if (window->in_flight < room(window, now))
        return now;
    return later(now, is_over(window, now) ? window->took_ms + ALONE_MS : window->max_end);
}

int64_t window_shut_until(const struct window *window, int64_t now)
{
    if (now < window->shut_until)
        return window->shut_until;
    bool is_used_up = !is_over(window, now) && window->remaining <= reserve(window, 1);
    return is_used_up ? window->max_end : 0;
}

void window_take(struct window *window, int64_t now)
{
    window->in_flight++;
    window->fresh++;
    window->took_ms = now;
}

/** One of ours of which no answer tells. */
static void count_one(struct window *window)
{
    window->answered++;
    if (window->remaining > 0)
        window->remaining--;
}

/** When a window ends, as one answer tells it: it was written between its request and now. */
struct end {
    int64_t min, max;
};

/**
 * Another window. Where it follows on one that was known, all that is gone of it has gone since it
 * began; else nobody knows since when.
 */
static void replace(
    struct window *window, int64_t began, const struct allowance *told, bool is_later)
{
    int64_t last_end = later(window->max_end, window->shut_until);
    bool is_next = is_later && last_end && began < last_end + ALONE_MS && told->limit;
    window->seen_from = is_next ? told->limit : told->remaining;
    window->answered = is_next;
    window->remaining = told->remaining;
}

/** More of the same window. An answer that is not newer for sure only counts where it says less. */
static void refine(struct window *window, const struct allowance *told, bool is_newer)
{
    window->answered++;
    if (is_newer || told->remaining < window->remaining)
        window->remaining = told->remaining;
}

static void learn(struct window *window, int64_t began, int64_t now, const struct allowance *told)
{
    struct end end = {began + told->reset_ms - SLACK_MS, now + told->reset_ms + SLACK_MS};
    bool is_newer = began >= window->told_ms;
    bool is_later = end.min > window->max_end;
    bool is_earlier = end.max < window->min_end;
    if (is_earlier && !is_newer)
        return;
    if (is_later || is_earlier) {
        replace(window, began, told, is_later);
        window->min_end = end.min;
        window->max_end = end.max;
    } else {
        refine(window, told, is_newer);
        window->min_end = later(window->min_end, end.min);
        window->max_end = earlier(window->max_end, end.max);
    }
    window->told_ms = now;
    window->fresh = 0;
    if (told->limit)
        window->limit = told->limit;
}

void window_answered(
    struct window *window, int64_t began, int64_t now, const struct allowance *told)
{
    window->in_flight--;
    if (told && told->wait_ms)
        window_shut(window, now + told->wait_ms + SLACK_MS);
    else if (told)
        learn(window, began, now, told);
    else if (is_over(window, now))
        window->limit = WINDOW_NO_LIMIT;
    else
        count_one(window);
    window->fresh = earlier(window->fresh, window->in_flight);
}

void window_lost(struct window *window, bool was_sent)
{
    window->in_flight--;
    window->fresh = earlier(window->fresh, window->in_flight);
    if (was_sent)
        count_one(window);
}

void window_shut(struct window *window, int64_t until)
{
    window->shut_until = later(window->shut_until, until);
    window->max_end = 0; /* what was reported is no longer known */
}

void window_forget(struct window *window)
{
    window->shut_until = 0;
    window->max_end = 0;
}
