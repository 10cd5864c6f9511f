/** Writes lines and times of a status as wide as there is room. */
#include "status_view.h"

#include "closedrop/base/cells.h"
#include "closedrop/base/moment.h"
#include "closedrop/base/str.h"
#include "closedrop/base/units.h"

void status_view_line(const struct status_view *view, const char *text, size_t used, size_t indent)
{
    cells_add_words(view->out, text, used, indent, view->columns);
    str_add_char(view->out, '\n');
}

void status_view_indented(const struct status_view *view, const char *text, size_t indent)
{
    str_printf(view->out, "%*s", (int)indent - 1, "");
    status_view_line(view, text, indent - 1, indent);
}

int64_t status_view_time(const char *rfc3339)
{
    struct moment moment = {0, 0};
    return rfc3339 && moment_read(rfc3339, 0, &moment) == 0 ? moment.from_ms : 0;
}

static void add_time(
    const struct status_view *view, struct str *out, int64_t wall_ms, const char *if_earlier)
{
    char at[MOMENT_TEXT];
    struct moment today = {0, 0};
    (void)moment_read("today", view->now_ms, &today);
    bool is_today = wall_ms >= today.from_ms && wall_ms < today.to_ms;
    str_add(out, moment_print(wall_ms, is_today ? "%H:%M" : if_earlier, at));
}

void status_view_day(const struct status_view *view, struct str *out, const char *rfc3339)
{
    if (rfc3339)
        add_time(view, out, status_view_time(rfc3339), "%Y-%m-%d");
}

void status_view_since(const struct status_view *view, struct str *out, const char *rfc3339)
{
    int64_t since_ms = status_view_time(rfc3339);
    int64_t seconds = (view->now_ms - since_ms) / 1000;
    add_time(view, out, since_ms, MOMENT_TO_THE_MINUTE);
    str_add(out, " (");
    if (seconds > 0)
        units_print_duration(out, seconds * 1000);
    else
        str_add(out, "0 s");
    str_add_char(out, ')');
}
