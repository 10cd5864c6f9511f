#include "closedrop/rules/table.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/base/shortage.h"
#include "closedrop/base/str.h"
#include "closedrop/base/utf8.h"

#include <csv.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
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

#define BYTE_ORDER_MARK "\xEF\xBB\xBF"
#define BLANKS " \t\r\n"

/** One row; its fields lie behind one another, each with its NUL. Those left out at its end are "".
 */
struct row {
    const char *key;
    const char *fields;
    uint32_t count;
    uint32_t line;
};

struct contents {
    char *texts; /* the fields of all rows, which never take more room than the file */
    size_t length;
    const char *columns[COLUMNS_MOST]; /* their names; "": a column nobody may use */
    size_t column_count, key_column;
    struct row *rows; /* by key */
    size_t count, room;
};

struct table {
    struct table *next;
    char *file;
    bool is_remembered; /* what follows holds as long as the file has this `stat` */
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

static void on_field(void *bytes, size_t length, void *data)
{
    struct reading *reading = data;
    struct contents *contents = reading->contents;
    const char *text = bytes;
    for (; length && strchr(BLANKS, *text); text++)
        length--;
    while (length && strchr(BLANKS, text[length - 1]))
        length--;
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

/** The first line with its end: LF, CRLF or CR. */
static size_t line_length(const char *text, size_t length)
{
    size_t at = 0;
    while (at < length && !is_line_end(text[at]))
        at++;
    bool is_crlf = at + 1 < length && text[at] == '\r' && text[at + 1] == '\n';
    return at + (at < length) + is_crlf;
}

/** The delimiter of the first row that is not blank. */
static unsigned char choose_delimiter(const char *text, size_t length)
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
    return (unsigned char)other;
}

static void complain_syntax(struct reading *reading, int error)
{
    if (error == CSV_EPARSE)
        str_add(complain(reading, reading->line),
            "a quote stands in the middle of a value; a value with a quote in it is written in "
            "quotes, and its own are doubled: \"6\"\" pipe\"");
    else
        reading->result = -ENOMEM;
}

/** Line by line, so that a complaint can name the line: libcsv does not count them. */
static void feed(
    struct reading *reading, struct csv_parser *parser, const char *text, size_t length)
{
    while (length && !reading->result) {
        size_t step = line_length(text, length);
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
        str_add(complain(reading, reading->row_line), "a quote in this row has no other half");
}

static void parse(struct reading *reading, const char *text, size_t length)
{
    struct csv_parser parser;
    csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL);
    csv_set_delim(&parser, choose_delimiter(text, length));
    csv_set_blk_size(&parser, 4096);
    feed(reading, &parser, text, length);
    csv_free(&parser);
}

/** Where the first byte lies that is no UTF-8 text; `length` where all is. */
static size_t find_foreign(const char *text, size_t length)
{
    size_t at = 0, step = 1;
    for (; at < length && step; at += step)
        step = text[at] ? utf8_length((const unsigned char *)text + at, length - at) : 0;
    return at;
}

/** The line of the byte at `offset`. */
static size_t line_at(const char *text, size_t offset)
{
    size_t line = 1;
    for (size_t at = 0; at < offset;) {
        size_t step = line_length(text + at, offset - at);
        at += step;
        line += is_line_end(text[at - 1]);
    }
    return line;
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

/** Returns 0, -ENOMEM, or -EINVAL with what is wrong added to `why`. */
static int read_contents(
    const char *file, const char *text, size_t length, struct contents *contents, struct str *why)
{
    struct reading reading = {
        .contents = contents, .file = file, .why = why, .is_between_rows = true};
    size_t mark = strlen(BYTE_ORDER_MARK);
    if (length >= mark && memcmp(text, BYTE_ORDER_MARK, mark) == 0) {
        text += mark;
        length -= mark;
    }
    size_t foreign = find_foreign(text, length);
    contents->texts = malloc(length + 1); /* the last field may end without a line end */
    if (!contents->texts)
        return -ENOMEM;
    if (foreign < length)
        str_add(complain(&reading, line_at(text, foreign)),
            "this is not UTF-8; save it as \"CSV UTF-8\"");
    else
        parse(&reading, text, length);
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

/** Whether it changed a moment ago; one of the far future changed under another clock. */
static bool is_young(const struct stat *stat)
{
    int64_t now = clock_wall_ms();
    int64_t seconds = stat->st_ctim.tv_sec;
    if (seconds < now / 1000 - 60 || seconds > now / 1000 + 60)
        return false;
    int64_t age = now - (seconds * 1000 + stat->st_ctim.tv_nsec / 1000000);
    return age < TABLE_YOUNG_MS && age >= -TABLE_YOUNG_MS;
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

/** Open it; -EAGAIN where another program holds a lease, because it writes to it. */
static int open_file(const char *file, struct stat *ret_found, struct str *why)
{
    CLEANUP(close_fd) int fd = open(file, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, ret_found) < 0)
        return refuse_errno(file, why, errno);
    int result = check_file(file, ret_found, why);
    return result ? result : TAKE_FD(fd);
}

static void drop(struct table *table)
{
    free(table->contents.texts);
    free(table->contents.rows);
    free(table->reason);
    table->contents = (struct contents){0};
    table->reason = NULL;
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
 * Read the file. What comes of it is settled, except where the file is young: it could be written
 * again within the same tick of the file system's clock, and look the same.
 */
static int read_table(struct table *table, bool also_young, bool *ret_is_settled, struct str *why)
{
    CLEANUP(close_fd) int fd = open_file(table->file, &table->stat, why);
    if (fd < 0)
        return fd;
    bool young = is_young(&table->stat);
    if (young && !also_young)
        return -EAGAIN;
    CLEANUP(free_text) char *text = NULL;
    size_t length = 0;
    int result = read_bytes(table, fd, &text, &length, why);
    if (result)
        return result;
    struct stat afterwards;
    bool same = fstat(fd, &afterwards) == 0 && is_same(&table->stat, &afterwards);
    if (!same && !also_young)
        return -EAGAIN;
    *ret_is_settled = !young;
    return read_contents(table->file, text, length, &table->contents, why);
}

static bool is_unchanged(const struct table *table)
{
    struct stat found;
    return table->is_remembered && stat(table->file, &found) == 0 && is_same(&table->stat, &found);
}

/** Read the file anew, and keep what is in it, or the reason why that is nothing. */
static int read_anew(struct table *table, bool also_young)
{
    struct str reason = STR_INIT(REASON_MOST);
    bool is_settled = false;
    drop(table);
    int result = read_table(table, also_young, &is_settled, &reason);
    if (result)
        drop(table);
    if (result == -EINVAL && !(table->reason = str_take(&reason)))
        result = -ENOMEM;
    table->is_remembered = is_settled && (!result || result == -EINVAL);
    str_release(&reason);
    return result;
}

/**
 * Make the contents those of the file. Returns 0; -EINVAL with the reason added to `why`; -EAGAIN
 * where it may still be written; or -ENOMEM.
 */
static int refresh(struct table *table, bool also_young, struct str *why)
{
    int result = 0;
    if (!is_unchanged(table))
        result = read_anew(table, also_young);
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

/** The table of `file`, a new one where it was not asked before; NULL when memory is short. */
static struct table *find_table(struct tables *tables, const char *file)
{
    for (struct table *it = tables->first; it; it = it->next)
        if (strcmp(it->file, file) == 0)
            return it;
    struct table *table = calloc(1, sizeof(*table));
    if (table)
        table->file = strdup(file);
    if (!table || !table->file) {
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
    text += strspn(text, BLANKS);
    size_t length = strlen(text);
    while (length && strchr(BLANKS, text[length - 1]))
        length--;
    return strndup(text, length);
}

static int look_up(
    struct tables *tables, const char *file, const char *key, struct json *values, struct str *why)
{
    struct table *table = find_table(tables, file);
    CLEANUP(free_text) char *bare = without_blanks(key);
    int result = table && bare ? refresh(table, false, why) : -ENOMEM;
    if (result)
        return result;
    const struct row *row = find_row(&table->contents, bare);
    if (row)
        return add_values(&table->contents, row, values);
    refuse(file, why, "has no key ");
    add_quoted(why, bare);
    str_add(why, "; add a row for it, or correct the name of the file");
    return -ENOENT;
}

static const struct {
    int result;
    enum table_answer answer;
    const char *words;
} answers[] = {
    {0, TABLE_FOUND, NULL},
    {-ENOENT, TABLE_NO_SUCH_KEY, NULL},
    {-EINVAL, TABLE_UNUSABLE, NULL},
    {-EAGAIN, TABLE_CHANGING, "changed a moment ago, and may still be written"},
    {-ENOMEM, TABLE_CHANGING, "cannot be read: there is no memory left"},
};

enum table_answer tables_look_up(
    struct tables *tables, const char *file, const char *key, struct json *values, struct str *why)
{
    size_t i = 0;
    int result = look_up(tables, file, key, values, why);
    while (answers[i].result != result)
        i++;
    if (answers[i].words)
        refuse(file, why, answers[i].words);
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

int tables_check(
    struct tables *tables, const char *file, const struct json *columns, struct str *why)
{
    struct table *table = find_table(tables, file);
    int result = table ? refresh(table, true, why) : -ENOMEM;
    if (result == -EAGAIN)
        return refuse(file, why, "is being written by another program; try again");
    if (result == -ENOMEM)
        return refuse(file, why, "cannot be read: there is no memory left");
    return result ? result : check_columns(file, &table->contents, columns, why);
}
