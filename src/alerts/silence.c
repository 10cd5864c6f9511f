/** Whether an expected file did not come: by a time of the week, or for too long. */
#include "silence.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/moment.h"
#include "closedrop/base/units.h"

#include <stdio.h>

/** When files began to be expected, or were so again after a silence. */
static int64_t counted_from(const struct silence *silence)
{
    return silence->over_ms;
}

/** A time is missed if no file came since the time before it. */
static bool has_missed_time(const struct silence *silence, int64_t now_ms)
{
    int64_t time_ms = expectation_last(&silence->folder->expect, now_ms);
    if (time_ms == INT64_MIN || time_ms <= counted_from(silence))
        return false;
    int64_t before_ms = expectation_last(&silence->folder->expect, time_ms - 1);
    bool was_silent = silence->since_ms < silence->over_ms;
    if (was_silent) /* the file that came too late counts for the time that it missed */
        before_ms = later(before_ms, silence->over_ms);
    return silence->last_ms <= before_ms;
}

static int64_t silent_at(const struct silence *silence)
{
    return later(silence->last_ms, counted_from(silence)) + silence->folder->silent_ms;
}

bool silence_is_on(const struct silence *silence, int64_t now_ms)
{
    if (silence->is_on)
        return silence->last_ms <= silence->since_ms;
    bool is_too_long = silence->folder->silent_ms && now_ms >= silent_at(silence);
    return is_too_long || has_missed_time(silence, now_ms);
}

int64_t silence_next_ms(const struct silence *silence, int64_t now_ms)
{
    int64_t next_ms = expectation_next(&silence->folder->expect, now_ms);
    if (silence->is_on)
        return INT64_MAX;
    if (silence->folder->silent_ms && silent_at(silence) > now_ms)
        next_ms = earlier(next_ms, silent_at(silence));
    return next_ms;
}

void silence_print(const struct silence *silence, char message[SILENCE_MESSAGE])
{
    char last[MOMENT_TEXT] = "never", limit[UNITS_DURATION] = "";
    const struct folder *folder = silence->folder;
    bool is_time = folder->expect.days != 0;
    if (silence->last_ms)
        moment_print(silence->last_ms, MOMENT_TO_THE_MINUTE, last);
    if (folder->silent_ms)
        units_duration_text(folder->silent_ms, limit);
    snprintf(message, SILENCE_MESSAGE,
        "no file has come in the folder \"%.100s\" (%s%s%s%s%s); the last one came: %s",
        folder->name, is_time ? "expected: " : "", is_time ? folder->expect_text : "",
        is_time && folder->silent_ms ? ", " : "", folder->silent_ms ? "at least every " : "", limit,
        last);
}
