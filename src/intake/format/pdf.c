/** PDF (ISO 32000-1, 7.5): ends with %%EOF, and nothing after it starts a later part. */
#include "pdf.h"
#include "format.h"

#include "closedrop/base/array.h"
#include "closedrop/base/str.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/** The longest rest of the last line after its end-of-file marker. */
#define LAST_LINE_MAX 32

/** The length that a linearized file declares at its start; 0 for others, -1 if it is truncated. */
static int64_t told_length(const struct bytes *bytes)
{
    char head[1025] = "";
    size_t length = bytes->size < 1024 ? (size_t)bytes->size : 1024;
    if (!bytes_read_at(bytes, 0, head, length))
        return -1;
    const char *linearized = memmem(head, length, "/Linearized", 11);
    const char *told = linearized ? memmem(head, length, "/L ", 3) : NULL;
    return told ? strtoll(told + 3, NULL, 10) : 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_space(char c)
{
    return isspace((unsigned char)c) || !c;
}

static const char *skip(const char *text, const char *end, bool (*is_skipped)(char c))
{
    while (text < end && is_skipped(*text))
        text++;
    return text;
}

static const char *skip_back(const char *start, const char *text, bool (*is_skipped)(char c))
{
    while (text > start && is_skipped(text[-1]))
        text--;
    return text;
}

/** Whether `word` starts with the text. */
static bool begins(const char *text, const char *end, const char *word)
{
    size_t length = (size_t)(end - text);
    return length <= strlen(word) && memcmp(text, word, length) == 0;
}

/** Whether the text is a truncated first word of a part: "12 0 ob", "xre", "endst". */
static bool is_begun_part(const char *text, const char *end)
{
    while (end > text && !end[-1]) /* space that was allocated for the rest */
        end--;
    const char *number = skip(text, end, is_space);
    if (number == end)
        return false;
    const char *after = skip(number, end, is_digit);
    if (after == number)
        return begins(number, end, "xref") || begins(number, end, "endstream");
    const char *generation = skip(after, end, is_blank);
    return begins(skip(skip(generation, end, is_digit), end, is_blank), end, "obj");
}

/** Whether there are two numbers before the word at `at`. */
static bool has_numbers_before(const char *text, const char *at)
{
    for (int i = 0; i < 2; i++) {
        const char *end = skip_back(text, at, is_space);
        const char *number = skip_back(text, end, is_digit);
        if (end == at || number == end)
            return false;
        at = number;
    }
    return true;
}

/** "12 0 obj", followed by anything. */
static bool begins_object(const char *text, const char *end, const char *at, const char *after)
{
    bool is_whole_word = after == end || !isalpha((unsigned char)*after);
    return is_whole_word && has_numbers_before(text, at);
}

/** A word at the start of its line, followed by the end of the line or a dictionary. */
static bool has_its_line(const char *text, const char *end, const char *at, const char *after)
{
    bool begins_line = at == text || at[-1] == '\n' || at[-1] == '\r';
    const char *next = skip(after, end, is_blank);
    return begins_line && (next == end || strchr("\r\n<", *next)); /* or a zero */
}

static const struct part {
    const char *word;
    bool (*is_part)(const char *text, const char *end, const char *at, const char *after);
} parts[] = {
    {"obj", begins_object},
    {"endstream", has_its_line},
    {"endobj", has_its_line},
    {"xref", has_its_line},
    {"trailer", has_its_line},
};

static bool has_part(const char *text, const char *end, const struct part *part)
{
    const size_t length = strlen(part->word);
    const char *after = text, *at;
    while ((at = memmem(after, (size_t)(end - after), part->word, length)) != NULL) {
        after = at + length;
        if (part->is_part(text, end, at, after))
            return true;
    }
    return false;
}

/**
 * Whether a truncated later part follows the last end: an update, or what embeds the PDF. Words
 * count only in PDF syntax, because mail programs and gateways add text there.
 */
static bool is_followed_by_more(const char *text, const char *end)
{
    for (size_t i = 0; i < COUNT(parts); i++)
        if (has_part(text, end, &parts[i]))
            return true;
    return is_begun_part(text, end);
}

int64_t pdf_find_start(const char *head, size_t length, bool is_called_pdf)
{
    static const char order_mark[] = "\xEF\xBB\xBF";
    const char *end = head + length, *found = memmem(head, length, "%PDF-", 5);
    const char *text = str_starts_with(head, order_mark) ? head + strlen(order_mark) : head;
    bool is_first = found && skip(text, end, is_space) == found;
    return is_first || (found && is_called_pdf) ? found - head : -1;
}

/**
 * The bytes of a PDF that starts later in its file. Its own offsets are relative to that start, or
 * nearly so.
 */
struct behind {
    const struct bytes *whole;
    int64_t start;
};

static int64_t read_behind(void *context, int64_t offset, void *buffer, size_t length)
{
    const struct behind *behind = context;
    return behind->whole->read(behind->whole->context, behind->start + offset, buffer, length);
}

/** A linearized file has an %%EOF long before its end, too: the last one must be near the end. */
static bool pdf_has_end(const struct bytes *bytes)
{
    static const char eof_marker[] = "%%EOF";
    const size_t marker_length = sizeof(eof_marker) - 1;
    size_t length;
    int64_t told = told_length(bytes);
    if (told < 0 || told > bytes->size + LAST_LINE_MAX)
        return false;
    unsigned char *tail = bytes_read_tail(bytes, &length);
    const unsigned char *last =
        tail ? bytes_find_last(tail, length, eof_marker, marker_length) : NULL;
    bool has_end = false;
    if (last) {
        int64_t behind = (int64_t)length - (last - tail);
        bool is_early = bytes->size - behind + LAST_LINE_MAX < told;
        const char *text = (const char *)last + marker_length, *end = (const char *)tail + length;
        has_end = !is_early && !is_followed_by_more(text, end);
    }
    free(tail);
    return has_end;
}

bool pdf_behind_has_end(const struct bytes *bytes, int64_t start)
{
    struct behind behind = {bytes, start};
    const struct bytes pdf = {bytes->size - start, read_behind, &behind, bytes->ret_error};
    return pdf_has_end(&pdf);
}

const struct format format_pdf = {
    .signatures = {{5, "%PDF-"}}, /* may start later: pdf_find_start() */
    .suffixes = {".pdf"},
    .has_end = pdf_has_end,
};
