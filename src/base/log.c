/** Each event to one line, as text or JSON, written whole by one write(2). */
#include "closedrop/base/log.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/str.h"
#include "closedrop/base/utf8.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOG_LINE_MAX (64 * 1024)

const char *const log_level_names[LOG_LEVELS] = {"error", "warn", "info", "debug"};
const char *const log_format_names[LOG_FORMATS] = {"text", "json"};

/* sd-daemon(3): the journal reads the priority from this prefix and adds the time itself */
static const char *const journal_prefix[LOG_LEVELS] = {"<3>", "<4>", "<6>", "<7>"};

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

static void add_text_line(
    struct str *line, enum log_level level, const char *module, const char *message)
{
    char now[CLOCK_TEXT];
    if (getenv("JOURNAL_STREAM"))
        str_add(line, journal_prefix[level]);
    else
        str_printf(line, "%s %-5s ", clock_rfc3339(clock_wall_ms(), now), log_level_names[level]);
    str_printf(line, "%s: ", module);
    utf8_escape(line, message, strlen(message));
    str_add_char(line, '\n');
}

static void add_json_line(
    struct str *line, enum log_level level, const char *module, const char *message)
{
    char now[CLOCK_TEXT];
    str_printf(line, "{\"time\":\"%s\",\"level\":\"%s\",\"module\":\"%s\",\"message\":\"",
        clock_rfc3339(clock_wall_ms(), now), log_level_names[level], module);
    struct str safe = STR_INIT(LOG_LINE_MAX);
    utf8_escape(&safe, message, strlen(message));
    for (const char *at = str_text(&safe); *at; at++) {
        if (*at == '"' || *at == '\\')
            str_add_char(line, '\\');
        str_add_char(line, *at);
    }
    str_release(&safe);
    str_add(line, "\"}\n");
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

void log_write(enum log_level level, const char *module, const char *format, ...)
{
    if ((int)level > atomic_load(&configured_level))
        return;
    struct str message = STR_INIT(LOG_LINE_MAX / 4);
    va_list arguments;
    va_start(arguments, format);
    str_vprintf(&message, format, arguments);
    va_end(arguments);

    struct str line = STR_INIT(LOG_LINE_MAX);
    if (atomic_load(&is_over_a_bar))
        str_add(&line, "\033[K");
    if (atomic_load(&configured_format) == LOG_FORMAT_JSON)
        add_json_line(&line, level, module, str_text(&message));
    else
        add_text_line(&line, level, module, str_text(&message));
    if (str_error(&message) == -ENOMEM || str_error(&line) == -ENOMEM) {
        va_start(arguments, format);
        write_short(level, module, format, arguments);
        va_end(arguments);
    } else {
        ssize_t written = write(STDERR_FILENO, str_text(&line), line.length);
        (void)written; /* nobody is left to tell when standard error itself is broken */
    }
    str_release(&line);
    str_release(&message);
}
