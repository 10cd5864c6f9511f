/** What is in progress, in a status: a row each, with its speed and the time left. */
#include "status_transfers.h"

#include "jobs.h"

#include "closedrop/base/cells.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/base/units.h"

#include <inttypes.h>
#include <string.h>

#define FIXED_CELLS (7 + 2 + 9 + 2 + 8 + 2 + 8 + 2 + 9 + 2 + 11 + 2) /* without the file */
#define FILE_CELLS_MIN 12

/** A size, or nothing. */
static const char *size_text(struct str *out, int64_t bytes, const char *unit)
{
    if (bytes > 0) {
        units_print_size(out, bytes);
        str_add(out, unit);
    }
    return str_text(out);
}

static void add_transfer(const struct status_view *view, const struct json *transfer)
{
    struct str sent = STR_INIT(64), size = STR_INIT(64), speed = STR_INIT(64), left = STR_INIT(64);
    size_t room = view->columns == CELLS_ANY                     ? CELLS_ANY
                  : view->columns < FIXED_CELLS + FILE_CELLS_MIN ? FILE_CELLS_MIN
                                                                 : view->columns - FIXED_CELLS;
    CLEANUP(free_text)
    char *file = str_format("%s/%s", job_member(transfer, "folder"), job_member(transfer, "path"));
    int64_t seconds = json_get_int(transfer, "seconds_left", -1);
    if (seconds >= 0)
        units_print_duration(&left, seconds * 1000);
    str_printf(view->out, "%7" PRId64 "  %-9s  %8s  %8s  %9s  %11s  ",
        json_get_int(transfer, "id", 0), job_member(transfer, "stage"),
        size_text(&sent, json_get_int(transfer, "sent", 0), ""),
        size_text(&size, json_get_int(transfer, "size", 0), ""),
        size_text(&speed, json_get_int(transfer, "speed", 0), "/s"), str_text(&left));
    cells_add(view->out, file ? file : "?", room);
    str_add_char(view->out, '\n');
    str_release(&sent), str_release(&size), str_release(&speed), str_release(&left);
}

void status_transfers_add(const struct status_view *view, const struct json *status)
{
    const struct json *transfers = json_get(status, "transfers");
    if (!json_first(transfers))
        return;
    str_printf(view->out, "\n%7s  %-9s  %8s  %8s  %9s  %11s  %s\n", "JOB", "STAGE", "SENT", "SIZE",
        "SPEED", "TIME LEFT", "FILE");
    for (const struct json *one = json_first(transfers); one; one = json_next(one))
        add_transfer(view, one);
}
