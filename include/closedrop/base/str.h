/**
 * A growing string with a ceiling, used for URLs, paths, replies and messages alike.
 *
 * The first failure sticks: later additions do nothing, and str_error() tells it once at the end,
 * so a run of additions needs one check. A `struct str` owns its bytes; str_release() frees them
 * and leaves an empty string that may be used again.
 */
#ifndef CLOSEDROP_BASE_STR_H
#define CLOSEDROP_BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct str {
    char *bytes;   /* NUL-terminated once anything was added, else NULL */
    size_t length; /* without the NUL */
    size_t room;
    size_t most; /* the ceiling, without the NUL */
    int error;   /* see str_error() */
};

/** An empty string that may grow to `ceiling` bytes. */
#define STR_INIT(ceiling)                                                                          \
    {                                                                                              \
        .most = (ceiling)                                                                          \
    }

void str_add(struct str *s, const char *text);
void str_add_bytes(struct str *s, const void *bytes, size_t length);
void str_add_char(struct str *s, char c);
void str_printf(struct str *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
void str_vprintf(struct str *s, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

/** Add all that can be read from `fd`, to its end. Returns 0 or a negative errno (also
 * str_error()). */
int str_add_file(struct str *s, int fd);

/** 0, or the first failure of any addition since the last clear: -ENOMEM, -E2BIG, or -EINVAL for
 * what printf(3) cannot print. */
int str_error(const struct str *s);

/** The text, never NULL: "" where nothing was added. Valid until the next change of `s`. */
const char *str_text(const struct str *s);

/** Empty it, keep its memory, forget its failure. */
void str_clear(struct str *s);

/** Free its memory. */
void str_release(struct str *s);

/** Hand the text over; the caller frees it. NULL after a failure. `s` is empty afterwards. */
char *str_take(struct str *s);

/** printf() into memory the caller frees; NULL when memory is short. */
char *str_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/**
 * Compare as people sort what is numbered: digits in a row are one number, all else goes by its
 * bytes; equal only where strcmp(3) says so. glibc's strverscmp(3) takes what begins with a zero
 * for a fraction, and so "02" goes before "1" there.
 */
int str_compare_natural(const char *a, const char *b);

bool str_starts_with(const char *text, const char *prefix);
bool str_ends_with(const char *text, const char *suffix);

#endif
