/** One line for one job: what it is, when it came, and what became of its file. */
#include "job_row.h"

#include "jobs.h"
#include "terminal.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cells.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/json.h"
#include "closedrop/base/remedy.h"
#include "closedrop/base/str.h"
#include "closedrop/base/units.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REMARK_MAX 16384

/* in cells */
#define REMARK_INDENT 9
#define FOLDER_CELLS 12
#define FIXED_CELLS 63 /* what is before the name */
#define NAME_MIN 12

char *job_time(const struct json *job, const char *key, const char *format, char text[MOMENT_TEXT])
{
    const char *written = json_get_text(job, key);
    struct moment moment;
    *text = '\0';
    return written && moment_read(written, 0, &moment) == 0
               ? moment_print(moment.from_ms, format, text)
               : text;
}

void job_add_named(struct str *out, const struct json *job, const char *id, const char *name)
{
    const char *called = job_member(job, name), *which = job_member(job, id);
    str_printf(out, *called && *which ? "%s (%s)" : "%s%s", called, which);
}

const char *job_whereabouts(const struct json *job)
{
    static const struct {
        const char *file, *state, *words; /* state "": any */
    } all[] = {
        {"gone", "done", "deleted after the upload"},
        {"gone", "", "gone"},
        {"replaced", "", "replaced by a newer file"},
    };
    const char *file = job_member(job, "file");
    if (strcmp(file, "put_away") == 0)
        return job_member(job, "place");
    for (size_t i = 0; i < COUNT(all); i++)
        if (strcmp(file, all[i].file) == 0 &&
            (!*all[i].state || strcmp(job_member(job, "state"), all[i].state) == 0))
            return all[i].words;
    return NULL;
}

/** "email on ACME (lead_4tX9), Ann (cont_7)", "email_template Price list (tmpl_8xQ2)" */
static void add_target(struct str *out, const struct json *job)
{
    const bool is_template = json_get_text(job, "template_id") != NULL;
    str_printf(out, is_template ? "%s " : "%s on ", job_member(job, "activity"));
    job_add_named(out, job, is_template ? "template_id" : "lead_id",
        is_template ? "template_name" : "lead_name");
    if (!json_get_text(job, "contact_id"))
        return;
    str_add(out, ", ");
    job_add_named(out, job, "contact_id", "contact_name");
}

void job_add_away(struct str *out, const struct json *job)
{
    const char *why = job_member(job, "folder_away");
    str_add(out, *why ? "its folder is away: " : "");
    str_add_bytes(out, why, remedy_problem_length(why));
}

/** Why it is not done, or what was made of it, and where its file is now. */
static void add_remark(struct str *out, const struct json *job)
{
    const char *stuck = json_get_text(job, "not_put_away");
    const char *error = job_error(job);
    const char *ended = json_get_text(job, "ended");
    const char *file = job_whereabouts(job);
    if (ended)
        str_printf(out, "%s; ", ended);
    if (error)
        str_printf(out, "%s; ", error);
    else if (json_get_text(job, "activity_id")) {
        add_target(out, job);
        str_add(out, "; ");
    }
    if (json_get_text(job, "folder_away")) {
        job_add_away(out, job);
        str_add(out, "; ");
    }
    if (stuck)
        str_printf(out, "%snot put away yet: %s; ", out->length ? "" : "uploaded; ", stuck);
    else if (file)
        str_printf(
            out, "%s%s; ", strcmp(job_member(job, "file"), "put_away") == 0 ? "now " : "", file);
}

static const char *colour_of(const char *state)
{
    if (!cli_has_colours())
        return "";
    return strcmp(state, "failed") == 0 ? "\033[31m" : strcmp(state, "done") == 0 ? "\033[32m" : "";
}

/** On the line if it fits there, else below it. */
static void add_remark_lines(struct str *row, const struct json *job, size_t used, size_t columns)
{
    struct str remark = STR_INIT(REMARK_MAX);
    add_remark(&remark, job);
    CLEANUP(free_text) char *text = str_take(&remark);
    if (!text || !*text)
        return;
    text[strlen(text) - strlen("; ")] = '\0';
    CLEANUP(free_text) char *bracketed = str_format("(%s)", text);
    if (columns == CELLS_ANY || used + 2 + cells_count(bracketed) <= columns) {
        str_add(row, "  ");
        cells_add(row, bracketed, CELLS_ANY);
    } else {
        str_printf(row, "\n%*s", REMARK_INDENT, "");
        cells_add_words(row, bracketed, REMARK_INDENT, REMARK_INDENT, columns);
    }
}

void job_print_heading(const char *when)
{
    printf("%7s  %-9s  %-16s  %-12s  %9s  %s\n", "ID", "STATE", when, "FOLDER", "SIZE", "FILE");
}

/** All but the name of its file; takes FIXED_CELLS where nothing is too long. */
static void add_columns(
    struct str *row, const struct json *job, const char *state, const char *when_key, size_t most)
{
    struct str size = STR_INIT(64);
    char when[MOMENT_TEXT];
    const char *colour = colour_of(job_member(job, "state"));
    units_print_size(&size, json_get_int(job, "size", 0));
    str_printf(row, "%7" PRId64 "  %s%-9s%s  %-16s  ", json_get_int(job, "id", 0), colour, state,
        *colour ? "\033[0m" : "", job_time(job, when_key, MOMENT_TO_THE_MINUTE, when));
    cells_add_column(row, job_folder(job), FOLDER_CELLS, most == CELLS_ANY ? most : FOLDER_CELLS);
    str_printf(row, "  %9s  ", str_text(&size));
    str_release(&size);
}

void job_print_row(const struct json *job, const char *state, const char *when_key)
{
    const char *path = job_member(job, "path");
    size_t columns = terminal_columns(STDOUT_FILENO), cells = cells_count(path);
    size_t room = columns == CELLS_ANY               ? CELLS_ANY
                  : columns < FIXED_CELLS + NAME_MIN ? NAME_MIN
                                                     : columns - FIXED_CELLS;
    struct str row = STR_INIT(4 * REMARK_MAX);
    add_columns(&row, job, state, when_key, columns);
    cells_add(&row, path, room);
    add_remark_lines(&row, job, FIXED_CELLS + (cells < room ? cells : room), columns);
    puts(str_text(&row));
    str_release(&row);
}
