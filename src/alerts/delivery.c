/** What hooks and mail have in common: when a failed delivery is tried again, and what is said. */
#define LOG_MODULE "alerts"

#include "delivery.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/base/log.h"
#include "closedrop/base/units.h"
#include "closedrop/queue/backoff.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RETRY_FIRST_MS 10000
#define RETRY_MAX_MS 3600000

int64_t delivery_due_ms(const struct notice *event, int64_t now_ms, double chance)
{
    int64_t due_ms = now_ms + backoff_delay(event->tries + 1, RETRY_FIRST_MS, RETRY_MAX_MS, chance);
    return due_ms - event->at_ms > DELIVERY_MAX_MS ? INT64_MAX : due_ms;
}

bool trouble_set(struct trouble *trouble, const char *why, int64_t event)
{
    bool is_first = !*trouble->why;
    if (is_first)
        trouble->since_ms = clock_wall_ms();
    trouble->event = event;
    snprintf(trouble->why, sizeof(trouble->why), "%s", why);
    return is_first;
}

void trouble_note(
    struct trouble *trouble, const char *what, const char *why, int64_t event, int64_t due_ms)
{
    char wait[UNITS_DURATION];
    bool is_news = strncmp(trouble->why, why, sizeof(trouble->why) - 1) != 0;
    (void)trouble_set(trouble, why, event);
    if (due_ms == INT64_MAX)
        log_error("%s: event %" PRId64 " is given up: %s", what, event, why);
    else if (is_news)
        log_warn("%s: event %" PRId64 ": %s; trying again in %s", what, event, why,
            units_duration_text(due_ms - clock_wall_ms(), wait));
    else
        log_debug("%s: event %" PRId64 ": %s", what, event, why);
}

void trouble_end(struct trouble *trouble, const char *what)
{
    if (*trouble->why)
        log_info("%s: works again", what);
    *trouble = (struct trouble){.why = ""};
}

struct json *trouble_view(const struct trouble *trouble, const char *what)
{
    char since[CLOCK_TEXT];
    struct json *one = json_object();
    int result = json_add_text(one, "what", what);
    result |= json_add_text(one, "message", trouble->why);
    result |= json_add_text(one, "since", clock_rfc3339(trouble->since_ms, since));
    result |= json_add_int(one, "event", trouble->event);
    if (!result)
        return one;
    json_free(one);
    return NULL;
}

int notice_copy(struct notice *copy, const struct notice *event)
{
    *copy = *event;
    copy->cause = strdup(event->cause);
    copy->message = strdup(event->message);
    if (copy->cause && copy->message)
        return 0;
    notice_release(copy);
    return -ENOMEM;
}

void notice_release(struct notice *copy)
{
    free((char *)copy->cause);
    free((char *)copy->message);
    *copy = (struct notice){.id = 0};
}
