/** The folders in a status: a row each, and below it what it waits for. */
#include "status_folders.h"

#include "jobs.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cells.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"

#include <inttypes.h>
#include <string.h>

#define NAME_CELLS_MIN 6
#define NAME_CELLS_MAX 24
#define PATH_CELLS_MIN 8
#define INDENT 4
#define LINE_MAX_BYTES 16384

/** The cells of a row without name and path, and of those that are between columns. */
#define FIXED_CELLS (2 + 8 + 1 + 7 + 1 + 7 + 1 + 7 + 2 + 10 + 2)

static size_t name_cells(const struct json *folders)
{
    size_t most = NAME_CELLS_MIN;
    for (const struct json *one = json_first(folders); one; one = json_next(one)) {
        size_t cells = cells_count(job_member(one, "name"));
        most = cells > most ? cells : most;
    }
    return most < NAME_CELLS_MAX ? most : NAME_CELLS_MAX;
}

static size_t path_cells(const struct status_view *view, size_t name)
{
    size_t used = name + FIXED_CELLS;
    if (view->columns == CELLS_ANY)
        return CELLS_ANY;
    return view->columns > used + PATH_CELLS_MIN ? view->columns - used : PATH_CELLS_MIN;
}

static const char *watched_by(const struct json *folder)
{
    const char *watch = json_get_text(folder, "watch");
    if (!watch) /* nothing is running */
        return "-";
    if (!json_get_bool(folder, "healthy", false))
        return json_get_text(folder, "message") ? "AWAY" : "starting";
    return strcmp(watch, "poll") == 0 ? "polling" : "events";
}

static void add_row(const struct status_view *view, const struct json *folder, size_t name)
{
    struct str last = STR_INIT(64);
    bool is_cut = view->columns != CELLS_ANY;
    status_view_day(view, &last, json_get_text(json_get(folder, "last_done"), "done_at"));
    cells_add_column(view->out, job_member(folder, "name"), name, is_cut ? name : CELLS_ANY);
    str_printf(view->out, "  %-8s %7" PRId64 " %7" PRId64 " %7" PRId64 "  %-10s  ",
        watched_by(folder), json_get_int(folder, "queued", 0), json_get_int(folder, "failed", 0),
        json_get_int(folder, "done_today", 0), last.length ? str_text(&last) : "-");
    cells_add(view->out, job_member(folder, "path"), path_cells(view, name));
    str_add_char(view->out, '\n');
    str_release(&last);
}

/** "oldest: in/a.pdf, queued since 07:50 (5 min), next try 08:20: S3 is slow" */
static void add_oldest(const struct status_view *view, const struct json *oldest)
{
    const char *next = json_get_text(oldest, "next_attempt_at"), *error = job_error(oldest);
    struct str words = STR_INIT(LINE_MAX_BYTES);
    if (!json_get_text(oldest, "path"))
        return;
    str_printf(&words, "oldest: %s, here since ", job_member(oldest, "path"));
    status_view_since(view, &words, json_get_text(oldest, "queued_at"));
    str_printf(&words, ", %s", job_member(oldest, "state"));
    if (next && error) {
        str_add(&words, ", next try ");
        status_view_day(view, &words, next);
    }
    if (error)
        str_printf(&words, ": %s", error);
    status_view_indented(view, str_text(&words), INDENT);
    str_release(&words);
}

/** "3 settling, 2 waiting for a marker or sidecar; longest: in/b.pdf, since 07:10 (45 min)" */
static void add_waits(const struct status_view *view, const struct json *folder)
{
    static const struct {
        const char *key;
        const char *text;
    } waits[] = {{"settling", "settling"}, {"waiting_marker", "waiting for a marker or sidecar"},
        {"waiting_incomplete", "empty or truncated, may still grow"},
        {"waiting_access", "not readable yet"}};
    const struct json *longest = json_get(folder, "waiting_longest");
    struct str words = STR_INIT(LINE_MAX_BYTES);
    for (size_t i = 0; i < COUNT(waits); i++) {
        int64_t count = json_get_int(folder, waits[i].key, 0);
        if (count)
            str_printf(&words, "%s%" PRId64 " %s", words.length ? ", " : "", count, waits[i].text);
    }
    if (json_get_text(longest, "path")) {
        str_printf(
            &words, "%slongest: %s, since ", words.length ? "; " : "", job_member(longest, "path"));
        status_view_since(view, &words, json_get_text(longest, "since"));
    }
    if (words.length)
        status_view_indented(view, str_text(&words), INDENT);
    str_release(&words);
}

/** Why it is away is an alert. */
static void add_troubles(const struct status_view *view, const struct json *folder)
{
    bool is_healthy = json_get_bool(folder, "healthy", true);
    const char *const lines[] = {is_healthy ? json_get_text(folder, "message") : NULL,
        json_get_text(folder, "waits_for"), json_get_text(folder, "unreadable"),
        json_get_text(folder, "closed")};
    for (size_t i = 0; i < COUNT(lines); i++)
        if (lines[i])
            status_view_indented(view, lines[i], INDENT);
    if (!json_get_bool(folder, "leases", true))
        status_view_indented(view,
            "no read leases here (closedrop does not own the files, or the file system does not "
            "support them): the quiet time alone decides",
            INDENT);
}

void status_folders_add(const struct status_view *view, const struct json *status)
{
    const struct json *folders = json_get(status, "folders");
    size_t name = name_cells(folders);
    if (!json_first(folders))
        return;
    str_add_char(view->out, '\n');
    cells_add_column(view->out, "FOLDER", name, name);
    str_printf(view->out, "  %-8s %7s %7s %7s  %-10s  %s\n", "WATCHED", "QUEUED", "FAILED", "TODAY",
        "LAST DONE", "PATH");
    for (const struct json *one = json_first(folders); one; one = json_next(one)) {
        add_row(view, one, name);
        add_oldest(view, json_get(one, "oldest"));
        add_waits(view, one);
        add_troubles(view, one);
    }
}
