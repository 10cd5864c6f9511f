/* A table of customers: read by libcsv, kept while its file stays the same, searched by key. */
#include "closedrop/rules/table.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/encoding.h"
#include "closedrop/base/json.h"
#include "closedrop/base/shortage.h"
#include "closedrop/base/str.h"
#include "closedrop/base/text.h"
#include "closedrop/base/utf8.h"
#include "closedrop/files/lease.h"

#include <csv.h>

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* A million rows of a key and a lead's id fill 64 MiB. */
#define FILE_MOST (64 << 20)
#define ROWS_MOST 1000000
#define ROW_MOST 65536
#define COLUMNS_MOST 200

/** How much of a key or a name a message repeats, and how many names. */
#define REPEAT_MOST 60
#define NAMES_MOST 20
#define REASON_MOST 65536

#define BLANKS " \t\r\n"

/** Old programs end a text with it (Ctrl-Z). */
#define END_OF_FILE_MARK '\x1A'

/** That a table is away is forgotten where nobody has asked for so much longer than it may be. */
#define FORGET_MS 60000

/** A change is this old at most: what is older was made under another clock. */
#define AGE_MOST_S (400 * 86400)

/** One row; its fields lie behind one another, each with its NUL. Those left out at its end are "".
 */
struct row {
    const char *key;
    const char *fields;
    uint32_t count;
    uint32_t line;
};

/** A row, by its key in any spelling. */
struct spelling {
    uint64_t hash;
    const struct row *row;
};

struct contents {
    char *texts; /* the fields of all rows, which never take more room than the file */
    size_t length;
    const char *columns[COLUMNS_MOST]; /* their names; "": a column nobody may use */
    size_t column_count, key_column;
    struct row *rows; /* by key */
    size_t count, room;
    struct spelling *spellings; /* of all rows, by hash; NULL: not needed yet */
};

struct table {
    struct table *next;
    char *file;
    char *encoding;             /* NULL: UTF-8 */
    int64_t away_ms, missed_ms; /* steady clock: since when it is away, and was last missed; 0: it
                                   was there */
    bool is_cut;                /* it looks as if more were to come */
    bool is_remembered;         /* what follows holds as long as the file has this `stat` */
    struct stat stat;
    struct contents contents;
    char *reason; /* why it cannot be used; NULL: it can */
};

struct tables {
    struct table *first;
};

/* ---- reading: from bytes to contents ---- */

struct reading {
    struct contents *contents;
    const char *file;
    struct str *why;
    int result;
    size_t line;
    bool is_between_rows;
    bool is_open;               /* it ends within quotes */
    size_t row_line, row_bytes; /* where the row begins, and how long it is so far */
    size_t row_start;           /* of its fields in `texts` */
    size_t fields, filled;      /* how many it has, and up to the last that is not empty */
};

static void add_quoted(struct str *why, const char *text)
{
    size_t length = strlen(text);
    bool cut = length > REPEAT_MOST;
    if (cut)
        length = REPEAT_MOST;
    while (cut && length > REPEAT_MOST - 4 && ((unsigned char)text[length] & 0xC0) == 0x80)
        length--;
    str_add_char(why, '"');
    utf8_escape(why, text, length);
    str_add(why, cut ? "...\"" : "\"");
}

/** Begin a complaint about a line; the caller adds to what is returned. */
static struct str *complain(struct reading *reading, size_t line)
{
    reading->result = -EINVAL;
    utf8_escape(reading->why, reading->file, strlen(reading->file));
    str_printf(reading->why, ", line %zu: ", line);
    return reading->why;
}

static size_t find_column(const struct contents *contents, const char *name)
{
    size_t i = 0;
    while (i < contents->column_count && strcmp(contents->columns[i], name) != 0)
        i++;
    return i;
}

static bool has_column(const struct contents *contents, const char *name)
{
    return *name && find_column(contents, name) < contents->column_count;
}

static void add_columns(struct str *why, const struct contents *contents)
{
    size_t named = 0;
    for (size_t i = 0; i < contents->column_count && named <= NAMES_MOST; i++) {
        if (!*contents->columns[i])
            continue;
        str_add(why, named ? ", " : "; there are only ");
        if (++named <= NAMES_MOST)
            add_quoted(why, contents->columns[i]);
        else
            str_add(why, "...");
    }
}

static void check_header(struct reading *reading)
{
    struct contents *contents = reading->contents;
    contents->key_column = find_column(contents, "key");
    if (!has_column(contents, "key")) {
        str_add(complain(reading, reading->row_line), "no column is called \"key\"");
        add_columns(reading->why, contents);
    } else if (!has_column(contents, "lead_id") && !has_column(contents, "contact_id")) {
        str_add(complain(reading, reading->row_line),
            "no column is called \"lead_id\" or \"contact_id\"");
        add_columns(reading->why, contents);
    }
}

static void take_header(struct reading *reading)
{
    struct contents *contents = reading->contents;
    const char *name = contents->texts + reading->row_start;
    if (reading->filled > COLUMNS_MOST) {
        str_printf(
            complain(reading, reading->row_line), "there are more than %d columns", COLUMNS_MOST);
        return;
    }
    for (size_t i = 0; i < reading->filled; i++, name += strlen(name) + 1) {
        if (has_column(contents, name)) {
            str_add(complain(reading, reading->row_line), "two columns are called ");
            add_quoted(reading->why, name);
            return;
        }
        contents->columns[contents->column_count++] = name;
    }
    check_header(reading);
}

/** Whether the field at `column` stands where a name says what it is. */
static bool has_name(const struct contents *contents, size_t column)
{
    return column < contents->column_count && *contents->columns[column];
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
        if (!*field || has_name(contents, i))
            continue;
        str_printf(complain(reading, reading->row_line), "value %zu, ", i + 1);
        add_quoted(reading->why, field);
        str_add(reading->why, ", stands in a column that the first row gives no name");
    }
    if (!reading->result && (!row.key || !*row.key))
        str_add(complain(reading, reading->row_line), "the row has values, but no key");
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
    if (!reading->result && contents->count == ROWS_MOST)
        str_printf(complain(reading, reading->row_line), "there are more than %d rows", ROWS_MOST);
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

static bool is_line_end(char c)
{
    return c == '\n' || c == '\r';
}

/* ---- the delimiter ---- */

/** The wanted columns that a first row names. */
struct heading {
    bool has_key, has_target, is_over;
    size_t named;
};

static void on_heading(void *bytes, size_t length, void *data)
{
    static const char key[] = "key", lead[] = "lead_id", contact[] = "contact_id";
    struct heading *heading = data;
    const char *text = bytes;
    utf8_trim(&text, &length);
    heading->named += length > 0;
    heading->has_key |= length == strlen(key) && memcmp(text, key, length) == 0;
    heading->has_target |= (length == strlen(lead) && memcmp(text, lead, length) == 0) ||
                           (length == strlen(contact) && memcmp(text, contact, length) == 0);
}

static void on_heading_end(int end, void *data)
{
    (void)end;
    struct heading *heading = data;
    heading->is_over = heading->named > 0;
}

/** How many of the columns that must be there the first row has, where this is the delimiter; or
 * -ENOMEM. */
static int wanted_columns(const char *text, size_t length, char delimiter)
{
    struct heading heading = {0};
    struct csv_parser parser;
    csv_init(&parser, CSV_STRICT);
    csv_set_delim(&parser, (unsigned char)delimiter);
    for (size_t at = 0, step; at < length && at <= ROW_MOST && !heading.is_over; at += step) {
        step = encoding_line_length(text + at, length - at);
        if (csv_parse(&parser, text + at, step, on_heading, on_heading_end, &heading) != step)
            break;
    }
    bool is_short = csv_error(&parser) == CSV_ENOMEM; /* of what else is wrong parse() tells */
    (void)csv_fini(&parser, on_heading, on_heading_end, &heading);
    csv_free(&parser);
    return is_short ? -ENOMEM : heading.has_key + heading.has_target;
}

/** The delimiter of the first row that is not blank, where the columns do not tell. */
static char guess_delimiter(const char *text, size_t length)
{
    char other = ',';
    bool quoted = false;
    size_t at = 0;
    while (at < length && strchr(BLANKS, text[at]))
        at++;
    for (; at < length && (quoted || !is_line_end(text[at])); at++) {
        char c = text[at];
        quoted ^= c == '"';
        if (c == ',' && !quoted)
            return ',';
        if ((c == ';' || c == '\t') && !quoted && other == ',')
            other = c;
    }
    return other;
}

/** The one under which the first row names most of the columns that must be there. Returns 0 or
 * -ENOMEM. */
static int choose_delimiter(const char *text, size_t length, char *ret_delimiter)
{
    const char delimiters[] = {guess_delimiter(text, length), ',', ';', '\t'};
    int most = -1;
    for (size_t i = 0; i < sizeof(delimiters) && most < 2; i++) {
        int wanted = wanted_columns(text, length, delimiters[i]);
        if (wanted < 0)
            return wanted;
        if (wanted > most)
            *ret_delimiter = delimiters[i];
        most = wanted > most ? wanted : most;
    }
    return 0;
}

/** Excel's own first line, sep=; or "sep=;". Returns its length with its end; 0: it is another. */
static size_t separator_line(const char *text, char *ret_delimiter)
{
    bool quoted = *text == '"';
    const char *at = text + quoted;
    if (strncasecmp(at, "sep=", 4) != 0 || !(ispunct((unsigned char)at[4]) || at[4] == '\t') ||
        at[4] == '"')
        return 0;
    const char *end = at + 5 + (quoted && at[5] == '"');
    end += strspn(end, " ,;\t");
    if (*end && !is_line_end(*end))
        return 0;
    *ret_delimiter = at[4];
    return (size_t)(end - text) + encoding_line_length(end, strnlen(end, 2));
}

/** Where a value is a formula, ="0123", leave the text in quotes alone. */
static void take_out_formulas(char *text, size_t length, char delimiter)
{
    bool is_quoted = false, is_start = true; /* of a value */
    for (size_t i = 0; i < length; i++) {
        if (is_start && text[i] == '=' && text[i + 1] == '"')
            text[i] = ' ';
        is_quoted ^= text[i] == '"';
        bool is_border = text[i] == delimiter || is_line_end(text[i]);
        is_start = !is_quoted && (is_border || (is_start && text[i] == ' '));
    }
}

/* ---- the rows ---- */

static void complain_syntax(struct reading *reading, int error)
{
    if (error == CSV_EPARSE)
        str_add(complain(reading, reading->line),
            "a quote stands in the middle of a value; a value with a quote in it is written in "
            "quotes, and its own are doubled: \"6\"\" pipe\"");
    else
        reading->result = -ENOMEM;
}

static void complain_open_quote(struct reading *reading)
{
    str_add(complain(reading, reading->row_line), "a quote in this row has no other half");
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
        if (reading->row_bytes > ROW_MOST)
            str_printf(complain(reading, reading->row_line),
                "this row is longer than %d KiB; perhaps a quote in it has no other half",
                ROW_MOST / 1024);
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
    size_t skipped = separator_line(text, &delimiter);
    text += skipped;
    length -= skipped;
    reading->line = skipped > 0;
    if (!skipped && (reading->result = choose_delimiter(text, length, &delimiter)) < 0)
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
    add_quoted(reading->why, again->key);
    str_printf(reading->why, " stands in line %u already; each may stand there once",
        (unsigned)again[-1].line);
}

static void complain_encoding(
    struct reading *reading, const char *encoding, const char *text, size_t length)
{
    str_printf(complain(reading, encoding_line_at(text, length)),
        encoding ? "this is no text in %s; correct encoding, or save the table as \"CSV UTF-8\""
                 : "this is not UTF-8; save it as \"CSV UTF-8\", or say in the rule's table how it "
                   "is written, e.g. encoding = \"%s\";",
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
    bool has_end = length && is_line_end(text[length - 1]);
    bool has_rows = reading->contents->count || reading->result;
    return !has_end || !has_rows || reading->is_open;
}

/**
 * From the bytes of the file, which become text. Returns 0, -ENOMEM, or -EINVAL with what is wrong
 * added to `why`.
 */
static int read_contents(struct table *table, char **text, size_t length, struct str *why)
{
    struct contents *contents = &table->contents;
    struct reading reading = {
        .contents = contents, .file = table->file, .why = why, .is_between_rows = true};
    int foreign = encoding_to_utf8(table->encoding, text, &length);
    if (foreign == -ENOMEM)
        return foreign;
    length = without_end_mark(*text, length);
    contents->texts = malloc(length + 1); /* the last field may end without a line end */
    if (!contents->texts)
        return -ENOMEM;
    if (foreign)
        complain_encoding(&reading, table->encoding, *text, length);
    else
        parse(&reading, *text, length);
    table->is_cut = foreign ? foreign == -ENODATA : is_cut_off(&reading, *text, length);
    if (!reading.result && !contents->column_count)
        str_add(complain(&reading, 1),
            "the table is empty; its first row must name the columns: key,lead_id");
    if (!reading.result)
        sort_rows(&reading);
    return reading.result;
}

/* ---- files ---- */

static bool is_same_time(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_ino == b->st_ino && a->st_size == b->st_size &&
           is_same_time(&a->st_mtim, &b->st_mtim) && is_same_time(&a->st_ctim, &b->st_ctim);
}

/** How long ago it changed, in ms; one of the far future changed under another clock, long ago. */
static int64_t age_of(const struct stat *stat)
{
    int64_t now = clock_wall_ms();
    int64_t seconds = stat->st_ctim.tv_sec;
    if (seconds < now / 1000 - AGE_MOST_S || seconds > now / 1000 + 60)
        return INT64_MAX;
    int64_t age = now - (seconds * 1000 + stat->st_ctim.tv_nsec / 1000000);
    return age >= -TABLE_YOUNG_MS ? age : INT64_MAX;
}

/** Up to `most` bytes; returns how many there were, or a negative errno. */
static ssize_t read_all(int fd, char *bytes, size_t most)
{
    size_t length = 0;
    for (;;) {
        ssize_t got = read(fd, bytes + length, most - length);
        if (got < 0 && errno != EINTR)
            return -errno;
        if (got == 0)
            return (ssize_t)length;
        length += got > 0 ? (size_t)got : 0;
    }
}

static int refuse(const char *file, struct str *why, const char *words)
{
    utf8_escape(why, file, strlen(file));
    str_printf(why, " %s", words);
    return -EINVAL;
}

/** What a failed call means: -EAGAIN passes, and so does -ENOMEM, for any shortage; anything else
 * makes the file unusable. */
static int refuse_errno(const char *file, struct str *why, int error)
{
    if (error == EAGAIN)
        return -EAGAIN;
    if (is_shortage(error))
        return -ENOMEM;
    refuse(file, why, "cannot be read: ");
    str_add(why, strerror(error));
    return -EINVAL;
}

static int check_file(const char *file, const struct stat *found, struct str *why)
{
    if (!S_ISREG(found->st_mode))
        return refuse(file, why, "is not a regular file");
    if (found->st_size > FILE_MOST)
        return refuse(file, why, "is larger than 64 MiB");
    return 0;
}

/** It is not there, or cannot be read: since when. Where nobody asked for so long, it begins anew.
 */
static void note_away(struct table *table, const struct table_ask *ask)
{
    int64_t now = clock_steady_ms();
    if (!table->away_ms || now - table->missed_ms > ask->incomplete_ms + FORGET_MS)
        table->away_ms = now;
    table->missed_ms = now;
}

/** Open it; -EAGAIN where another program holds a lease, because it writes to it. */
static int open_file(struct table *table, const struct table_ask *ask, struct str *why)
{
    CLEANUP(close_fd) int fd = open(table->file, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &table->stat) < 0) {
        note_away(table, ask);
        return refuse_errno(table->file, why, errno);
    }
    table->away_ms = 0;
    int result = check_file(table->file, &table->stat, why);
    return result ? result : TAKE_FD(fd);
}

static void drop(struct table *table)
{
    free(table->contents.texts);
    free(table->contents.rows);
    free(table->contents.spellings);
    free(table->reason);
    table->contents = (struct contents){0};
    table->reason = NULL;
    table->is_cut = false;
}

static int read_bytes(
    const struct table *table, int fd, char **ret_text, size_t *ret_length, struct str *why)
{
    size_t size = (size_t)table->stat.st_size;
    CLEANUP(free_text) char *text = malloc(size + 1);
    if (!text)
        return -ENOMEM;
    ssize_t length = read_all(fd, text, size);
    if (length < 0)
        return refuse_errno(table->file, why, (int)-length);
    *ret_text = TAKE_PTR(text);
    *ret_length = (size_t)length;
    return 0;
}

/**
 * Whether what it is now may be all: 0; -EAGAIN where it is young; or -EBUSY where somebody has it
 * open to write (a lease says so, where there are any) and changed it not long ago.
 */
static int check_settled(const struct table *table, const struct table_ask *ask, int fd)
{
    int64_t age_ms = age_of(&table->stat);
    int64_t quiet_ms = ask->settle_ms > TABLE_YOUNG_MS ? ask->settle_ms : TABLE_YOUNG_MS;
    if (ask->takes_young)
        return 0;
    if (age_ms < quiet_ms)
        return -EAGAIN;
    return age_ms < ask->incomplete_ms && lease_take(fd) == LEASE_REFUSED ? -EBUSY : 0;
}

/** Whether what was read is one version of the file, which nobody came to write. */
static bool is_one_version(const struct table *table, int fd)
{
    struct stat afterwards;
    return fstat(fd, &afterwards) == 0 && is_same(&table->stat, &afterwards);
}

/**
 * Read the file. What comes of it is settled, except where the file is young: it could be written
 * again within the same tick of the file system's clock, and look the same.
 */
static int read_table(
    struct table *table, const struct table_ask *ask, bool *ret_is_settled, struct str *why)
{
    CLEANUP(close_fd) int fd = open_file(table, ask, why);
    if (fd < 0)
        return fd;
    CLEANUP(free_text) char *text = NULL;
    size_t length = 0;
    int result = check_settled(table, ask, fd);
    if (result == 0)
        result = read_bytes(table, fd, &text, &length, why);
    if (result)
        return result;
    if (!ask->takes_young && !is_one_version(table, fd))
        return -EAGAIN;
    *ret_is_settled = age_of(&table->stat) >= TABLE_YOUNG_MS;
    return read_contents(table, &text, length, why);
}

static bool is_unchanged(const struct table *table)
{
    struct stat found;
    return table->is_remembered && stat(table->file, &found) == 0 && is_same(&table->stat, &found);
}

/** Read the file anew, and keep what is in it, or the reason why that is nothing. */
static int read_anew(struct table *table, const struct table_ask *ask)
{
    struct str reason = STR_INIT(REASON_MOST);
    bool is_settled = false;
    drop(table);
    int result = read_table(table, ask, &is_settled, &reason);
    bool is_cut = table->is_cut;
    if (result)
        drop(table);
    table->is_cut = is_cut;
    if (result == -EINVAL && !(table->reason = str_take(&reason)))
        result = -ENOMEM;
    table->is_remembered = is_settled && (!result || result == -EINVAL);
    str_release(&reason);
    return result;
}

/**
 * Make the contents those of the file. Returns 0; -EINVAL with the reason added to `why`; -EAGAIN
 * or -EBUSY where it may still be written; or -ENOMEM.
 */
static int refresh(struct table *table, const struct table_ask *ask, struct str *why)
{
    int result = 0;
    if (!is_unchanged(table))
        result = read_anew(table, ask);
    if (result && result != -EINVAL)
        return result;
    if (!table->reason)
        return 0;
    str_add(why, table->reason);
    return -EINVAL;
}

/* ---- the tables ---- */

struct tables *tables_new(void)
{
    return calloc(1, sizeof(struct tables));
}

static void free_table(struct table *table)
{
    if (!table)
        return;
    drop(table);
    free(table->file);
    free(table->encoding);
    free(table);
}

void tables_free(struct tables *tables)
{
    while (tables && tables->first) {
        struct table *table = tables->first;
        tables->first = table->next;
        free_table(table);
    }
    free(tables);
}

static bool is_of(const struct table *table, const struct table_ask *ask)
{
    const char *encoding = ask->encoding ? ask->encoding : "";
    return strcmp(table->file, ask->file) == 0 &&
           strcmp(table->encoding ? table->encoding : "", encoding) == 0;
}

/** The table that is asked, a new one where it was not asked before; NULL when memory is short. */
static struct table *find_table(struct tables *tables, const struct table_ask *ask)
{
    for (struct table *it = tables->first; it; it = it->next)
        if (is_of(it, ask))
            return it;
    struct table *table = calloc(1, sizeof(*table));
    if (table)
        table->file = strdup(ask->file);
    if (table && table->file && ask->encoding)
        table->encoding = strdup(ask->encoding);
    if (!table || !table->file || (ask->encoding && !table->encoding)) {
        free_table(table);
        return NULL;
    }
    table->next = tables->first;
    tables->first = table;
    return table;
}

static int compare_key(const void *key, const void *row)
{
    return strcmp(key, ((const struct row *)row)->key);
}

static const struct row *find_row(const struct contents *contents, const char *key)
{
    return contents->count
               ? bsearch(key, contents->rows, contents->count, sizeof(struct row), compare_key)
               : NULL;
}

/* ---- keys that people spell in another way ---- */

/** FNV-1a of what all spellings of a key have in common. */
static int hash_key(const char *key, uint64_t *ret_hash)
{
    CLEANUP(free_text) char *common = text_key(key);
    uint64_t hash = 0xCBF29CE484222325;
    if (!common)
        return -ENOMEM;
    for (const char *at = common; *at; at++)
        hash = (hash ^ (unsigned char)*at) * 0x100000001B3;
    *ret_hash = hash;
    return 0;
}

static int compare_spellings(const void *a, const void *b)
{
    const struct spelling *left = a, *right = b;
    return (left->hash > right->hash) - (left->hash < right->hash);
}

/** List all rows by their hashes; only now, for most tables are never asked for another spelling.
 */
static int list_spellings(struct contents *contents)
{
    int result = 0;
    if (contents->spellings || !contents->count)
        return 0;
    struct spelling *spellings = malloc(contents->count * sizeof(*spellings));
    if (!spellings)
        return -ENOMEM;
    for (size_t i = 0; i < contents->count && !result; i++) {
        spellings[i].row = &contents->rows[i];
        result = hash_key(contents->rows[i].key, &spellings[i].hash);
    }
    if (result) {
        free(spellings);
        return result;
    }
    qsort(spellings, contents->count, sizeof(*spellings), compare_spellings);
    contents->spellings = spellings;
    return 0;
}

/** The first of the rows with the hash, or where it would stand. */
static size_t find_spelling(const struct contents *contents, uint64_t hash)
{
    size_t low = 0, high = contents->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (contents->spellings[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/** The rows whose keys are most like `key`: the first, and another one that is just as like. */
static int find_like(struct contents *contents, const char *key, const struct row *ret_rows[2])
{
    uint64_t hash;
    enum text_likeness best = TEXT_BUT_FOR_CASE;
    int result = hash_key(key, &hash);
    if (!result)
        result = list_spellings(contents);
    if (result)
        return result;
    for (size_t i = find_spelling(contents, hash);
         i < contents->count && contents->spellings[i].hash == hash; i++) {
        const struct row *row = contents->spellings[i].row;
        enum text_likeness likeness = text_compare(row->key, key);
        if (likeness < best)
            continue;
        bool is_better = likeness > best || !ret_rows[0];
        ret_rows[!is_better] = row;
        ret_rows[1] = is_better ? NULL : ret_rows[1];
        best = likeness;
    }
    return 0;
}

static int add_value(struct json *values, const char *column, const char *text)
{
    CLEANUP(free_text) char *name = str_format("row.%s", column);
    return name ? json_add_text(values, name, text) : -ENOMEM;
}

static int add_values(const struct contents *contents, const struct row *row, struct json *values)
{
    int result = 0;
    const char *field = row->fields;
    for (size_t i = 0; i < contents->column_count && !result; i++) {
        bool is_there = i < row->count;
        if (*contents->columns[i])
            result = add_value(values, contents->columns[i], is_there ? field : "");
        field += is_there ? strlen(field) + 1 : 0;
    }
    return result;
}

static char *without_blanks(const char *text)
{
    size_t length = strlen(text);
    utf8_trim(&text, &length);
    return strndup(text, length);
}

/** Whether what is not there now may still come: the table is away, or looks cut off. */
static bool may_come(const struct table *table, const struct table_ask *ask)
{
    if (table->away_ms)
        return clock_steady_ms() - table->away_ms < ask->incomplete_ms;
    return table->is_cut && age_of(&table->stat) < ask->incomplete_ms;
}

/** Whether a row may not be whole yet: the last one, of a table that looks cut off. */
static bool may_grow(const struct table *table, const struct table_ask *ask, const struct row *row)
{
    bool is_last = may_come(table, ask);
    for (size_t i = 0; i < table->contents.count && is_last; i++)
        is_last = table->contents.rows[i].line <= row->line;
    return is_last;
}

static int find_values(struct table *table, const struct table_ask *ask, const char *key,
    struct json *values, struct str *why)
{
    const struct row *rows[2] = {find_row(&table->contents, key), NULL};
    int result = rows[0] ? 0 : find_like(&table->contents, key, rows);
    if (result)
        return result;
    if (rows[0] && may_grow(table, ask, rows[0])) {
        refuse(table->file, why, "may be cut off in its last row");
        return -ENODATA;
    }
    if (rows[0] && !rows[1])
        return add_values(&table->contents, rows[0], values);
    refuse(table->file, why, "has no key ");
    add_quoted(why, key);
    if (rows[0] && rows[1])
        str_printf(why, ", but several like it, as in lines %u and %u", (unsigned)rows[0]->line,
            (unsigned)rows[1]->line);
    str_add(why, "; add a row for it, or correct the name of the file");
    return -ENOENT;
}

/** Returns what `answers` has. */
static int look_up(struct tables *tables, const struct table_ask *ask, const char *key,
    struct json *values, struct str *why)
{
    struct table *table = find_table(tables, ask);
    CLEANUP(free_text) char *bare = without_blanks(key);
    int result = table && bare ? refresh(table, ask, why) : -ENOMEM;
    if (result == 0)
        result = find_values(table, ask, bare, values, why);
    bool is_lacking = result == -EINVAL || result == -ENOENT;
    return is_lacking && may_come(table, ask) ? -ENODATA : result;
}

static const struct {
    int result;
    enum table_answer answer;
    const char *words;
} answers[] = {
    {0, TABLE_FOUND, NULL},
    {-ENOENT, TABLE_NO_SUCH_KEY, NULL},
    {-EINVAL, TABLE_UNUSABLE, NULL},
    {-ENODATA, TABLE_INCOMPLETE, NULL},
    {-EAGAIN, TABLE_CHANGING, "changed a moment ago, and may still be written"},
    {-EBUSY, TABLE_CHANGING, "is open for writing in another program, and may still be written"},
    {-ENOMEM, TABLE_CHANGING, "cannot be read: there is no memory left"},
};

enum table_answer tables_look_up(struct tables *tables, const struct table_ask *ask,
    const char *key, struct json *values, struct str *why)
{
    size_t i = 0;
    int result = look_up(tables, ask, key, values, why);
    while (answers[i].result != result)
        i++;
    if (answers[i].words)
        refuse(ask->file, why, answers[i].words);
    return answers[i].answer;
}

static int check_columns(
    const char *file, const struct contents *contents, const struct json *columns, struct str *why)
{
    for (const struct json *it = json_first(columns); it; it = json_next(it)) {
        if (has_column(contents, json_text(it)))
            continue;
        refuse(file, why, "has no column ");
        add_quoted(why, json_text(it));
        add_columns(why, contents);
        return -EINVAL;
    }
    return 0;
}

int tables_check(struct tables *tables, const char *file, const char *encoding,
    const struct json *columns, struct str *why)
{
    const struct table_ask ask = {.file = file, .encoding = encoding, .takes_young = true};
    struct table *table = find_table(tables, &ask);
    int result = table ? refresh(table, &ask, why) : -ENOMEM;
    if (result == -EAGAIN)
        return refuse(file, why, "is being written by another program; try again");
    if (result == -ENOMEM)
        return refuse(file, why, "cannot be read: there is no memory left");
    return result ? result : check_columns(file, &table->contents, columns, why);
}
