/**
 * A growing string with a maximum length, for URLs, paths, replies and messages.
 *
 * The first failure is remembered: later additions do nothing, and str_error() returns the failure,
 * so a series of additions needs one check at its end. A `struct str` owns its bytes; str_release()
 * frees them and leaves an empty string that can be used again.
 */
#ifndef CLOSEDROP_BASE_STR_H
#define CLOSEDROP_BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct str {
    char *bytes;   /* NUL-terminated; NULL until something is added */
    size_t length; /* without the NUL */
    size_t room;
    size_t most; /* maximum length, without the NUL */
    int error;   /* see str_error() */
};

/** An empty string that can grow to `ceiling` bytes. */
#define STR_INIT(ceiling)                                                                          \
    {                                                                                              \
        .most = (ceiling)                                                                          \
    }

/** Add to its end; what does not fit is a failure and adds nothing. */
void str_add(struct str *s, const char *text);
void str_add_bytes(struct str *s, const void *bytes, size_t length);
void str_add_char(struct str *s, char c);
void str_printf(struct str *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
void str_vprintf(struct str *s, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

/** Append everything that can be read from `fd`. Returns 0 or a negative errno, which str_error()
 * returns as well. */
int str_add_file(struct str *s, int fd);

/** 0, or the first failure of an addition since the last clear: -ENOMEM, -E2BIG, or -EINVAL if
 * printf(3) failed. */
int str_error(const struct str *s);

/** The text; "" if nothing was added, never NULL. Valid until `s` changes. */
const char *str_text(const struct str *s);

/** Empty the string and forget its failure, but keep its memory. */
void str_clear(struct str *s);

/** Remove the first `length` bytes. */
void str_remove_first(struct str *s, size_t length);

/** Free the memory. */
void str_release(struct str *s);

/** Transfer the text to the caller, who frees it; NULL after a failure. `s` is empty afterwards. */
char *str_take(struct str *s);

/**
 * Replace a text that the caller owns (NULL: none): the old one is freed, `value` is copied, or
 * NULL clears. Returns 0 or -ENOMEM, which leaves the old one as it was.
 */
int str_assign(char **text, const char *value);

/** printf() into memory that the caller frees; NULL if out of memory. */
char *str_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/**
 * Compare like strcmp(3), but in the order in which people sort numbered names: consecutive digits
 * count as one number. 0 only if the texts are identical. Not strverscmp(3), which reads a leading
 * zero as a fraction and sorts "02" before "1".
 */
int str_compare_natural(const char *a, const char *b);

/** Byte for byte; true for an empty `prefix` or `suffix`. */
bool str_starts_with(const char *text, const char *prefix);
bool str_ends_with(const char *text, const char *suffix);

#endif
