/* What a server says about waiting: two bytes of a status, eight of the time, RateLimit, NUL,
 * Retry-After. An empty text is a header that did not come. */
#include "fuzz.h"

#include "closedrop/http/window.h"

#define SECOND_MS INT64_C(1000)
#define DAY_MS (24 * 3600 * SECOND_MS)

static const char *header(const char *text)
{
    return *text ? text : NULL;
}

/** Seconds written in digits and nothing else, so few that no rounding is seen; else -1. */
static int64_t plain_seconds(const char *text)
{
    size_t length = strlen(text);
    bool is_plain = length > 0 && length < 9 && strspn(text, "0123456789") == length;
    return is_plain ? atoll(text) : -1;
}

static int64_t within_bounds(int64_t ms)
{
    return ms < SECOND_MS ? SECOND_MS : ms > DAY_MS ? DAY_MS : ms;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {(const char *)data, size};
    int status = fuzz_byte(&input) << 8;
    status |= fuzz_byte(&input);
    int64_t now = fuzz_number(&input) / 1000000; /* any time that a date can tell */
    char *rate_limit = fuzz_text(&input);
    char *retry_after = fuzz_text(&input);

    int64_t wait = rate_limit_wait(status, header(rate_limit), header(retry_after), now);
    assert(wait >= 0 && wait <= DAY_MS);
    assert(*rate_limit || wait == 0 || wait >= SECOND_MS);
    assert(wait || status != 429);
    if (status != 429 && status != 503) /* only these two have Retry-After */
        assert(wait == rate_limit_wait(status, header(rate_limit), NULL, now));
    if (!*rate_limit && status == 429 && plain_seconds(retry_after) >= 0)
        assert(wait == within_bounds(plain_seconds(retry_after) * SECOND_MS));
    if (!*rate_limit && status != 429 && (status != 503 || !*retry_after))
        assert(wait == 0);

    struct allowance told = {0};
    bool is_told = rate_limit_read(status, header(rate_limit), header(retry_after), now, &told);
    assert(is_told || (status != 429 && (status != 503 || !wait)));
    assert(told.limit >= 0 && told.remaining >= 0 && told.reset_ms >= 0);
    assert(told.reset_ms <= DAY_MS && told.wait_ms <= wait);
    struct window window = {0};
    window_take(&window, 0);
    window_answered(&window, 0, 1, is_told ? &told : NULL);
    assert(window_opens_at(&window, 2) >= 2 && window_opens_at(&window, 2) <= DAY_MS + SECOND_MS);
    assert(window_opens_at(&window, 2) > 2 || window_shut_until(&window, 2) == 0);
    free(rate_limit);
    free(retry_after);
    return 0;
}
