/** JPEG (ITU T.81, B.1): follows the segments up to the marker that ends the image. */
#include "format.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/** How much of a file is read. */
#define SCAN_MAX (256 * 1024 * 1024)

struct reader {
    const struct bytes *bytes;
    int64_t offset;
    unsigned char buffer[65536];
    size_t length, at;
};

/** Fill the buffer if it is empty; false at the end of the file, or of the part that is read. */
static bool has_bytes(struct reader *reader)
{
    if (reader->at < reader->length)
        return true;
    int64_t size = reader->bytes->size;
    int64_t left = (size < SCAN_MAX ? size : SCAN_MAX) - reader->offset;
    size_t want = left < (int64_t)sizeof(reader->buffer) ? (size_t)left : sizeof(reader->buffer);
    if (left <= 0 || !bytes_read_at(reader->bytes, reader->offset, reader->buffer, want))
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

/** Skip past the next byte of this value. */
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

/** Skip to the next marker; -1 at the end of the file. */
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

/** Whether there is an end near the end of a file that is too large to be read completely. */
static bool tail_has_end(const struct bytes *bytes)
{
    size_t length;
    unsigned char *tail = bytes_read_tail(bytes, &length);
    bool has_end = tail && bytes_find_last(tail, length, "\xFF\xD9", 2);
    free(tail);
    return has_end;
}

static bool jpeg_has_end(const struct bytes *bytes)
{
    struct reader *reader = calloc(1, sizeof(*reader));
    bool has_end = false;
    int marker;
    if (!reader) {
        bytes_note_error(bytes, -ENOMEM);
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
        int length = high << 8 | low; /* includes its own two bytes */
        if (length < 2 || !skip_bytes(reader, length - 2))
            break;
    }
    bool is_too_large = bytes->size > SCAN_MAX && reader->offset >= SCAN_MAX;
    free(reader);
    return has_end || (is_too_large && tail_has_end(bytes));
}

const struct format format_jpeg = {
    .signatures = {{3, "\xFF\xD8\xFF"}},
    .suffixes = {".jpg", ".jpeg"},
    .has_end = jpeg_has_end,
};
