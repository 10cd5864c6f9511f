/** The one decoder of UTF-8, and what is built on it: cleaning, escaping, cutting. */
#include "closedrop/base/utf8.h"

#include "closedrop/base/array.h"
#include "closedrop/base/str.h"

#include <stdint.h>
#include <string.h>

static bool is_tail(unsigned char byte)
{
    return utf8_continues((char)byte);
}

size_t utf8_length(const unsigned char *bytes, size_t left)
{
    if (left == 0)
        return 0;
    unsigned char first = bytes[0];
    if (first < 0x80)
        return 1;
    if (first >= 0xC2 && first <= 0xDF)
        return left >= 2 && is_tail(bytes[1]) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        if (left < 3 || !is_tail(bytes[1]) || !is_tail(bytes[2]))
            return 0;
        bool overlong = first == 0xE0 && bytes[1] < 0xA0;
        bool surrogate = first == 0xED && bytes[1] >= 0xA0;
        return overlong || surrogate ? 0 : 3;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        if (left < 4 || !is_tail(bytes[1]) || !is_tail(bytes[2]) || !is_tail(bytes[3]))
            return 0;
        bool overlong = first == 0xF0 && bytes[1] < 0x90;
        bool too_big = first == 0xF4 && bytes[1] >= 0x90;
        return overlong || too_big ? 0 : 4;
    }
    return 0;
}

size_t utf8_count(const char *text, size_t length)
{
    size_t count = 0;
    for (size_t i = 0; i < length; i++)
        count += !utf8_continues(text[i]);
    return count;
}

size_t utf8_cut(const char *text, size_t most)
{
    size_t length = strnlen(text, most), cut = length;
    while (cut && length - cut < 4 && utf8_continues(text[cut]))
        cut--;
    return utf8_continues(text[cut]) ? length : cut;
}

/** What utf8_trim() leaves out; all of it is written in three bytes at most. */
static const struct {
    uint32_t first, last;
} unseen[] = {{'\t', '\r'}, {' ', ' '}, {0x85, 0x85}, {0xA0, 0xA0}, {0x1680, 0x1680},
    {0x2000, 0x200F}, {0x2028, 0x202F}, {0x205F, 0x2064}, {0x2066, 0x2069}, {0x3000, 0x3000},
    {0xFEFF, 0xFEFF}};

static bool is_unseen(const char *text, size_t length)
{
    const unsigned char *at = (const unsigned char *)text;
    uint32_t c = at[0] < 0x80 ? at[0] : 0;
    if (length == 2)
        c = (at[0] & 0x1FU) << 6 | (at[1] & 0x3FU);
    else if (length == 3)
        c = (at[0] & 0x0FU) << 12 | (at[1] & 0x3FU) << 6 | (at[2] & 0x3FU);
    for (size_t i = 0; length < 4 && i < COUNT(unseen); i++)
        if (c >= unseen[i].first && c <= unseen[i].last)
            return true;
    return false;
}

/** The length of the character that ends the text; 1 for a byte that ends none. */
static size_t last_length(const char *text, size_t length)
{
    size_t size = 1;
    while (size < length && size < 4 && is_tail((unsigned char)text[length - size]))
        size++;
    return utf8_length((const unsigned char *)text + length - size, size) == size ? size : 1;
}

void utf8_trim(const char **text, size_t *length)
{
    size_t step;
    while ((step = utf8_length((const unsigned char *)*text, *length)) != 0 &&
           is_unseen(*text, step)) {
        *text += step;
        *length -= step;
    }
    while (*length && (step = last_length(*text, *length)) != 0 &&
           is_unseen(*text + *length - step, step))
        *length -= step;
}

/** How many bytes from the first on are characters. */
static size_t clean_length(const unsigned char *bytes, size_t length)
{
    size_t clean = 0;
    size_t step;
    while (clean < length && (step = utf8_length(bytes + clean, length - clean)) != 0)
        clean += step;
    return clean;
}

void utf8_clean(struct str *out, const char *bytes, size_t length)
{
    const char *end = bytes + length;
    while (bytes < end) {
        size_t clean = clean_length((const unsigned char *)bytes, (size_t)(end - bytes));
        str_add_bytes(out, bytes, clean);
        bytes += clean;
        if (bytes < end) {
            str_add(out, "\xEF\xBF\xBD");
            bytes++;
        }
    }
}

static unsigned decode(const unsigned char *at, size_t step)
{
    static const unsigned char first_bits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    unsigned value = at[0] & first_bits[step];
    for (size_t i = 1; i < step; i++)
        value = value << 6 | (at[i] & 0x3FU);
    return value;
}

/** Characters that move the cursor, end the line, or turn the reading direction round. */
static bool disturbs_a_line(unsigned c)
{
    return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x200E || c == 0x200F || c == 0x061C ||
           c == 0x2028 || c == 0x2029 || (c >= 0x202A && c <= 0x202E) ||
           (c >= 0x2066 && c <= 0x2069);
}

void utf8_escape(struct str *out, const char *bytes, size_t length)
{
    const unsigned char *at = (const unsigned char *)bytes;
    while (length) {
        size_t step = utf8_length(at, length);
        if (step && !disturbs_a_line(decode(at, step))) {
            str_add_bytes(out, at, step);
        } else {
            step = step ? step : 1;
            for (size_t i = 0; i < step; i++)
                str_printf(out, "\\x%02X", at[i]);
        }
        at += step;
        length -= step;
    }
}

char *utf8_clean_copy(const char *text)
{
    struct str out = STR_INIT(4 * strlen(text) + 1);
    utf8_clean(&out, text, strlen(text));
    return str_take(&out);
}

char *utf8_escape_copy(const char *text)
{
    struct str out = STR_INIT(4 * strlen(text) + 1);
    utf8_escape(&out, text, strlen(text));
    return str_take(&out);
}
