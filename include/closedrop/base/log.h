/**
 * The log: one line an event, on standard error.
 *
 * A file that logs states its module once, before including this header:
 *
 *     #define LOG_MODULE "worker"
 *
 * Whatever a line holds is made safe for one line of text on its way out (utf8_escape), so names
 * may be logged as they are. Secrets may not: no key, no form field, no download URL's reader key
 * is ever passed here. Lines are written with one write(2), so threads do not mix them.
 */
#ifndef CLOSEDROP_BASE_LOG_H
#define CLOSEDROP_BASE_LOG_H

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG, LOG_LEVELS };
enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON, LOG_FORMATS };

extern const char *const log_level_names[LOG_LEVELS];
extern const char *const log_format_names[LOG_FORMATS];

/** What is written from now on; before the first call: text, `info` and above. */
void log_configure(enum log_level level, enum log_format format);

/** Use the macros below instead. */
void log_write(enum log_level level, const char *module, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#define log_error(...) log_write(LOG_LEVEL_ERROR, LOG_MODULE, __VA_ARGS__)
#define log_warn(...) log_write(LOG_LEVEL_WARN, LOG_MODULE, __VA_ARGS__)
#define log_info(...) log_write(LOG_LEVEL_INFO, LOG_MODULE, __VA_ARGS__)
#define log_debug(...) log_write(LOG_LEVEL_DEBUG, LOG_MODULE, __VA_ARGS__)

#endif
