/** The columns of a job in a spreadsheet. */
#include "job_csv.h"

#include "csv.h"
#include "job_row.h"
#include "jobs.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROW_MAX (256 * 1024)

enum column_kind { COLUMN_TEXT, COLUMN_NUMBER, COLUMN_TIME, COLUMN_STATE, COLUMN_ERROR };

static const struct {
    const char *heading; /* also its key, but for an error */
    enum column_kind kind;
    const char *key; /* of the error */
} columns[] = {
    {"id", COLUMN_NUMBER, NULL},
    {"state", COLUMN_STATE, NULL},
    {"folder", COLUMN_TEXT, NULL},
    {"path", COLUMN_TEXT, NULL},
    {"size", COLUMN_NUMBER, NULL},
    {"queued_at", COLUMN_TIME, NULL},
    {"done_at", COLUMN_TIME, NULL},
    {"failed_at", COLUMN_TIME, NULL},
    {"rule", COLUMN_TEXT, NULL},
    {"activity", COLUMN_TEXT, NULL},
    {"lead_name", COLUMN_TEXT, NULL},
    {"lead_id", COLUMN_TEXT, NULL},
    {"contact_name", COLUMN_TEXT, NULL},
    {"contact_id", COLUMN_TEXT, NULL},
    {"activity_id", COLUMN_TEXT, NULL},
    {"error_code", COLUMN_ERROR, "code"},
    {"error", COLUMN_ERROR, "message"},
    {"file", COLUMN_TEXT, NULL},
    {"place", COLUMN_TEXT, NULL},
    {"sha256", COLUMN_TEXT, NULL},
};

/** Numbers and times are written here. */
struct cell {
    char text[MOMENT_TEXT];
};

static const char *cell_of(
    const struct json *job, size_t column, const char *state, struct cell *cell)
{
    const char *key = columns[column].heading;
    switch (columns[column].kind) {
    case COLUMN_NUMBER:
        snprintf(cell->text, sizeof(cell->text), "%" PRId64, json_get_int(job, key, 0));
        return cell->text;
    case COLUMN_TIME:
        return job_time(job, key, MOMENT_TO_THE_SECOND, cell->text);
    case COLUMN_STATE:
        return state;
    case COLUMN_ERROR:
        return json_get_text(json_get(job, "error"), columns[column].key);
    default:
        return strcmp(key, "folder") == 0 ? job_folder(job) : json_get_text(job, key);
    }
}

/** A file has the bytes as they are; on a terminal they could do anything. */
static void print_line(const char *line, size_t length)
{
    if (!isatty(STDOUT_FILENO)) {
        fwrite(line, 1, length, stdout);
        return;
    }
    CLEANUP(free_text) char *text = strndup(line, length - strlen(CSV_LINE_END));
    cli_print_text(text ? text : "?");
    putchar('\n');
}

static void print_cells(const char *const *cells)
{
    static char separator;
    struct str row = STR_INIT(ROW_MAX);
    separator = separator ? separator : csv_separator();
    csv_add_row(&row, separator, cells, COUNT(columns));
    if (!str_error(&row))
        print_line(str_text(&row), row.length);
    str_release(&row);
}

void job_csv_begin(void)
{
    const char *cells[COUNT(columns)];
    for (size_t i = 0; i < COUNT(columns); i++)
        cells[i] = columns[i].heading;
    if (!isatty(STDOUT_FILENO))
        fputs(CSV_MARK, stdout);
    print_cells(cells);
}

void job_csv_print(const struct json *job, const char *state)
{
    struct cell written[COUNT(columns)];
    const char *cells[COUNT(columns)];
    for (size_t i = 0; i < COUNT(columns); i++)
        cells[i] = cell_of(job, i, state, &written[i]);
    print_cells(cells);
}
