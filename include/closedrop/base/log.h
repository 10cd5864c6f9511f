/**
 * The log: one line per event, on standard error. What a line is about (a job, a folder, a file) is
 * in fields as well: as fields of the journal if standard error goes there, else as members in JSON
 * or, in text, as NAME=value at the end of the line (logfmt).
 *
 * A file that logs names its module once, before it includes this header:
 *
 *     #define LOG_MODULE "worker"
 *
 * Everything is escaped to fit one line of text before it is written (utf8_escape), so names can be
 * logged as they are. Secrets must not be logged: never pass a key, a form field, or the reader key
 * of a download URL. Each line is one write(2), so lines of different threads do not mix.
 */
#ifndef CLOSEDROP_BASE_LOG_H
#define CLOSEDROP_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG, LOG_LEVELS };
enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON, LOG_FORMATS };

extern const char *const log_level_names[LOG_LEVELS];
extern const char *const log_format_names[LOG_FORMATS];

/** Set what is logged from now on. Before the first call: `info` and above, as text. */
void log_configure(enum log_level level, enum log_format format);

/** While a bar is shown in the line where the next one begins: that erases what it covers. */
void log_set_over_bar(bool is_over_bar);

/** What a line is about; 0 and NULL: it is not about one. Texts may be any bytes. */
struct log_about {
    int64_t job;
    const char *folder; /* its name */
    const char *file;   /* its path in the folder */
    const char *state;
    const char *code;       /* the error code */
    const char *message_id; /* the kind of event: 32 hex digits (sd-id128(3)), which never change */
};

/** Use the macros below instead; `about` can be NULL. */
void log_write(enum log_level level, const char *module, const struct log_about *about,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

#define log_about(level, about, ...) log_write(level, LOG_MODULE, about, __VA_ARGS__)
#define log_error(...) log_about(LOG_LEVEL_ERROR, NULL, __VA_ARGS__)
#define log_warn(...) log_about(LOG_LEVEL_WARN, NULL, __VA_ARGS__)
#define log_info(...) log_about(LOG_LEVEL_INFO, NULL, __VA_ARGS__)
#define log_debug(...) log_about(LOG_LEVEL_DEBUG, NULL, __VA_ARGS__)

#endif
