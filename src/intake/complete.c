/* The ends of the formats, each found in its own way from the back of the file. */
#include "closedrop/intake/complete.h"

#include "closedrop/base/str.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/** How far from a file's end its last marks are looked for. */
#define TAIL_MAX (1024 * 1024)

/** How much of a JPEG is looked through, segment by segment. */
#define SCAN_MAX (256 * 1024 * 1024)

/** What is left of a PDF's last line behind its mark. */
#define LAST_LINE_MAX 32

/** How far from its file's start a PDF may begin, as its readers have it. */
#define HEAD_MAX 1024

/** A file of nothing but zeros is known as such when it is larger than this. */
#define ZEROS_MIN 1024
/** It is read in blocks; a large one in so many steps, with room between them. */
#define ZEROS_BLOCK (256 * 1024)
#define ZEROS_STEPS_MAX 255

/** A strip's length that is a multiple of this was rounded up to whole blocks of a disk. */
#define DISK_BLOCK 512

/** No real file has more; a hostile one must not keep us reading. */
#define CHUNKS_MAX 1000000
#define VALUES_MAX 20000000 /* of a TIFF: directories, entries, places of image data */

int64_t bytes_read_file(void *context, int64_t offset, void *buffer, size_t length)
{
    const int *fd = context;
    size_t done = 0;
    while (done < length) {
        ssize_t got = pread(*fd, (char *)buffer + done, length - done, offset + (off_t)done);
        if (got < 0 && errno != EINTR)
            return -errno;
        if (got == 0)
            break;
        done += got > 0 ? (size_t)got : 0;
    }
    return (int64_t)done;
}

static void note_error(const struct bytes *bytes, int error)
{
    if (bytes->ret_error)
        *bytes->ret_error = error;
}

static bool read_at(const struct bytes *bytes, int64_t offset, void *buffer, size_t length)
{
    if (offset < 0 || offset > bytes->size || (int64_t)length > bytes->size - offset)
        return false;
    int64_t got = bytes->read(bytes->context, offset, buffer, length);
    if (got < 0)
        note_error(bytes, (int)got);
    return got == (int64_t)length;
}

/** The file's last bytes, at most TAIL_MAX; freed by the caller. */
static unsigned char *read_tail(const struct bytes *bytes, size_t *ret_length)
{
    size_t length = bytes->size < TAIL_MAX ? (size_t)bytes->size : TAIL_MAX;
    unsigned char *tail = malloc(length + 1);
    if (!tail) {
        note_error(bytes, -ENOMEM);
        return NULL;
    }
    if (!read_at(bytes, bytes->size - (int64_t)length, tail, length)) {
        free(tail);
        return NULL;
    }
    tail[length] = '\0';
    *ret_length = length;
    return tail;
}

static const unsigned char *find_last(
    const unsigned char *bytes, size_t length, const char *mark, size_t mark_length)
{
    const unsigned char first = (unsigned char)*mark;
    for (size_t i = length; i >= mark_length; i--) {
        const unsigned char *at = bytes + i - mark_length;
        if (*at == first && memcmp(at, mark, mark_length) == 0)
            return at;
    }
    return NULL;
}

/* ---- PDF (ISO 32000-1, 7.5) ---- */

/** How long a linearized file says at its start that it is, 0 for others; -1 where it is cut. */
static int64_t told_length(const struct bytes *bytes)
{
    char head[1025] = "";
    size_t length = bytes->size < 1024 ? (size_t)bytes->size : 1024;
    if (!read_at(bytes, 0, head, length))
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

static bool is_nul(char c)
{
    return !c;
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

/** Whether all of the text is the beginning of `word`. */
static bool begins(const char *text, const char *end, const char *word)
{
    size_t length = (size_t)(end - text);
    return length <= strlen(word) && memcmp(text, word, length) == 0;
}

/** Cut in the first words of a part: "12 0 ob", "xre", "endst". */
static bool is_begun_part(const char *text, const char *end)
{
    while (end > text && !end[-1]) /* room that was made for the rest */
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

/** Whether two numbers stand before the word at `at`. */
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

/** "12 0 obj", whatever follows. */
static bool begins_object(const char *text, const char *end, const char *at, const char *after)
{
    bool is_whole_word = after == end || !isalpha((unsigned char)*after);
    return is_whole_word && has_numbers_before(text, at);
}

/** A word that begins its line, and ends it or leads to a dictionary. */
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
 * What stands behind the last end when a later part (an update, or what embeds it) was cut. Words
 * count only as PDF writes them: mail programs and gateways leave text there.
 */
static bool is_followed_by_more(const char *text, const char *end)
{
    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
        if (has_part(text, end, &parts[i]))
            return true;
    return is_begun_part(text, end);
}

/**
 * The bytes before the first "%PDF-": a byte order mark, blank lines, what a printer's spooler or a
 * mail gateway has left there. Only a file that is called a PDF may begin with just anything, for
 * others may speak of one. -1 where no PDF begins.
 */
static int64_t before_pdf(const char *head, size_t length, bool is_called_pdf)
{
    static const char order_mark[] = "\xEF\xBB\xBF";
    const char *end = head + length, *found = memmem(head, length, "%PDF-", 5);
    const char *text = str_starts_with(head, order_mark) ? head + strlen(order_mark) : head;
    bool is_first = found && skip(text, end, is_space) == found;
    return is_first || (found && is_called_pdf) ? found - head : -1;
}

/** What follows the bytes before a PDF: its own numbers count from there, or nearly so. */
struct behind {
    const struct bytes *whole;
    int64_t start;
};

static int64_t read_behind(void *context, int64_t offset, void *buffer, size_t length)
{
    const struct behind *behind = context;
    return behind->whole->read(behind->whole->context, behind->start + offset, buffer, length);
}

/** A linearized file has an %%EOF long before its end: the last one must be near that. */
static bool pdf_has_end(const struct bytes *bytes)
{
    static const char mark[] = "%%EOF";
    const size_t mark_length = sizeof(mark) - 1;
    size_t length;
    int64_t told = told_length(bytes);
    if (told < 0 || told > bytes->size + LAST_LINE_MAX)
        return false;
    unsigned char *tail = read_tail(bytes, &length);
    const unsigned char *last = tail ? find_last(tail, length, mark, mark_length) : NULL;
    bool has_end = false;
    if (last) {
        int64_t behind = (int64_t)length - (last - tail);
        bool is_early = bytes->size - behind + LAST_LINE_MAX < told;
        const char *text = (const char *)last + mark_length, *end = (const char *)tail + length;
        has_end = !is_early && !is_followed_by_more(text, end);
    }
    free(tail);
    return has_end;
}

static bool pdf_behind_has_end(const struct bytes *bytes, int64_t start)
{
    struct behind behind = {bytes, start};
    const struct bytes pdf = {bytes->size - start, read_behind, &behind, bytes->ret_error};
    return pdf_has_end(&pdf);
}

/* ---- JPEG (ITU T.81, B.1) ---- */

struct reader {
    const struct bytes *bytes;
    int64_t offset;
    unsigned char buffer[65536];
    size_t length, at;
};

/** Have bytes in the buffer; false at the end of the file, or of what is looked through. */
static bool has_bytes(struct reader *reader)
{
    if (reader->at < reader->length)
        return true;
    int64_t size = reader->bytes->size;
    int64_t left = (size < SCAN_MAX ? size : SCAN_MAX) - reader->offset;
    size_t want = left < (int64_t)sizeof(reader->buffer) ? (size_t)left : sizeof(reader->buffer);
    if (left <= 0 || !read_at(reader->bytes, reader->offset, reader->buffer, want))
        return false;
    reader->offset += (int64_t)want;
    reader->length = want;
    reader->at = 0;
    return true;
}

static int next_byte(struct reader *reader)
{
    return has_bytes(reader) ? reader->buffer[reader->at++] : -1;
}

/** Past the next byte of that value. */
static bool skip_past(struct reader *reader, int value)
{
    while (has_bytes(reader)) {
        const unsigned char *from = reader->buffer + reader->at;
        const unsigned char *found = memchr(from, value, reader->length - reader->at);
        reader->at = found ? (size_t)(found - reader->buffer) + 1 : reader->length;
        if (found)
            return true;
    }
    return false;
}

static bool skip_bytes(struct reader *reader, int64_t count)
{
    int64_t buffered = (int64_t)(reader->length - reader->at);
    if (count <= buffered) {
        reader->at += (size_t)count;
        return true;
    }
    reader->offset += count - buffered;
    reader->at = reader->length;
    return reader->offset <= reader->bytes->size;
}

/** The next marker, past any data before it; -1 at the end of the file. */
static int next_marker(struct reader *reader)
{
    while (skip_past(reader, 0xFF)) {
        int byte = next_byte(reader);
        while (byte == 0xFF)
            byte = next_byte(reader);
        if (byte != 0x00)
            return byte;
    }
    return -1;
}

/** Whether an end stands near the end of a file too large to be looked through. */
static bool tail_has_jpeg_end(const struct bytes *bytes)
{
    size_t length;
    unsigned char *tail = read_tail(bytes, &length);
    bool has_end = tail && find_last(tail, length, "\xFF\xD9", 2);
    free(tail);
    return has_end;
}

static bool jpeg_has_end(const struct bytes *bytes)
{
    struct reader *reader = calloc(1, sizeof(*reader));
    bool has_end = false;
    int marker;
    if (!reader) {
        note_error(bytes, -ENOMEM);
        return false;
    }
    reader->bytes = bytes;
    reader->offset = 2;
    while (!has_end && (marker = next_marker(reader)) >= 0) {
        bool stands_alone = marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8);
        has_end = marker == 0xD9;
        if (has_end || stands_alone)
            continue;
        int high = next_byte(reader), low = next_byte(reader);
        if (high < 0 || low < 0)
            break;
        int length = high << 8 | low; /* counts its own two bytes */
        if (length < 2 || !skip_bytes(reader, length - 2))
            break;
    }
    bool is_too_large = bytes->size > SCAN_MAX && reader->offset >= SCAN_MAX;
    free(reader);
    return has_end || (is_too_large && tail_has_jpeg_end(bytes));
}

/* ---- PNG (W3C PNG, 5.3) ---- */

static uint32_t big32(const unsigned char *b)
{
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/** Zeros are no chunk: they are room that was made for one. */
static bool is_chunk(const unsigned char *head)
{
    for (int i = 4; i < 8; i++)
        if (!isalpha(head[i]))
            return false;
    return true;
}

static bool png_has_end(const struct bytes *bytes)
{
    unsigned char head[8];
    int64_t offset = 8;
    for (int i = 0; i < CHUNKS_MAX && read_at(bytes, offset, head, sizeof(head)); i++) {
        int64_t next = offset + 12 + big32(head);
        if (next > bytes->size || !is_chunk(head))
            return false;
        if (memcmp(head + 4, "IEND", 4) == 0)
            return true;
        offset = next;
    }
    return false;
}

/* ---- ZIP (APPNOTE 4.3) ---- */

static uint32_t little32(const unsigned char *b)
{
    return (uint32_t)b[3] << 24 | (uint32_t)b[2] << 16 | (uint32_t)b[1] << 8 | b[0];
}

static uint64_t little64(const unsigned char *b)
{
    return (uint64_t)little32(b + 4) << 32 | little32(b);
}

/** Whether ZIP64's own end record, as its locator before `offset` says, is behind its directory. */
static bool closes_wide_archive(const struct bytes *bytes, int64_t offset)
{
    unsigned char locator[20], record[56];
    if (!read_at(bytes, offset - 20, locator, sizeof(locator)) || memcmp(locator, "PK\6\7", 4) != 0)
        return false;
    uint64_t at = little64(locator + 8);
    return read_at(bytes, (int64_t)at, record, sizeof(record)) &&
           memcmp(record, "PK\6\6", 4) == 0 && little64(record + 40) + little64(record + 48) == at;
}

/**
 * The end record at `offset` closes this archive, and not one stored inside of it, when the central
 * directory it names stands right before it (or before its ZIP64 records). Some programs keep but
 * 32 bits of where that is.
 */
static bool closes_archive(const struct bytes *bytes, const unsigned char *record, int64_t offset)
{
    uint32_t size = little32(record + 12), start = little32(record + 16);
    int64_t comment = record[20] | record[21] << 8;
    if (offset + 22 + comment > bytes->size)
        return false;
    return start + size == (uint32_t)offset || closes_wide_archive(bytes, offset);
}

static bool zip_has_end(const struct bytes *bytes)
{
    size_t length = 0;
    unsigned char *tail = read_tail(bytes, &length);
    const unsigned char *end = tail ? tail + length : NULL;
    bool has_end = false;
    while (!has_end && end) {
        end = find_last(tail, (size_t)(end - tail), "PK\5\6", 4);
        if (!end || (size_t)(end - tail) + 22 > length)
            continue;
        has_end = closes_archive(bytes, end, bytes->size - (int64_t)length + (int64_t)(end - tail));
    }
    free(tail);
    return has_end;
}

/* ---- TIFF (TIFF 6.0, section 2), BigTIFF ---- */

struct tiff {
    const struct bytes *bytes;
    bool is_big_endian;
    size_t word;          /* bytes of a count and of an offset: 4, in BigTIFF 8 */
    uint64_t values_left; /* directories, entries, data: in a sound file they lie apart */
};

static bool may_read(struct tiff *tiff, uint64_t values)
{
    if (values > tiff->values_left)
        return false;
    tiff->values_left -= values;
    return true;
}

static uint64_t number(const struct tiff *tiff, const unsigned char *b, size_t size)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | b[tiff->is_big_endian ? i : size - 1 - i];
    return value;
}

/** Bytes of one value of each field type; others are as good as bytes. */
static const unsigned char type_sizes[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8};

/** One entry of a directory, and where its values lie. */
struct field {
    unsigned tag;
    size_t size; /* of one value */
    uint64_t count;
    int64_t at;
};

static bool is_inside(const struct tiff *tiff, uint64_t start, uint64_t length)
{
    uint64_t size = (uint64_t)tiff->bytes->size;
    return start <= size && length <= size - start;
}

/** Take the entry at `at` apart; false where its values are not all in the file. */
static bool read_field(
    const struct tiff *tiff, const unsigned char *entry, int64_t at, struct field *ret_field)
{
    uint64_t type = number(tiff, entry + 2, 2);
    struct field field = {.tag = (unsigned)number(tiff, entry, 2),
        .size = type < sizeof(type_sizes) ? type_sizes[type] : 1,
        .count = number(tiff, entry + 4, tiff->word)};
    if (field.count > (uint64_t)tiff->bytes->size)
        return false;
    bool is_within = field.size * field.count <= tiff->word;
    uint64_t start = is_within ? (uint64_t)at + 4 + tiff->word
                               : number(tiff, entry + 4 + tiff->word, tiff->word);
    field.at = (int64_t)start;
    *ret_field = field;
    return is_within || is_inside(tiff, start, field.size * field.count);
}

/** The values of a field, read some at a time. */
struct values {
    const struct field *field;
    uint64_t first, held;
    unsigned char window[4096];
};

static bool value_of(
    const struct tiff *tiff, struct values *values, uint64_t i, uint64_t *ret_value)
{
    const struct field *field = values->field;
    if (i >= field->count || !field->size)
        return false;
    if (i - values->first >= values->held) {
        uint64_t most = sizeof(values->window) / field->size, left = field->count - i;
        values->first = i;
        values->held = left < most ? left : most;
        if (!read_at(tiff->bytes, field->at + (int64_t)(i * field->size), values->window,
                values->held * field->size))
            return false;
    }
    *ret_value = number(tiff, values->window + (i - values->first) * field->size, field->size);
    return true;
}

enum {
    STRIP_OFFSETS = 273,
    STRIP_COUNTS = 279,
    TILE_OFFSETS = 324,
    TILE_COUNTS = 325,
    SUB_DIRECTORIES = 330,
    EXIF_DIRECTORY = 34665,
    GPS_DIRECTORY = 34853
};

/** What a directory says of its picture in one number each, and what holds where it says nothing.
 */
enum number { WIDTH, ROWS, BITS, COMPRESSION, SAMPLES, ROWS_OF_STRIP, PLANES, NUMBERS };

static const struct {
    unsigned tag;
    uint64_t fallback;
} numbers[NUMBERS] = {
    [WIDTH] = {256, 0},
    [ROWS] = {257, 0},
    [BITS] = {258, 1},
    [COMPRESSION] = {259, 1},
    [SAMPLES] = {277, 1},
    [ROWS_OF_STRIP] = {278, UINT32_MAX},
    [PLANES] = {284, 1},
};

struct picture {
    int64_t directory; /* where it lies itself */
    struct field offsets, counts;
    uint64_t numbers[NUMBERS];
};

/** How many bytes the last strip of a picture that is not compressed really has; 0: unknown. */
static uint64_t bytes_of_last_strip(const struct picture *picture)
{
    const uint64_t *of = picture->numbers;
    uint64_t before = (picture->offsets.count - 1) * of[ROWS_OF_STRIP];
    bool is_plain =
        picture->offsets.tag == STRIP_OFFSETS && of[COMPRESSION] == 1 && of[PLANES] == 1;
    bool is_sane = of[WIDTH] <= UINT32_MAX && of[ROWS] <= UINT32_MAX && of[BITS] <= UINT8_MAX &&
                   of[SAMPLES] <= UINT8_MAX && of[ROWS_OF_STRIP] <= UINT32_MAX;
    if (!is_plain || !is_sane || before >= of[ROWS])
        return 0;
    return (of[WIDTH] * of[BITS] * of[SAMPLES] + 7) / 8 * (of[ROWS] - before);
}

/**
 * Whether the last strip is all there, though it seems to go on past the end of the file: its
 * length was rounded up. That is sure where its directory lies behind it, for that was written
 * later; and where the picture's own measures say that it needs no more. Else a cut looks much the
 * same, and only a length of whole blocks of a disk will do, which compressed data has by chance.
 */
static bool is_rounded_up(
    const struct tiff *tiff, const struct picture *picture, uint64_t start, uint64_t length)
{
    uint64_t size = (uint64_t)tiff->bytes->size;
    if (start >= size)
        return false;
    uint64_t there = size - start, needed = bytes_of_last_strip(picture), unit = length & -length;
    bool is_compressed = picture->numbers[COMPRESSION] != 1;
    bool is_of_blocks = is_compressed && unit >= DISK_BLOCK && length - there < unit;
    return start < (uint64_t)picture->directory || (needed && needed <= there) || is_of_blocks;
}

/** Whether the image data named by offsets and byte counts lies inside the file. */
static bool data_is_inside(struct tiff *tiff, const struct picture *picture)
{
    const struct field *offsets = &picture->offsets, *counts = &picture->counts;
    if (!offsets->tag || !counts->tag)
        return true;
    struct values starts = {.field = offsets}, lengths = {.field = counts};
    uint64_t start, length;
    if (!may_read(tiff, offsets->count + counts->count))
        return false;
    for (uint64_t i = 0; i < offsets->count; i++) {
        if (!value_of(tiff, &starts, i, &start) || !value_of(tiff, &lengths, i, &length))
            return false;
        bool is_last = i + 1 == offsets->count;
        if (!is_inside(tiff, start, length) &&
            !(is_last && is_rounded_up(tiff, picture, start, length)))
            return false;
    }
    return true;
}

/** What a directory is: the pages of the file, or by the tag of the field that names it. */
enum { PAGES = 0 };

static bool chain_is_inside(struct tiff *tiff, uint64_t offset, int depth, unsigned what);

/** The directories below one: smaller pictures, what the camera says. */
static bool below_is_inside(struct tiff *tiff, const struct field *field, int depth)
{
    struct values offsets = {.field = field};
    uint64_t offset;
    if (!may_read(tiff, field->count))
        return false;
    for (uint64_t i = 0; i < field->count; i++)
        if (!value_of(tiff, &offsets, i, &offset) ||
            !chain_is_inside(tiff, offset, depth + 1, field->tag))
            return false;
    return true;
}

static void note_field(const struct tiff *tiff, const struct field *field, struct picture *picture)
{
    struct field first = *field; /* a hostile list is not read for its first value */
    struct values values = {.field = &first};
    first.count = first.count > 0;
    if (field->tag == STRIP_OFFSETS || field->tag == TILE_OFFSETS)
        picture->offsets = *field;
    if (field->tag == STRIP_COUNTS || field->tag == TILE_COUNTS)
        picture->counts = *field;
    for (size_t i = 0; i < NUMBERS; i++)
        if (field->tag == numbers[i].tag)
            (void)value_of(tiff, &values, 0, &picture->numbers[i]);
}

static bool directory_is_inside(
    struct tiff *tiff, const unsigned char *entries, size_t count, int64_t at, int depth)
{
    struct picture picture = {.directory = at};
    struct field field;
    const size_t entry_size = 4 + 2 * tiff->word;
    for (size_t i = 0; i < NUMBERS; i++)
        picture.numbers[i] = numbers[i].fallback;
    for (size_t i = 0; i < count; i++) {
        if (!read_field(tiff, entries + i * entry_size, at + (int64_t)(i * entry_size), &field))
            return false;
        note_field(tiff, &field, &picture);
        bool is_below = field.tag == SUB_DIRECTORIES || field.tag == EXIF_DIRECTORY ||
                        field.tag == GPS_DIRECTORY;
        if (is_below && !below_is_inside(tiff, &field, depth))
            return false;
    }
    return data_is_inside(tiff, &picture);
}

/** Where the next directory lies. The camera's are the only ones of their kind: what some programs
 * leave there, or leave out, leads nowhere. */
static bool read_next(const struct tiff *tiff, int64_t at, unsigned what, uint64_t *ret_next)
{
    unsigned char word[8];
    *ret_next = 0;
    if (what == EXIF_DIRECTORY || what == GPS_DIRECTORY)
        return true;
    if (!read_at(tiff->bytes, at, word, tiff->word))
        return false;
    *ret_next = number(tiff, word, tiff->word);
    return true;
}

/** One directory, and where the next one lies (0: it was the last). False where it is cut. */
static bool check_directory(
    struct tiff *tiff, uint64_t offset, int depth, unsigned what, uint64_t *ret_next)
{
    unsigned char word[8];
    size_t count_size = tiff->word == 8 ? 8 : 2, entry_size = 4 + 2 * tiff->word;
    bool may_be_empty = what == GPS_DIRECTORY; /* a camera may not know where it is */
    if (!is_inside(tiff, offset, count_size) ||
        !read_at(tiff->bytes, (int64_t)offset, word, count_size))
        return false;
    uint64_t count = number(tiff, word, count_size);
    if ((!count && !may_be_empty) || count > UINT16_MAX || !may_read(tiff, count + 1))
        return false;
    int64_t at = (int64_t)(offset + count_size);
    unsigned char *entries = malloc(count * entry_size + 1);
    if (!entries) {
        note_error(tiff->bytes, -ENOMEM);
        return false;
    }
    bool inside = read_at(tiff->bytes, at, entries, count * entry_size) &&
                  directory_is_inside(tiff, entries, count, at, depth) &&
                  read_next(tiff, at + (int64_t)(count * entry_size), what, ret_next);
    free(entries);
    return inside;
}

static bool chain_is_inside(struct tiff *tiff, uint64_t offset, int depth, unsigned what)
{
    const int depth_most = 4;
    while (offset)
        if (depth > depth_most || !check_directory(tiff, offset, depth, what, &offset))
            return false;
    return true;
}

static bool tiff_has_end(const struct bytes *bytes)
{
    unsigned char head[16];
    size_t length = 8;
    if (!read_at(bytes, 0, head, length))
        return false;
    struct tiff tiff = {.bytes = bytes,
        .is_big_endian = head[0] == 'M',
        .word = 4,
        .values_left = bytes->size < VALUES_MAX ? (uint64_t)bytes->size : VALUES_MAX};
    bool is_wide = number(&tiff, head + 2, 2) == 43;
    if (is_wide) {
        tiff.word = 8;
        length = 16;
        if (!read_at(bytes, 0, head, length))
            return false;
    }
    uint64_t first = number(&tiff, head + length - tiff.word, tiff.word);
    return first && chain_is_inside(&tiff, first, 0, PAGES);
}

/* ---- which is it ---- */

static const char *const pdf_names[] = {".pdf", NULL};
static const char *const tiff_names[] = {".tif", ".tiff", NULL};
static const char *const jpeg_names[] = {".jpg", ".jpeg", NULL};
static const char *const png_names[] = {".png", NULL};
static const char *const zip_names[] = {
    ".zip", ".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", NULL};

static const struct format {
    const char *start;
    size_t length;
    const char *const *names; /* how such files are called */
    bool (*has_end)(const struct bytes *bytes);
} formats[] = {
    {"%PDF-", 5, pdf_names, pdf_has_end}, /* also further on: before_pdf() */
    {"II*\0", 4, tiff_names, tiff_has_end},
    {"MM\0*", 4, tiff_names, tiff_has_end},
    {"II+\0", 4, tiff_names, tiff_has_end},
    {"MM\0+", 4, tiff_names, tiff_has_end},
    {"\xFF\xD8\xFF", 3, jpeg_names, jpeg_has_end},
    {"\x89PNG\r\n\x1A\n", 8, png_names, png_has_end},
    {"PK\3\4", 4, zip_names, zip_has_end},
    {"PK\5\6", 4, zip_names, zip_has_end},
};

static bool is_called(const char *name, const char *const *suffixes)
{
    const char *suffix = strrchr(name, '.');
    for (; suffix && *suffixes; suffixes++)
        if (strcasecmp(suffix, *suffixes) == 0)
            return true;
    return false;
}

/** How much of a file is compared with how its format begins. */
#define START_MAX 8

/** Not even the start is all there: it was cut, or room was made for a file that never came. */
static bool is_hardly_begun(
    const struct format *format, const char *head, size_t length, const char *name)
{
    size_t begun = 0;
    while (begun < length && head[begun] == format->start[begun]) /* never all of the start */
        begun++;
    while (begun < length && !head[begun])
        begun++;
    return length && begun == length && is_called(name, format->names);
}

/** The same for all of the file, or of a large one for blocks from its first to its last. */
static bool is_all_zeros(const struct bytes *bytes)
{
    size_t length = bytes->size < ZEROS_BLOCK ? (size_t)bytes->size : ZEROS_BLOCK;
    int64_t last = bytes->size - (int64_t)length, step = last / ZEROS_STEPS_MAX + 1;
    unsigned char *block = malloc(length);
    bool is_zero = block != NULL;
    if (!block)
        note_error(bytes, -ENOMEM);
    if (step < ZEROS_BLOCK)
        step = ZEROS_BLOCK;
    for (int64_t at = 0; is_zero && at < last + step; at += step)
        is_zero = read_at(bytes, at < last ? at : last, block, length) && !*block &&
                  memcmp(block, block + 1, length - 1) == 0;
    free(block);
    return is_zero;
}

/** Whether zeros are all there is: no program means that much of them. */
static bool holds_nothing(const struct bytes *bytes, const char *head, size_t length)
{
    const char *end = head + length;
    return bytes->size > ZEROS_MIN && skip(head, end, is_nul) == end && is_all_zeros(bytes);
}

static const struct format *find_format(const char *head, size_t length)
{
    for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++)
        if (length >= formats[i].length && memcmp(head, formats[i].start, formats[i].length) == 0)
            return &formats[i];
    return NULL;
}

/** Whether its name says of some format that it is one, and it has hardly begun. */
static bool has_hardly_begun(const char *head, size_t length, const char *name)
{
    for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++)
        if (is_hardly_begun(&formats[i], head, length, name))
            return true;
    return false;
}

const char *complete_find_cut(const struct bytes *bytes, const char *name)
{
    static const char no_end[] = "its format's end is missing";
    char head[HEAD_MAX + 1] = "";
    size_t length = bytes->size < HEAD_MAX ? (size_t)bytes->size : HEAD_MAX;
    if (!read_at(bytes, 0, head, length))
        return NULL; /* it cannot be read: that is told elsewhere */
    const struct format *format = find_format(head, length);
    if (format)
        return format->has_end(bytes) ? NULL : no_end;
    int64_t before = before_pdf(head, length, is_called(name, pdf_names));
    if (before >= 0)
        return pdf_behind_has_end(bytes, before) ? NULL : no_end;
    if (holds_nothing(bytes, head, length))
        return "it holds nothing but zeros, as a write that failed leaves it";
    size_t begun = length < START_MAX ? length : START_MAX;
    return has_hardly_begun(head, begun, name) ? no_end : NULL;
}
