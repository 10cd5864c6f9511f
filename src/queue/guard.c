/** How many may still leave, and from when on: counting in windows of what has left. */
#include "closedrop/queue/guard.h"

#include "closedrop/base/array.h"
#include "closedrop/base/clock.h"
#include "closedrop/queue/ledger.h"
#include "closedrop/queue/queue.h"

#define HOUR_MS (3600LL * 1000)
#define DAY_MS (24 * HOUR_MS)

/** Whether the ledger was lost so lately that it does not know all of a window. */
static bool is_blind(struct queue *queue, int64_t now, int64_t window_ms)
{
    return queue_ledger_ms(queue) > now - window_ms;
}

/** What came with what was too much waits as well, but for those that were let go before that. */
static bool is_too_much(struct queue *queue, const struct guard_limits *limits,
    const struct leaver *leaver, const struct guard_marks *marks)
{
    int64_t now = clock_wall_ms();
    if (!limits->ask_above)
        return false;
    if (leaver->oldest <= marks->over &&
        !queue_has_left(queue, leaver->id, leaver->rule, now - HOUR_MS))
        return true;
    return is_blind(queue, now, HOUR_MS) || queue_left_by_rule(queue, leaver->rule, leaver->id,
                                                limits->ask_above - 1) > now - HOUR_MS;
}

static void mark_as_over(struct queue *queue, const char *rule, struct guard_marks *marks)
{
    int64_t last = queue_last_entered(queue);
    if (marks->over == last)
        return;
    marks->over = last;
    queue_set_guard_marks(queue, rule, marks);
}

/** A person has said no, and has not changed their mind by bringing it back. */
static bool is_recalled(const struct leaver *leaver, const struct guard_marks *marks)
{
    return leaver->newest <= marks->recalled ||
           (leaver->was_held && leaver->newest <= marks->recalled_held);
}

enum guard_answer guard_ask(struct queue *queue, const struct guard_limits *limits,
    const struct leaver *leaver, int64_t *ret_at_ms)
{
    struct guard_marks marks;
    queue_guard_marks(queue, leaver->rule, &marks);
    bool is_released = leaver->is_released || leaver->newest <= marks.released;
    if (is_recalled(leaver, &marks))
        return GUARD_RECALLED;
    if (!is_released && is_too_much(queue, limits, leaver, &marks)) {
        if (leaver->id > 0) /* what `upload` is refused says nothing of the queue */
            mark_as_over(queue, leaver->rule, &marks);
        return GUARD_ASKS;
    }
    *ret_at_ms = guard_free_at(queue, limits, leaver->sender, leaver->id);
    return *ret_at_ms > clock_wall_ms() ? GUARD_PACES : GUARD_LETS_GO;
}

/** When the window that began with the `most`th last is over. */
static int64_t end_of_window(
    struct queue *queue, const char *sender, int64_t but, int64_t most, int64_t window_ms)
{
    int64_t begin = queue_left_by_sender(queue, sender, but, most - 1);
    int64_t blind = queue_ledger_ms(queue);
    begin = begin > blind ? begin : blind;
    return begin == INT64_MIN ? INT64_MIN : begin + window_ms;
}

int64_t guard_free_at(
    struct queue *queue, const struct guard_limits *limits, const char *sender, int64_t but)
{
    const struct {
        int64_t most;
        int64_t window_ms;
    } windows[] = {{limits->per_hour, HOUR_MS}, {limits->per_day, DAY_MS},
        {limits->gap_ms > 0, limits->gap_ms}};
    int64_t now = clock_wall_ms(), at = now;
    if (limits->gap_ms && queue_is_leaving(queue, sender, but))
        at = now + limits->gap_ms; /* after its end, whenever that is */
    for (size_t i = 0; i < COUNT(windows); i++) {
        if (!windows[i].most)
            continue;
        int64_t end = end_of_window(queue, sender, but, windows[i].most, windows[i].window_ms);
        at = end > at ? end : at;
    }
    return at < now + DAY_MS ? at : now + DAY_MS;
}
