/** Bytes of another encoding to UTF-8, by iconv, in one pass and all or nothing. */
#include "closedrop/base/encoding.h"

#include "closedrop/base/array.h"
#include "closedrop/base/str.h"
#include "closedrop/base/utf8.h"

#include <ctype.h>
#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/** No encoding makes more bytes of UTF-8 out of one of its own. */
#define GROWS_MAX 8

/* ---- names ---- */

bool encoding_is_known(const char *name)
{
    for (const char *at = name; *at; at++) /* a slash or comma is iconv's own language */
        if (!isalnum((unsigned char)*at) && !strchr("-_.:()+", *at))
            return false;
    iconv_t how = *name ? iconv_open("UTF-8", name) : (iconv_t)-1;
    if (how == (iconv_t)-1)
        return false;
    iconv_close(how);
    return true;
}

const char *encoding_like(const char *name)
{
    static const struct {
        const char *part, *meant;
    } meanings[] = {{"1250", "windows-1250"}, {"1251", "windows-1251"}, {"1253", "windows-1253"},
        {"1254", "windows-1254"}, {"1257", "windows-1257"}, {"850", "CP850"}, {"437", "CP437"},
        {"15", "ISO-8859-15"}, {"8859", "ISO-8859-1"}, {"latin", "ISO-8859-1"}, {"16", "UTF-16LE"},
        {"unicode", "UTF-16LE"}, {"mac", "MACINTOSH"}};
    for (size_t i = 0; i < COUNT(meanings); i++)
        if (strcasestr(name, meanings[i].part))
            return meanings[i].meant;
    return "windows-1252";
}

/* ---- lines ---- */

bool encoding_is_line_end(char c)
{
    return c == '\n' || c == '\r';
}

size_t encoding_line_length(const char *text, size_t length)
{
    size_t at = 0;
    while (at < length && !encoding_is_line_end(text[at]))
        at++;
    bool is_crlf = at + 1 < length && text[at] == '\r' && text[at + 1] == '\n';
    return at + (at < length) + is_crlf;
}

size_t encoding_line_at(const char *text, size_t length)
{
    size_t line = 1;
    for (size_t at = 0; at < length;) {
        at += encoding_line_length(text + at, length - at);
        line += encoding_is_line_end(text[at - 1]);
    }
    return line;
}

/* ---- bytes ---- */

static bool has_only_continuations(const unsigned char *bytes, size_t count)
{
    size_t i = 0;
    while (i < count && utf8_continues((char)bytes[i]))
        i++;
    return i == count;
}

/** Whether these few bytes are the beginning of a character, whose rest is missing. */
static bool is_cut_character(const char *bytes, size_t left)
{
    const unsigned char *at = (const unsigned char *)bytes;
    size_t whole = at[0] >= 0xF0 ? 4 : at[0] >= 0xE0 ? 3 : at[0] >= 0xC2 ? 2 : 0;
    return at[0] < 0xF5 && left < whole && has_only_continuations(at + 1, left - 1);
}

/** End the text before the first byte that is not UTF-8, and say which one that is. */
static int check_utf8(char *text, size_t *length)
{
    size_t at = 0, step = 1;
    for (; at < *length && step; at += step)
        step = text[at] ? utf8_length((const unsigned char *)text + at, *length - at) : 0;
    int result = step ? 0 : is_cut_character(text + at, *length - at) ? -ENODATA : -EILSEQ;
    text[at] = '\0';
    *length = at;
    return result;
}

static int convert(iconv_t how, char *from, size_t left, struct str *out)
{
    char room[4096];
    for (;;) {
        char *to = room;
        size_t rest = sizeof(room);
        size_t result = iconv(how, left ? &from : NULL, &left, &to, &rest);
        int error = errno;
        bool is_end = !left; /* then the call was for what an encoding keeps back until its end */
        str_add_bytes(out, room, (size_t)(to - room));
        if (result == (size_t)-1 && error != E2BIG)
            return error == EINVAL ? -ENODATA : -EILSEQ;
        if (result != (size_t)-1 && is_end)
            return 0;
    }
}

static int from_other(const char *encoding, char **text, size_t *length)
{
    struct str out = STR_INIT(GROWS_MAX * *length + 1);
    iconv_t how = iconv_open("UTF-8", encoding);
    if (how == (iconv_t)-1) {
        int result = errno == ENOMEM ? -ENOMEM : -EILSEQ;
        **text = '\0';
        *length = 0;
        return result;
    }
    int result = convert(how, *text, *length, &out);
    iconv_close(how);
    if (str_error(&out)) {
        str_release(&out);
        return -ENOMEM;
    }
    *length = out.length;
    if (out.length) {
        free(*text);
        *text = str_take(&out);
    }
    str_release(&out);
    int sound = check_utf8(*text, length); /* a NUL is not text in any encoding */
    return sound ? sound : result;
}

int encoding_to_utf8(const char *encoding, char **text, size_t *length)
{
    static const struct {
        const char *bytes;
        const char *encoding;
    } marks[] = {{"\xEF\xBB\xBF", NULL}, {"\xFF\xFE", "UTF-16LE"}, {"\xFE\xFF", "UTF-16BE"}};
    for (size_t i = 0; i < COUNT(marks); i++) {
        size_t size = strlen(marks[i].bytes);
        if (*length < size || memcmp(*text, marks[i].bytes, size) != 0)
            continue;
        *length -= size;
        memmove(*text, *text + size, *length);
        encoding = marks[i].encoding;
        break;
    }
    return encoding ? from_other(encoding, text, length) : check_utf8(*text, length);
}
