#include "closedrop/intake/complete.h"

#include <stdlib.h>
#include <string.h>

/** How far from a file's end its last marks are looked for. */
#define TAIL_MOST (1024 * 1024)
#define DIRECTORIES_MOST 100000

static bool read_at(const struct bytes *bytes, int64_t offset, void *buffer, size_t length)
{
    if (offset < 0 || offset > bytes->size || (int64_t)length > bytes->size - offset)
        return false;
    return bytes->read(bytes->context, offset, buffer, length) == (int64_t)length;
}

/** The file's last bytes, at most TAIL_MOST; freed by the caller. */
static unsigned char *read_tail(const struct bytes *bytes, size_t *ret_length)
{
    size_t length = bytes->size < TAIL_MOST ? (size_t)bytes->size : TAIL_MOST;
    unsigned char *tail = malloc(length + 1);
    if (tail && !read_at(bytes, bytes->size - (int64_t)length, tail, length)) {
        free(tail);
        return NULL;
    }
    if (tail)
        tail[length] = '\0';
    *ret_length = length;
    return tail;
}

static const unsigned char *find_last(
    const unsigned char *bytes, size_t length, const char *mark, size_t mark_length)
{
    for (size_t i = length; i >= mark_length; i--)
        if (memcmp(bytes + i - mark_length, mark, mark_length) == 0)
            return bytes + i - mark_length;
    return NULL;
}

/* ---- PDF (ISO 32000-1, 7.5) ---- */

/** A linearized file says at its start how long it is, and has an %%EOF long before its end. */
static bool is_shorter_than_told(const struct bytes *bytes)
{
    char head[1025] = "";
    size_t length = bytes->size < 1024 ? (size_t)bytes->size : 1024;
    if (!read_at(bytes, 0, head, length))
        return true;
    const char *linearized = memmem(head, length, "/Linearized", 11);
    const char *told = linearized ? memmem(head, length, "/L ", 3) : NULL;
    return told && strtoll(told + 3, NULL, 10) > bytes->size;
}

/** What stands behind the last end when a later part (an update, or what embeds it) was cut. */
static bool is_followed_by_more(const unsigned char *end, size_t length)
{
    static const char *const parts[] = {" obj", "endstream", "endobj", "xref", "trailer"};
    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
        if (memmem(end, length, parts[i], strlen(parts[i])))
            return true;
    return false;
}

static bool pdf_has_end(const struct bytes *bytes)
{
    size_t length;
    if (is_shorter_than_told(bytes))
        return false;
    unsigned char *tail = read_tail(bytes, &length);
    const unsigned char *end = tail ? find_last(tail, length, "%%EOF", 5) : NULL;
    bool has_end = end && !is_followed_by_more(end, length - (size_t)(end - tail));
    free(tail);
    return has_end;
}

/* ---- JPEG (ITU T.81, B.1) ---- */

struct reader {
    const struct bytes *bytes;
    int64_t offset;
    unsigned char buffer[65536];
    size_t length, at;
};

static int next_byte(struct reader *reader)
{
    if (reader->at == reader->length) {
        int64_t left = reader->bytes->size - reader->offset;
        size_t want = left < (int64_t)sizeof(reader->buffer) ? (size_t)(left > 0 ? left : 0)
                                                             : sizeof(reader->buffer);
        if (!want || !read_at(reader->bytes, reader->offset, reader->buffer, want))
            return -1;
        reader->offset += (int64_t)want;
        reader->length = want;
        reader->at = 0;
    }
    return reader->buffer[reader->at++];
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
    int byte;
    while ((byte = next_byte(reader)) >= 0) {
        while (byte == 0xFF) {
            byte = next_byte(reader);
            bool is_data = byte == 0x00 || byte == 0xFF;
            if (byte < 0 || !is_data)
                return byte;
        }
    }
    return -1;
}

static bool jpeg_has_end(const struct bytes *bytes)
{
    struct reader *reader = calloc(1, sizeof(*reader));
    bool has_end = false;
    int marker;
    if (!reader)
        return false;
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
    free(reader);
    return has_end;
}

/* ---- PNG (W3C PNG, 5.3) ---- */

static uint32_t big32(const unsigned char *b)
{
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static bool png_has_end(const struct bytes *bytes)
{
    unsigned char head[8];
    for (int64_t offset = 8; read_at(bytes, offset, head, sizeof(head));) {
        int64_t next = offset + 12 + big32(head);
        if (next > bytes->size)
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

/**
 * The end record at `offset` closes this archive, and not one stored inside of it, when the central
 * directory it names stands right before it (or before its ZIP64 records).
 */
static bool closes_archive(const struct bytes *bytes, const unsigned char *record, int64_t offset)
{
    uint32_t size = little32(record + 12), start = little32(record + 16);
    int64_t comment = record[20] | record[21] << 8;
    unsigned char locator[20], mark[4];
    if (offset + 22 + comment > bytes->size)
        return false;
    if (start != UINT32_MAX && size != UINT32_MAX)
        return (int64_t)start + size == offset;
    return read_at(bytes, offset - 20, locator, sizeof(locator)) &&
           memcmp(locator, "PK\6\7", 4) == 0 &&
           read_at(bytes, (int64_t)little32(locator + 8), mark, sizeof(mark)) &&
           memcmp(mark, "PK\6\6", 4) == 0;
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

/* ---- TIFF (TIFF 6.0, section 2) ---- */

struct tiff {
    const struct bytes *bytes;
    bool is_big_endian;
};

static uint32_t tiff_16(const struct tiff *tiff, const unsigned char *b)
{
    return tiff->is_big_endian ? (uint32_t)b[0] << 8 | b[1] : (uint32_t)b[1] << 8 | b[0];
}

static uint32_t tiff_32(const struct tiff *tiff, const unsigned char *b)
{
    return tiff->is_big_endian ? big32(b) : little32(b);
}

/** Bytes of one value of each field type. */
static const unsigned char type_sizes[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8};

/** Value `i` of an entry: within it, or where it points to. */
static bool entry_value(
    const struct tiff *tiff, const unsigned char *entry, uint32_t i, uint32_t *ret_value)
{
    uint32_t type = tiff_16(tiff, entry + 2), count = tiff_32(tiff, entry + 4);
    uint32_t size = type == 3 ? 2 : 4;
    unsigned char bytes[4];
    if (i >= count || (type != 3 && type != 4))
        return false;
    if ((uint64_t)count * size <= 4)
        memcpy(bytes, entry + 8 + i * size, size);
    else if (!read_at(
                 tiff->bytes, (int64_t)tiff_32(tiff, entry + 8) + (int64_t)i * size, bytes, size))
        return false;
    *ret_value = size == 2 ? tiff_16(tiff, bytes) : tiff_32(tiff, bytes);
    return true;
}

static bool entry_is_inside(const struct tiff *tiff, const unsigned char *entry)
{
    uint32_t type = tiff_16(tiff, entry + 2);
    uint64_t size = type < sizeof(type_sizes) ? type_sizes[type] : 1;
    size *= tiff_32(tiff, entry + 4);
    return size <= 4 || (int64_t)(tiff_32(tiff, entry + 8) + size) <= tiff->bytes->size;
}

/** Whether the image data named by offsets and byte counts lies inside the file. */
static bool data_is_inside(
    const struct tiff *tiff, const unsigned char *offsets, const unsigned char *counts)
{
    if (!offsets || !counts)
        return true;
    uint32_t strips = tiff_32(tiff, offsets + 4);
    for (uint32_t i = 0; i < strips; i++) {
        uint32_t start, length;
        if (!entry_value(tiff, offsets, i, &start) || !entry_value(tiff, counts, i, &length))
            return false;
        if ((int64_t)start + length > tiff->bytes->size)
            return false;
    }
    return true;
}

enum { STRIP_OFFSETS = 273, STRIP_COUNTS = 279, TILE_OFFSETS = 324, TILE_COUNTS = 325 };

static bool directory_is_inside(
    const struct tiff *tiff, const unsigned char *entries, uint32_t count)
{
    const unsigned char *offsets = NULL, *counts = NULL;
    for (uint32_t i = 0; i < count; i++) {
        const unsigned char *entry = entries + (size_t)i * 12;
        uint32_t tag = tiff_16(tiff, entry);
        if (!entry_is_inside(tiff, entry))
            return false;
        if (tag == STRIP_OFFSETS || tag == TILE_OFFSETS)
            offsets = entry;
        if (tag == STRIP_COUNTS || tag == TILE_COUNTS)
            counts = entry;
    }
    return data_is_inside(tiff, offsets, counts);
}

/** One directory; its successor's offset (0 for none), -1 where it is cut. */
static int64_t check_directory(const struct tiff *tiff, int64_t offset)
{
    unsigned char number[4];
    if (!read_at(tiff->bytes, offset, number, 2))
        return -1;
    uint32_t count = tiff_16(tiff, number);
    unsigned char *entries = malloc((size_t)count * 12 + 1);
    bool inside = entries && count > 0 && read_at(tiff->bytes, offset + 2, entries, count * 12u) &&
                  directory_is_inside(tiff, entries, count) &&
                  read_at(tiff->bytes, offset + 2 + (int64_t)count * 12, number, 4);
    free(entries);
    return inside ? (int64_t)tiff_32(tiff, number) : -1;
}

static bool tiff_has_end(const struct bytes *bytes)
{
    unsigned char head[8];
    if (!read_at(bytes, 0, head, sizeof(head)))
        return false;
    struct tiff tiff = {bytes, head[0] == 'M'};
    int64_t offset = tiff_32(&tiff, head + 4);
    for (int i = 0; offset > 0 && i < DIRECTORIES_MOST; i++)
        offset = check_directory(&tiff, offset);
    return offset == 0 && tiff_32(&tiff, head + 4) != 0;
}

/* ---- which is it ---- */

static const struct {
    const char *start;
    size_t length;
    bool (*has_end)(const struct bytes *bytes);
} formats[] = {
    {"%PDF-", 5, pdf_has_end},
    {"II*\0", 4, tiff_has_end},
    {"MM\0*", 4, tiff_has_end},
    {"\xFF\xD8\xFF", 3, jpeg_has_end},
    {"\x89PNG\r\n\x1A\n", 8, png_has_end},
    {"PK\3\4", 4, zip_has_end},
};

bool complete_has_end(const struct bytes *bytes)
{
    char head[8] = "";
    size_t length = bytes->size < (int64_t)sizeof(head) ? (size_t)bytes->size : sizeof(head);
    if (!read_at(bytes, 0, head, length))
        return true; /* it cannot be read: that is told elsewhere */
    for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++)
        if (length >= formats[i].length && memcmp(head, formats[i].start, formats[i].length) == 0)
            return formats[i].has_end(bytes);
    return true;
}
