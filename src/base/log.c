/** Each event to one line: with its fields into the journal, or as text or JSON by one write(2). */
#include "closedrop/base/log.h"

#include "closedrop/base/array.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/journal.h"
#include "closedrop/base/str.h"
#include "closedrop/base/utf8.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LOG_LINE_MAX (64 * 1024)

const char *const log_level_names[LOG_LEVELS] = {"error", "warn", "info", "debug"};
const char *const log_format_names[LOG_FORMATS] = {"text", "json"};

/* syslog(3) */
static const int journal_priorities[LOG_LEVELS] = {3, 4, 6, 7};

static atomic_int configured_level = LOG_LEVEL_INFO;
static atomic_int configured_format = LOG_FORMAT_TEXT;
static atomic_bool is_over_a_bar;

void log_configure(enum log_level level, enum log_format format)
{
    atomic_store(&configured_level, (int)level);
    atomic_store(&configured_format, (int)format);
}

void log_set_over_bar(bool is_over_bar)
{
    atomic_store(&is_over_a_bar, is_over_bar);
}

#define FIELDS_MAX 6

/** What a line is about, by its names in JSON and text; in the journal they are in capitals. */
struct field {
    const char *name;
    const char *value; /* any bytes */
};

/** A line on its way. */
struct line {
    enum log_level level;
    const char *module;
    struct str message; /* any bytes */
    struct field fields[FIELDS_MAX];
    size_t count;
    struct str scratch; /* what is being escaped */
    bool is_short;      /* there was no memory for it */
};

/* ---- what it says ---- */

static void add_field(struct line *line, const char *name, const char *value)
{
    if (value)
        line->fields[line->count++] = (struct field){name, value};
}

static void add_fields(struct line *line, const struct log_about *about, char job[24])
{
    if (!about)
        return;
    snprintf(job, 24, "%" PRId64, about->job);
    add_field(line, "job", about->job ? job : NULL);
    add_field(line, "folder", about->folder);
    add_field(line, "file", about->file);
    add_field(line, "state", about->state);
    add_field(line, "code", about->code);
    add_field(line, "message_id", about->message_id);
}

/** As it can be shown on one line; valid until the next call. */
static const char *escape(struct line *line, const char *text)
{
    str_clear(&line->scratch);
    utf8_escape(&line->scratch, text, strlen(text));
    line->is_short = line->is_short || str_error(&line->scratch) == -ENOMEM;
    return str_text(&line->scratch);
}

/* ---- how it is written ---- */

static void add_quoted(struct str *out, const char *value)
{
    str_add_char(out, '"');
    for (const char *at = value; *at; at++) {
        if (*at == '"' || *at == '\\')
            str_add_char(out, '\\');
        str_add_char(out, *at);
    }
    str_add_char(out, '"');
}

/** In quotes where it would not be one word, or none (logfmt). */
static void add_logfmt(struct str *out, const char *name, const char *value)
{
    str_printf(out, " %s=", name);
    if (*value && !strpbrk(value, " =\"\\"))
        str_add(out, value);
    else
        add_quoted(out, value);
}

/** The ID is for the journal. */
static void add_text_line(struct str *out, struct line *line)
{
    char now[CLOCK_TEXT];
    str_printf(out, "%s %-5s %s: ", clock_rfc3339(clock_wall_ms(), now),
        log_level_names[line->level], line->module);
    str_add(out, escape(line, str_text(&line->message)));
    for (size_t i = 0; i < line->count; i++)
        if (strcmp(line->fields[i].name, "message_id") != 0)
            add_logfmt(out, line->fields[i].name, escape(line, line->fields[i].value));
    str_add_char(out, '\n');
}

static void add_member(struct str *out, const char *name, const char *value)
{
    str_printf(out, ",\"%s\":", name);
    if (strcmp(name, "job") == 0)
        str_add(out, value);
    else
        add_quoted(out, value);
}

static void add_json_line(struct str *out, struct line *line)
{
    char now[CLOCK_TEXT];
    str_printf(out, "{\"time\":\"%s\"", clock_rfc3339(clock_wall_ms(), now));
    add_member(out, "level", log_level_names[line->level]);
    add_member(out, "module", line->module);
    add_member(out, "message", escape(line, str_text(&line->message)));
    for (size_t i = 0; i < line->count; i++)
        add_member(out, line->fields[i].name, escape(line, line->fields[i].value));
    str_add(out, "}\n");
}

/** One field of the journal at the end of `out`, with a NUL behind it. */
static void add_journal_field(struct str *out, const char *name, const char *value)
{
    for (; *name; name++)
        str_add_char(out, (char)toupper((unsigned char)*name));
    str_printf(out, "=%s", value);
    str_add_bytes(out, "", 1);
}

static void add_journal_fields(struct str *out, struct line *line)
{
    str_printf(out, "MESSAGE=%s: %s", line->module, escape(line, str_text(&line->message)));
    str_add_bytes(out, "", 1);
    str_printf(out, "PRIORITY=%d", journal_priorities[line->level]);
    str_add_bytes(out, "", 1);
    add_journal_field(out, "syslog_identifier", "closedrop");
    for (size_t i = 0; i < line->count; i++)
        add_journal_field(out, line->fields[i].name, escape(line, line->fields[i].value));
}

/** False: it could not be sent. */
static bool send_to_journal(struct line *line)
{
    struct str all = STR_INIT(4 * LOG_LINE_MAX);
    struct iovec fields[3 + FIELDS_MAX];
    int count = 0;
    add_journal_fields(&all, line);
    bool is_whole = !str_error(&all) && !line->is_short;
    for (size_t at = 0; is_whole && at < all.length; at += fields[count++].iov_len + 1)
        fields[count] = (struct iovec){all.bytes + at, strlen(all.bytes + at)};
    bool is_sent = is_whole && journal_send(fields, count) == 0;
    str_release(&all);
    return is_sent;
}

/** False: there was no memory for it. */
static bool write_to_stderr(struct line *line)
{
    struct str out = STR_INIT(4 * LOG_LINE_MAX);
    if (atomic_load(&is_over_a_bar))
        str_add(&out, "\033[K");
    if (atomic_load(&configured_format) == LOG_FORMAT_JSON)
        add_json_line(&out, line);
    else
        add_text_line(&out, line);
    bool is_whole = str_error(&out) != -ENOMEM && !line->is_short;
    if (is_whole) {
        ssize_t written = write(STDERR_FILENO, str_text(&out), out.length);
        (void)written; /* nobody is left to tell when standard error itself is broken */
    }
    str_release(&out);
    return is_whole;
}

/** Without memory for more: the beginning, in one line. */
static void write_short(
    enum log_level level, const char *module, const char *format, va_list arguments)
{
    char line[512];
    int head = snprintf(line, sizeof(line), "%s: %s: ", log_level_names[level], module);
    vsnprintf(line + head, sizeof(line) - (size_t)head - 1, format, arguments);
    for (char *at = line; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7F)
            *at = '?';
    strcat(line, "\n");
    (void)!write(STDERR_FILENO, line, strlen(line));
}

void log_write(enum log_level level, const char *module, const struct log_about *about,
    const char *format, ...)
{
    char job[24];
    struct line line = {.level = level,
        .module = module,
        .message = STR_INIT(LOG_LINE_MAX / 4),
        .scratch = STR_INIT(LOG_LINE_MAX)};
    va_list arguments;
    if ((int)level > atomic_load(&configured_level))
        return;
    va_start(arguments, format);
    str_vprintf(&line.message, format, arguments);
    va_end(arguments);
    add_fields(&line, about, job);
    line.is_short = str_error(&line.message) == -ENOMEM;
    bool is_out = (journal_is_stderr() && send_to_journal(&line)) || write_to_stderr(&line);
    if (!is_out) {
        va_start(arguments, format);
        write_short(level, module, format, arguments);
        va_end(arguments);
    }
    str_release(&line.message);
    str_release(&line.scratch);
}
