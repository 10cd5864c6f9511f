/** Says that no agent is running, and since when. */
#include "absence.h"

#include "closedrop/base/moment.h"
#include "closedrop/base/str.h"

void absence_add(struct str *out, int64_t started_ms, int64_t stopped_ms)
{
    char at[MOMENT_TEXT];
    str_add(out, "closedrop is not running");
    if (stopped_ms)
        str_printf(out, " (since %s)", moment_print(stopped_ms, MOMENT_TO_THE_MINUTE, at));
    else if (started_ms)
        str_printf(out, " (started %s, and crashed or was killed since then)",
            moment_print(started_ms, MOMENT_TO_THE_MINUTE, at));
}
