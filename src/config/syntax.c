/** What libconfig would misread without a word, or refuse without saying why. */
#include "syntax.h"

#include "closedrop/base/str.h"
#include "closedrop/base/utf8.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define NUMBER_DIGITS_MAX 9

/** libconfig takes "@include" only where it begins a line; that line's number, 0 for none. */
static unsigned line_of_include(const char *text)
{
    for (unsigned line = 1; *text; line++) {
        const char *start = text + strspn(text, " \t");
        if (str_starts_with(start, "@include"))
            return line;
        text += strcspn(text, "\n");
        text += *text == '\n';
    }
    return 0;
}

/** What follows a quoted text or a comment that begins at `at`; NULL where neither does. */
static const char *after_quiet_part(const char *at)
{
    const char *end;
    if (*at == '"') {
        for (end = at + 1; *end && *end != '"'; end++)
            end += *end == '\\' && end[1];
        return *end ? end + 1 : end;
    }
    if (*at == '#' || (at[0] == '/' && at[1] == '/'))
        return at + strcspn(at, "\n");
    if (at[0] != '/' || at[1] != '*')
        return NULL;
    end = strstr(at + 2, "*/");
    return end ? end + 2 : at + strlen(at);
}

/** libconfig cuts big whole numbers short without a word; the line of the first, 0 for none. */
static unsigned line_of_big_number(const char *text)
{
    const char *at = text;
    while (*at) {
        const char *after = after_quiet_part(at);
        size_t digits = strspn(at, "0123456789");
        if (!after && digits > NUMBER_DIGITS_MAX) {
            unsigned line = 1;
            for (const char *c = text; c < at; c++)
                line += *c == '\n';
            return line;
        }
        at = after ? after : at + (digits ? digits : 1);
    }
    return 0;
}

/** What libconfig stumbles over, and what was most likely meant. */
static const struct {
    uint32_t first, last;
    const char *name, *right;
} odd_characters[] = {
    {0xA0, 0xA0, "a non-breaking space", "write a plain one"},
    {0x2000, 0x200F, "an unusual space character", "write a plain space"},
    {0x202F, 0x202F, "a narrow non-breaking space", "write a plain one"},
    {0x3000, 0x3000, "a wide space", "write a plain one"},
    {0xFEFF, 0xFEFF, "a byte order mark in the middle", "delete it"},
    {0x2018, 0x201F, "a curly quote", "write a straight one, \""},
    {0xAB, 0xAB, "an angle quote", "write a straight one, \""},
    {0xBB, 0xBB, "an angle quote", "write a straight one, \""},
    {0, UINT32_MAX, "a character that is only allowed in strings", "put the string in quotes"},
};

/** The number of the character at `at`; the byte where it is none. */
static uint32_t code_at(const char *at)
{
    const unsigned char *c = (const unsigned char *)at;
    switch (utf8_length(c, strnlen(at, 4))) {
    case 2:
        return (c[0] & 0x1FU) << 6 | (c[1] & 0x3FU);
    case 3:
        return (c[0] & 0x0FU) << 12 | (c[1] & 0x3FU) << 6 | (c[2] & 0x3FU);
    case 4:
        return (c[0] & 0x07U) << 18 | (c[1] & 0x3FU) << 12 | (c[2] & 0x3FU) << 6 | (c[3] & 0x3FU);
    default:
        return c[0];
    }
}

/** The first character outside of texts and comments that is not ASCII; NULL where there is none.
 */
static const char *find_odd(const char *text)
{
    while (*text && (unsigned char)*text < 0x80) {
        const char *after = after_quiet_part(text);
        text = after ? after : text + 1;
    }
    return *text ? text : NULL;
}

/** A curly quote that was meant to end a text, which therefore continues in the next line; NULL if
 * there is none.
 */
static const char *find_odd_end(const char *text)
{
    for (const char *after; *text; text = after ? after : text + 1) {
        after = after_quiet_part(text);
        size_t line = strcspn(text, "\n");
        if (*text != '"' || !after || text + line >= after)
            continue;
        for (const char *at = text; at < text + line; at++)
            if ((*at & 0x80) && code_at(at) >= 0x2018 && code_at(at) <= 0x201F)
                return at;
    }
    return NULL;
}

/** Add what is wrong with the character at `odd`, and what would be right; returns its line. */
static unsigned describe_odd(const char *text, const char *odd, struct str *what)
{
    unsigned line = 1, column = 1;
    size_t i = 0;
    for (const char *at = text; at < odd; at++) {
        bool is_end = *at == '\n';
        line += is_end;
        column = is_end ? 1 : column + !utf8_continues(*at);
    }
    while (code_at(odd) < odd_characters[i].first || code_at(odd) > odd_characters[i].last)
        i++;
    bool is_text = utf8_length((const unsigned char *)odd, strnlen(odd, 4)) > 0;
    if (is_text)
        str_printf(what, "column %u: found %s (U+%04X); %s", column, odd_characters[i].name,
            (unsigned)code_at(odd), odd_characters[i].right);
    else
        str_printf(what, "column %u: found a byte that is not UTF-8, %02X; save the file as UTF-8",
            column, (unsigned)code_at(odd));
    return line;
}

unsigned syntax_check(const char *text, struct str *what)
{
    unsigned line;
    const char *odd = find_odd(text);
    if (odd)
        return describe_odd(text, odd, what);
    if ((line = line_of_include(text)) != 0)
        str_add(what, "@include is not supported; write everything into this file");
    else if ((line = line_of_big_number(text)) != 0)
        str_add(what,
            "a number is too large; sizes and durations are strings, e.g. \"25M\" or \"15m\"");
    return line;
}

unsigned syntax_explain(const char *text, struct str *what)
{
    const char *odd = find_odd_end(text);
    return odd ? describe_odd(text, odd, what) : 0;
}
