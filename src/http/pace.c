#include "closedrop/http/pace.h"

#include "closedrop/http/date.h"

#include <stdlib.h>
#include <string.h>

#define WAIT_LEAST_MS 1000
#define WAIT_MOST_MS (24LL * 3600 * 1000)

static int64_t clamp(double ms)
{
    if (!(ms > WAIT_LEAST_MS))
        return WAIT_LEAST_MS;
    return ms < (double)WAIT_MOST_MS ? (int64_t)ms : WAIT_MOST_MS;
}

/** The number behind `name=` in a header like "limit=100, remaining=50, reset=5.2". */
static bool read_member(const char *header, const char *name, double *ret_value)
{
    size_t length = strlen(name);
    for (const char *at = header; (at = strstr(at, name)) != NULL; at += length) {
        bool begins = at == header || strchr(" ,;\t", at[-1]);
        char *end;
        if (!begins || at[length] != '=')
            continue;
        double value = strtod(at + length + 1, &end);
        if (end == at + length + 1 || !(value >= 0))
            return false;
        *ret_value = value;
        return true;
    }
    return false;
}

/** Retry-After: seconds, or an HTTP date (RFC 9110, 10.2.3). */
static bool read_retry_after(const char *header, int64_t wall_ms, double *ret_ms)
{
    char *end;
    double seconds = strtod(header, &end);
    int64_t date_ms;
    if (end != header) {
        *ret_ms = seconds * 1000;
        return seconds == seconds;
    }
    if (!date_read(header, &date_ms))
        return false;
    *ret_ms = (double)(date_ms - wall_ms);
    return true;
}

int64_t pace_wait(int status, const char *rate_limit, const char *retry_after, int64_t wall_ms)
{
    bool refused = status == 429;
    double remaining = refused ? 0 : 1, reset = 0, ms = 0;
    bool has_reset = rate_limit && read_member(rate_limit, "reset", &reset);
    if (rate_limit)
        (void)read_member(rate_limit, "remaining", &remaining);
    if (has_reset && remaining < 1)
        return reset > 0 || refused ? clamp(reset * 1000) : 0;
    bool obeys_retry_after = refused || status == 503;
    if (obeys_retry_after && retry_after && read_retry_after(retry_after, wall_ms, &ms))
        return clamp(ms);
    if (refused)
        return has_reset ? clamp(reset * 1000) : WAIT_LEAST_MS;
    return 0;
}

int64_t pace_deadline(const struct progress *progress, int64_t timeout_ms)
{
    int64_t stalled_at = progress->moved_ms + timeout_ms;
    int64_t dripped_at =
        progress->started_ms + timeout_ms + progress->bytes * 1000 / PACE_LEAST_RATE;
    return stalled_at < dripped_at ? stalled_at : dripped_at;
}

void gate_doubt(struct gate *gate)
{
    if (gate->state == GATE_TRYING)
        gate->unproven = true;
    if (gate->state == GATE_OPEN || gate->state == GATE_TRYING)
        gate->state = GATE_ASKING;
}

bool gate_answered(struct gate *gate)
{
    bool was_closed = gate->reason != GATE_FINE;
    *gate = (struct gate){.state = was_closed || gate->unproven ? GATE_TRYING : GATE_OPEN};
    return was_closed;
}

void gate_passed(struct gate *gate)
{
    if (gate->state == GATE_TRYING)
        gate->state = GATE_OPEN;
}

bool gate_lets_through(const struct gate *gate, size_t in_hand)
{
    return gate->state == GATE_OPEN || (gate->state == GATE_TRYING && !in_hand);
}

void gate_refused(struct gate *gate, enum gate_reason reason, int64_t now, int64_t delay)
{
    gate->state = GATE_CLOSED;
    gate->reason = reason;
    gate->tries++;
    gate->ask_at = now + delay;
}

int64_t gate_due_at(const struct gate *gate)
{
    return gate->state == GATE_ASKING ? 0 : gate->state == GATE_CLOSED ? gate->ask_at : INT64_MAX;
}

void gate_ask_now(struct gate *gate, int64_t now)
{
    if (gate->state == GATE_CLOSED)
        gate->ask_at = now;
}
