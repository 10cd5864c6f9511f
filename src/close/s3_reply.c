/** Answers of S3 read: the few elements of its XML that we need; all else is passed over. */
#include "closedrop/close/s3_reply.h"

#include "closedrop/base/array.h"
#include "closedrop/base/str.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** The character that a reference of XML at `text` stands for ("&amp;", "&#233;", "&#xE9;"), 0
 * where there is none; `ret_length` is the reference's own. */
static uint32_t read_reference(const char *text, size_t *ret_length)
{
    static const struct {
        const char *name;
        uint32_t character;
    } entities[] = {
        {"&quot;", '"'}, {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&apos;", '\''}};
    for (size_t i = 0; i < COUNT(entities); i++)
        if (str_starts_with(text, entities[i].name)) {
            *ret_length = strlen(entities[i].name);
            return entities[i].character;
        }
    if (!str_starts_with(text, "&#"))
        return 0;
    const bool is_hex = text[2] == 'x';
    const char *digits = text + (is_hex ? 3 : 2);
    char *end = NULL;
    unsigned long number =
        isxdigit((unsigned char)*digits) ? strtoul(digits, &end, is_hex ? 16 : 10) : 0;
    bool is_surrogate = number >= 0xD800 && number <= 0xDFFF;
    if (!number || *end != ';' || number > 0x10FFFF || is_surrogate)
        return 0;
    *ret_length = (size_t)(end + 1 - text);
    return (uint32_t)number;
}

/** Write a character as UTF-8; returns its length. */
static size_t write_character(uint32_t character, char out[4])
{
    static const struct {
        uint32_t most;
        unsigned char lead;
    } rows[] = {{0x7F, 0}, {0x7FF, 0xC0}, {0xFFFF, 0xE0}, {0x10FFFF, 0xF0}};
    size_t more = 0;
    while (character > rows[more].most)
        more++;
    for (size_t i = more; i > 0; i--, character >>= 6)
        out[i] = (char)(0x80 | (character & 0x3F));
    out[0] = (char)(rows[more].lead | character);
    return more + 1;
}

/** Copy the text of an element, its references undone; what does not fit is cut. */
static void copy_text(const char *from, const char *end, char *out, size_t room)
{
    size_t length = 0;
    while (from < end) {
        char bytes[4] = {*from};
        size_t step = 1, size = 1;
        uint32_t character = read_reference(from, &step);
        if (character)
            size = write_character(character, bytes);
        if (length + size >= room)
            break;
        memcpy(out + length, bytes, size);
        length += size;
        from += step;
    }
    out[length] = '\0';
}

/** The text of the first element `name`; what does not fit is cut. */
static void read_element(const char *xml, const char *name, char *out, size_t room)
{
    char open[32], close[32];
    out[0] = '\0';
    snprintf(open, sizeof(open), "<%s>", name);
    snprintf(close, sizeof(close), "</%s>", name);
    const char *start = strstr(xml, open);
    const char *end = start ? strstr(start, close) : NULL;
    if (end)
        copy_text(start + strlen(open), end, out, room);
}

static void strip_quotes(char *text)
{
    size_t length = strlen(text);
    if (length >= 2 && text[0] == '"' && text[length - 1] == '"') {
        memmove(text, text + 1, length - 2);
        text[length - 2] = '\0';
    }
}

void s3_reply_read(const char *body, const char *etag, struct s3_reply *ret_reply)
{
    read_element(body, "Code", ret_reply->code, sizeof(ret_reply->code));
    read_element(body, "Message", ret_reply->message, sizeof(ret_reply->message));
    read_element(body, "Key", ret_reply->key, sizeof(ret_reply->key));
    read_element(body, "ETag", ret_reply->etag, sizeof(ret_reply->etag));
    if (etag)
        snprintf(ret_reply->etag, sizeof(ret_reply->etag), "%s", etag);
    strip_quotes(ret_reply->etag);
}
