/** A string that grows, up to its ceiling, and remembers its first failure. */
#include "closedrop/base/str.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DIGITS "0123456789"

/** Make room for `more` bytes and the NUL; false (and a sticky error) where that cannot be. */
static bool make_room(struct str *s, size_t more)
{
    if (s->error)
        return false;
    if (more > s->most - s->length) {
        s->error = -E2BIG;
        return false;
    }
    size_t need = s->length + more + 1;
    if (need <= s->room)
        return true;
    size_t room = s->room ? s->room * 2 : 64;
    if (room < need)
        room = need;
    char *bytes = realloc(s->bytes, room);
    if (!bytes) {
        s->error = -ENOMEM;
        return false;
    }
    s->bytes = bytes;
    s->room = room;
    return true;
}

void str_add_bytes(struct str *s, const void *bytes, size_t length)
{
    if (!make_room(s, length))
        return;
    if (length)
        memcpy(s->bytes + s->length, bytes, length);
    s->length += length;
    s->bytes[s->length] = '\0';
}

void str_add(struct str *s, const char *text)
{
    str_add_bytes(s, text, strlen(text));
}

void str_add_char(struct str *s, char c)
{
    str_add_bytes(s, &c, 1);
}

void str_vprintf(struct str *s, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (length < 0) {
        if (!s->error)
            s->error = -EINVAL;
        return;
    }
    if (!make_room(s, (size_t)length))
        return;
    vsnprintf(s->bytes + s->length, (size_t)length + 1, format, arguments);
    s->length += (size_t)length;
}

void str_printf(struct str *s, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    str_vprintf(s, format, arguments);
    va_end(arguments);
}

int str_add_file(struct str *s, int fd)
{
    char piece[16384];
    ssize_t got;
    while (!s->error && (got = read(fd, piece, sizeof(piece))) != 0) {
        if (got < 0 && errno != EINTR)
            return -errno;
        str_add_bytes(s, piece, got > 0 ? (size_t)got : 0);
    }
    return s->error;
}

int str_error(const struct str *s)
{
    return s->error;
}

const char *str_text(const struct str *s)
{
    return s->bytes ? s->bytes : "";
}

void str_clear(struct str *s)
{
    s->length = 0;
    s->error = 0;
    if (s->bytes)
        s->bytes[0] = '\0';
}

void str_remove_first(struct str *s, size_t length)
{
    s->length -= length;
    memmove(s->bytes, s->bytes + length, s->length + 1);
}

void str_release(struct str *s)
{
    free(s->bytes);
    *s = (struct str)STR_INIT(s->most);
}

char *str_take(struct str *s)
{
    if (!s->error && !s->bytes)
        str_add_bytes(s, "", 0);
    char *text = s->error ? NULL : s->bytes;
    if (text)
        s->bytes = NULL;
    str_release(s);
    return text;
}

char *str_format(const char *format, ...)
{
    struct str s = STR_INIT(1024 * 1024);
    va_list arguments;
    va_start(arguments, format);
    str_vprintf(&s, format, arguments);
    va_end(arguments);
    return str_take(&s);
}

int str_assign(char **text, const char *value)
{
    char *copy = value ? strdup(value) : NULL;
    if (value && !copy)
        return -ENOMEM;
    free(*text);
    *text = copy;
    return 0;
}

/** The digits of a number without the zeros before it. */
static size_t significant_digits(const char **at)
{
    *at += strspn(*at, "0");
    return strspn(*at, DIGITS);
}

int str_compare_natural(const char *a, const char *b)
{
    const char *one = a, *other = b;
    while (*one && *other) {
        size_t length = 1;
        if (strspn(one, DIGITS) && strspn(other, DIGITS)) {
            length = significant_digits(&one);
            size_t other_length = significant_digits(&other);
            if (length != other_length)
                return length < other_length ? -1 : 1;
        }
        int order = memcmp(one, other, length);
        if (order)
            return order;
        one += length;
        other += length;
    }
    int order = (*one != 0) - (*other != 0);
    return order ? order : strcmp(a, b);
}

bool str_starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool str_ends_with(const char *text, const char *suffix)
{
    size_t length = strlen(text);
    size_t tail = strlen(suffix);
    return length >= tail && memcmp(text + length - tail, suffix, tail) == 0;
}
