/** How a status is shown: where, how wide, and when; and the lines and times in it. */
#ifndef CLOSEDROP_CLI_STATUS_VIEW_H
#define CLOSEDROP_CLI_STATUS_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str;

struct status_view {
    struct str *out;
    size_t columns; /* CELLS_ANY: not on a terminal, nothing is cut */
    bool has_colours;
    int64_t now_ms; /* on the wall clock */
};

/** Append a line, wrapped, of which the first `used` cells are on it already; then it ends. */
void status_view_line(const struct status_view *view, const char *text, size_t used, size_t indent);

/** Append a text, wrapped, in lines that begin with `indent` spaces. */
void status_view_indented(const struct status_view *view, const char *text, size_t indent);

/** Append when it was, and for how long that is: "07:50 (5 min)", "2026-11-27 14:00 (2 d 3 h)". */
void status_view_since(const struct status_view *view, struct str *out, const char *rfc3339);

/** Append the time of day, or the date if that is not today. */
void status_view_day(const struct status_view *view, struct str *out, const char *rfc3339);

/** The time that RFC 3339 text names, on the wall clock; 0 for NULL. */
int64_t status_view_time(const char *rfc3339);

#endif
