/**
 * The log: one line per event, on standard error.
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

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG, LOG_LEVELS };
enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON, LOG_FORMATS };

extern const char *const log_level_names[LOG_LEVELS];
extern const char *const log_format_names[LOG_FORMATS];

/** Set what is logged from now on. Before the first call: `info` and above, as text. */
void log_configure(enum log_level level, enum log_format format);

/** While a bar is shown in the line where the next one begins: that erases what it covers. */
void log_set_over_bar(bool is_over_bar);

/** Use the macros below instead. */
void log_write(enum log_level level, const char *module, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#define log_error(...) log_write(LOG_LEVEL_ERROR, LOG_MODULE, __VA_ARGS__)
#define log_warn(...) log_write(LOG_LEVEL_WARN, LOG_MODULE, __VA_ARGS__)
#define log_info(...) log_write(LOG_LEVEL_INFO, LOG_MODULE, __VA_ARGS__)
#define log_debug(...) log_write(LOG_LEVEL_DEBUG, LOG_MODULE, __VA_ARGS__)

#endif
