/** The text of a table parsed into rows, with a message that names the line of each mistake. With
 * delimiter.c the only door to libcsv. */
#include "table_parse.h"

#include "delimiter.h"

#include "closedrop/base/encoding.h"
#include "closedrop/base/remedy.h"
#include "closedrop/base/str.h"
#include "closedrop/base/utf8.h"

#include <csv.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX 1000000

/** Old programs end a text with it (Ctrl-Z). */
#define END_OF_FILE_MARK '\x1A'

struct reading {
    struct contents *contents;
    const struct table_source *source;
    struct str *why;
    int result;
    size_t line;
    bool is_between_rows;
    bool is_open;               /* it ends within quotes */
    size_t row_line, row_bytes; /* where the row begins, and how long it is so far */
    size_t row_start;           /* of its fields in `texts` */
    size_t fields, filled;      /* how many it has, and up to the last that is not empty */
};

/** Begin a complaint about a line; the caller adds to what is returned. */
static struct str *complain(struct reading *reading, size_t line)
{
    reading->result = -EINVAL;
    utf8_escape(reading->why, reading->source->file, strlen(reading->source->file));
    str_printf(reading->why, ", line %zu: ", line);
    return reading->why;
}

static void find_key_column(struct reading *reading)
{
    struct contents *contents = reading->contents;
    const char *name = reading->source->column;
    int result = contents_find_column(contents, name, &contents->key_column);
    if (result == 0)
        return;
    str_add(complain(reading, reading->row_line),
        result == -EEXIST ? "two columns are named " : "no column is named ");
    contents_add_quoted(reading->why, name);
    if (result == -ENOENT)
        contents_add_columns(contents, reading->why);
}

static void take_header(struct reading *reading)
{
    struct contents *contents = reading->contents;
    const char *name = contents->texts + reading->row_start;
    if (reading->filled > COLUMNS_MAX) {
        str_printf(
            complain(reading, reading->row_line), "there are more than %d columns", COLUMNS_MAX);
        return;
    }
    for (size_t i = 0; i < reading->filled; i++, name += strlen(name) + 1)
        contents->columns[contents->column_count++] = name;
    find_key_column(reading);
}

/** The row that was just read, as far as it is sound. */
static struct row check_row(struct reading *reading)
{
    const struct contents *contents = reading->contents;
    const char *field = contents->texts + reading->row_start;
    struct row row = {NULL, field, (uint32_t)reading->filled, (uint32_t)reading->row_line};
    for (size_t i = 0; i < reading->filled && !reading->result; i++, field += strlen(field) + 1) {
        if (i == contents->key_column)
            row.key = field;
        if (!*field || contents_has_name(contents, i))
            continue;
        str_printf(complain(reading, reading->row_line), "value %zu, ", i + 1);
        contents_add_quoted(reading->why, field);
        str_add(reading->why, ", is in a column that has no name in the first row");
    }
    if (!reading->result && (!row.key || !*row.key)) {
        str_add(complain(reading, reading->row_line),
            "the row has values but no key: nothing is in the column ");
        contents_add_quoted(reading->why, reading->source->column);
    }
    return row;
}

static int make_room(struct contents *contents)
{
    if (contents->count < contents->room)
        return 0;
    size_t room = contents->room ? 2 * contents->room : 64;
    struct row *rows = realloc(contents->rows, room * sizeof(*rows));
    if (!rows)
        return -ENOMEM;
    contents->rows = rows;
    contents->room = room;
    return 0;
}

static void take_row(struct reading *reading)
{
    struct contents *contents = reading->contents;
    struct row row = check_row(reading);
    if (!reading->result && contents->count == ROWS_MAX)
        str_printf(complain(reading, reading->row_line), "there are more than %d rows", ROWS_MAX);
    if (!reading->result)
        reading->result = make_room(contents);
    if (!reading->result)
        contents->rows[contents->count++] = row;
}

/** Excel keeps the zeros of a number by a formula: ="0123" is the text 0123. */
static void take_out_of_formula(const char **text, size_t *length)
{
    if (*length < 3 || memcmp(*text, "=\"", 2) != 0 || (*text)[*length - 1] != '"')
        return;
    *text += 2;
    *length -= 3;
    utf8_trim(text, length);
}

static void on_field(void *bytes, size_t length, void *data)
{
    struct reading *reading = data;
    struct contents *contents = reading->contents;
    const char *text = bytes;
    utf8_trim(&text, &length);
    take_out_of_formula(&text, &length);
    memcpy(contents->texts + contents->length, text, length);
    contents->length += length;
    contents->texts[contents->length++] = '\0';
    reading->fields++;
    if (length)
        reading->filled = reading->fields;
}

static void on_row(int end, void *data)
{
    (void)end;
    struct reading *reading = data;
    struct contents *contents = reading->contents;
    if (!reading->filled)
        contents->length = reading->row_start;
    else if (!contents->column_count)
        take_header(reading);
    else
        take_row(reading);
    reading->row_start = contents->length;
    reading->fields = 0;
    reading->filled = 0;
    reading->is_between_rows = true;
}

/** Where a value is a formula, ="0123", leave the text in quotes alone. */
static void take_out_formulas(char *text, size_t length, char delimiter)
{
    bool is_quoted = false, is_start = true; /* of a value */
    for (size_t i = 0; i < length; i++) {
        if (is_start && text[i] == '=' && text[i + 1] == '"')
            text[i] = ' ';
        is_quoted ^= text[i] == '"';
        bool is_border = text[i] == delimiter || encoding_is_line_end(text[i]);
        is_start = !is_quoted && (is_border || (is_start && text[i] == ' '));
    }
}

/* ---- the rows ---- */

static void complain_syntax(struct reading *reading, int error)
{
    if (error == CSV_EPARSE)
        str_add(complain(reading, reading->line), "a quote in the middle of a value" REMEDY
                                                  "write such a value in quotes, with the quotes "
                                                  "inside it doubled: \"6\"\" pipe\"");
    else
        reading->result = -ENOMEM;
}

static void complain_open_quote(struct reading *reading)
{
    str_add(complain(reading, reading->row_line), "unterminated quote in this row");
    reading->is_open = true;
}

/** Line by line, so that a complaint can name the line: libcsv does not count them. */
static void feed(
    struct reading *reading, struct csv_parser *parser, const char *text, size_t length)
{
    while (length && !reading->result) {
        size_t step = encoding_line_length(text, length);
        reading->line++;
        if (reading->is_between_rows) {
            reading->row_line = reading->line;
            reading->row_bytes = 0;
        }
        reading->is_between_rows = false;
        reading->row_bytes += step;
        if (reading->row_bytes > ROW_MAX)
            str_printf(complain(reading, reading->row_line),
                "this row is longer than %d KB; perhaps it contains an unterminated quote",
                ROW_MAX / 1024);
        else if (csv_parse(parser, text, step, on_field, on_row, reading) != step)
            complain_syntax(reading, csv_error(parser));
        text += step;
        length -= step;
    }
    if (!reading->result && csv_fini(parser, on_field, on_row, reading) != 0)
        complain_open_quote(reading);
}

static void parse(struct reading *reading, char *text, size_t length)
{
    struct csv_parser parser;
    char delimiter = ',';
    size_t skipped = delimiter_line(text, &delimiter);
    text += skipped;
    length -= skipped;
    reading->line = skipped > 0;
    if (!skipped)
        reading->result = delimiter_choose(text, length, reading->source->column, &delimiter);
    if (reading->result)
        return;
    take_out_formulas(text, length, delimiter);
    csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL);
    csv_set_delim(&parser, (unsigned char)delimiter);
    csv_set_blk_size(&parser, 4096);
    feed(reading, &parser, text, length);
    csv_free(&parser);
}

static int compare_rows(const void *a, const void *b)
{
    const struct row *left = a;
    const struct row *right = b;
    int order = strcmp(left->key, right->key);
    return order ? order : (left->line > right->line) - (left->line < right->line);
}

/** Sort the rows, and complain about the first of the file whose key an earlier one has. */
static void sort_rows(struct reading *reading)
{
    const struct contents *contents = reading->contents;
    const struct row *again = NULL;
    if (contents->count)
        qsort(contents->rows, contents->count, sizeof(struct row), compare_rows);
    for (size_t i = 1; i < contents->count; i++) {
        const struct row *row = &contents->rows[i];
        bool is_again = strcmp(row[-1].key, row->key) == 0;
        if (is_again && (!again || row->line < again->line))
            again = row;
    }
    if (!again)
        return;
    str_add(complain(reading, again->line), "the key ");
    contents_add_quoted(reading->why, again->key);
    str_printf(reading->why, " is already in line %u; each key may appear only once",
        (unsigned)again[-1].line);
}

static void complain_encoding(
    struct reading *reading, const char *encoding, const char *text, size_t length)
{
    str_printf(complain(reading, encoding_line_at(text, length)),
        encoding ? "this is not %s text" REMEDY
                   "correct the setting encoding, or save the table as \"CSV "
                   "UTF-8\""
                 : "this is not UTF-8" REMEDY
                   "save it as \"CSV UTF-8\", or state its encoding in the "
                   "rule's table, e.g. encoding = \"%s\";",
        encoding ? encoding : "windows-1252");
}

/** The text without the mark that old programs put at its end. */
static size_t without_end_mark(const char *text, size_t length)
{
    return length - (length && text[length - 1] == END_OF_FILE_MARK);
}

/** Whether a text ends so that its writer may not have been done. */
static bool is_cut_off(const struct reading *reading, const char *text, size_t length)
{
    bool has_end = length && encoding_is_line_end(text[length - 1]);
    bool has_rows = reading->contents->count || reading->result;
    return !has_end || !has_rows || reading->is_open;
}

int contents_parse(struct contents *contents, const struct table_source *source, char **text,
    size_t length, bool *ret_is_cut, struct str *why)
{
    struct reading reading = {
        .contents = contents, .source = source, .why = why, .is_between_rows = true};
    int foreign = encoding_to_utf8(source->encoding, text, &length);
    if (foreign == -ENOMEM)
        return foreign;
    length = without_end_mark(*text, length);
    contents->texts = malloc(length + 1); /* the last field may end without a line end */
    if (!contents->texts)
        return -ENOMEM;
    if (foreign)
        complain_encoding(&reading, source->encoding, *text, length);
    else
        parse(&reading, *text, length);
    *ret_is_cut = foreign ? foreign == -ENODATA : is_cut_off(&reading, *text, length);
    if (!reading.result && !contents->column_count)
        str_printf(complain(&reading, 1),
            "the table is empty; its first row must name the columns: %s,lead_id", source->column);
    if (!reading.result)
        sort_rows(&reading);
    return reading.result;
}
