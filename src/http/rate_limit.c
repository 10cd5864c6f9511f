/** What the headers of a reply say about asking again, read strictly; what cannot be read is
 * ignored.
 */
#include "closedrop/http/rate_limit.h"

#include "closedrop/http/date.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/** If nothing else is known: Retry-After has whole seconds. */
#define WAIT_MIN_MS 1000
#define WAIT_MAX_MS (24LL * 3600 * 1000)
#define REMAINING_MAX 1000000000

/** Upwards to a whole number, of `most` at most. */
static int64_t round_up(double number, int64_t most)
{
    if (!(number < (double)most))
        return most;
    int64_t whole = (int64_t)number;
    return whole < number ? whole + 1 : whole;
}

static int64_t round_wait(double ms)
{
    return ms > WAIT_MIN_MS ? round_up(ms, WAIT_MAX_MS) : WAIT_MIN_MS;
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

int64_t rate_limit_wait(
    int status, const char *rate_limit, const char *retry_after, int64_t wall_ms)
{
    bool refused = status == 429;
    double remaining = refused ? 0 : 1, reset = 0, ms = 0;
    bool has_reset = rate_limit && read_member(rate_limit, "reset", &reset) && reset > 0;
    if (rate_limit)
        (void)read_member(rate_limit, "remaining", &remaining);
    if (has_reset && remaining < 1)
        return round_up(reset * 1000, WAIT_MAX_MS);
    bool obeys_retry_after = refused || status == 503;
    if (obeys_retry_after && retry_after && read_retry_after(retry_after, wall_ms, &ms))
        return round_wait(ms);
    if (refused)
        return has_reset ? round_up(reset * 1000, WAIT_MAX_MS) : WAIT_MIN_MS;
    return 0;
}

bool rate_limit_read(int status, const char *rate_limit, const char *retry_after, int64_t wall_ms,
    struct allowance *ret_allowance)
{
    double limit = 0, remaining = 0, reset = 0;
    bool is_refusal = status == 429 || status == 503;
    int64_t wait_ms = is_refusal ? rate_limit_wait(status, rate_limit, retry_after, wall_ms) : 0;
    bool is_told = rate_limit && read_member(rate_limit, "remaining", &remaining) &&
                   read_member(rate_limit, "reset", &reset);
    if (is_told)
        (void)read_member(rate_limit, "limit", &limit);
    if (!is_told && !wait_ms)
        return false;
    *ret_allowance = (struct allowance){
        .limit = (int64_t)fmin(limit, REMAINING_MAX),
        .remaining = (int64_t)fmin(remaining, REMAINING_MAX),
        .reset_ms = round_up(reset * 1000, WAIT_MAX_MS),
        .wait_ms = wait_ms,
    };
    return true;
}
