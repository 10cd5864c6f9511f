/** One line for the receiver of a ping: what waits too long, and why. */
#include "ping_line.h"

#include "closedrop/base/array.h"
#include "closedrop/base/str.h"
#include "closedrop/base/units.h"

#include <inttypes.h>
#include <string.h>

static void add(struct str *line, const char *what)
{
    str_add(line, line->length ? "; " : "");
    str_add(line, what);
}

/** What holds up all files, without the paths that are in the messages of status. */
static const char *reason_of(const struct ping_facts *facts)
{
    static const struct {
        const char *code, *words;
    } reasons[] = {
        {"key_refused", "Close refuses the API key"},
        {"key_unusable", "the API key cannot be read"},
        {"no_answer", "Close does not answer"},
        {"s3_down", "S3 does not answer"},
        {"s3_refused", "S3 refuses the uploads"},
    };
    for (size_t i = 0; facts->blocked && i < COUNT(reasons); i++)
        if (strcmp(reasons[i].code, facts->blocked) == 0)
            return reasons[i].words;
    return facts->is_paused ? "closedrop is paused" : NULL;
}

static void add_late(struct str *line, const struct ping_facts *facts)
{
    char longest[UNITS_DURATION], allowed[UNITS_DURATION];
    const struct queue_late *late = &facts->late;
    const char *reason = reason_of(facts);
    add(line, late->jobs == JOBS_AHEAD_MAX ? "at least " : "");
    str_printf(line, "%" PRId64 " file%s waited longer than %s, the first for %s", late->jobs,
        late->jobs == 1 ? " has" : "s have", units_duration_text(facts->late_ms, allowed),
        units_duration_text(facts->now_ms - late->since_ms, longest));
    if (reason)
        add(line, reason);
}

static void add_unseen(struct str *line, const char *what, int64_t lasted_ms, int64_t late_ms)
{
    char lasted[UNITS_DURATION];
    if (lasted_ms <= late_ms)
        return;
    add(line, what);
    str_add(line, units_duration_text(lasted_ms, lasted));
}

bool ping_line(struct str *line, const struct ping_facts *facts)
{
    if (facts->is_watch_stuck)
        add(line, "the watch thread hangs: the file system of a drop folder does not answer");
    if (facts->late.jobs)
        add_late(line, facts);
    add_unseen(line, "a file in a drop folder has not been finished, or could not be read, for ",
        facts->unsettled_ms, facts->late_ms);
    add_unseen(line, "a drop folder has been away for ", facts->away_ms, facts->late_ms);
    add_unseen(line, "the disk has been full for ", facts->disk_full_ms, facts->late_ms);
    return line->length > 0;
}
