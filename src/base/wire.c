/** Values to bytes and back, with every length checked on the way back. */
#include "closedrop/base/wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LENGTH_BYTES sizeof(uint32_t)

size_t frame_begin(struct str *out)
{
    size_t begin = out->length;
    const uint32_t unknown = 0;
    str_add_bytes(out, &unknown, LENGTH_BYTES);
    return begin;
}

int frame_end(struct str *out, size_t begin)
{
    int error = out->error;
    size_t length = error ? 0 : out->length - begin - LENGTH_BYTES;
    if (!error && length > FRAME_MAX)
        error = -E2BIG;
    if (error) {
        out->error = 0;
        out->length = begin;
        return error;
    }
    uint32_t known = (uint32_t)length;
    memcpy(out->bytes + begin, &known, LENGTH_BYTES);
    return 0;
}

int64_t frame_find(const char *bytes, size_t length, struct wire *ret_wire)
{
    uint32_t known;
    if (length < LENGTH_BYTES)
        return 0;
    memcpy(&known, bytes, LENGTH_BYTES);
    if (known > FRAME_MAX)
        return -EPROTO;
    if (length - LENGTH_BYTES < known)
        return 0;
    *ret_wire = (struct wire){.at = bytes + LENGTH_BYTES, .left = known};
    return (int64_t)(LENGTH_BYTES + known);
}

void wire_add_number(struct str *out, int64_t number)
{
    str_add_bytes(out, &number, sizeof(number));
}

void wire_add_bytes(struct str *out, const void *bytes, size_t length)
{
    wire_add_number(out, (int64_t)length + 1);
    str_add_bytes(out, bytes, length);
}

void wire_add_text(struct str *out, const char *text)
{
    if (text)
        wire_add_bytes(out, text, strlen(text));
    else
        wire_add_number(out, 0);
}

/** The next `length` bytes, or NULL where there are fewer. */
static const char *take(struct wire *wire, size_t length)
{
    const char *at = wire->at;
    wire->broken = wire->broken || length > wire->left;
    if (wire->broken)
        return NULL;
    wire->at += length;
    wire->left -= length;
    return at;
}

int64_t wire_number(struct wire *wire)
{
    int64_t number = 0;
    const char *bytes = take(wire, sizeof(number));
    if (bytes)
        memcpy(&number, bytes, sizeof(number));
    return number;
}

int64_t wire_number_in(struct wire *wire, int64_t least, int64_t most)
{
    int64_t number = wire_number(wire);
    bool fits = number >= least && number <= most;
    wire->broken = wire->broken || !fits;
    return fits ? number : least;
}

/** The bytes of a text, or NULL with a length of 0: it is NULL, or broken. */
static const char *take_text(struct wire *wire, size_t *ret_length)
{
    int64_t next = wire_number_in(wire, 0, (int64_t)wire->left + 1);
    *ret_length = next > 0 ? (size_t)(next - 1) : 0;
    return next > 0 ? take(wire, *ret_length) : NULL;
}

const char *wire_bytes_in(struct wire *wire, size_t most, size_t *ret_length)
{
    const char *bytes = take_text(wire, ret_length);
    wire->broken = wire->broken || !bytes || *ret_length > most;
    if (!wire->broken)
        return bytes;
    *ret_length = 0;
    return "";
}

size_t wire_bytes(struct wire *wire, void *buffer, size_t room)
{
    size_t length;
    const char *bytes = wire_bytes_in(wire, room, &length);
    memcpy(buffer, bytes, length);
    return length;
}

char *wire_copy_bytes(struct wire *wire, size_t *ret_length)
{
    const char *bytes = take_text(wire, ret_length);
    char *copy = bytes ? malloc(*ret_length + 1) : NULL;
    wire->broken = wire->broken || !copy;
    if (copy)
        memcpy(copy, bytes, *ret_length);
    return copy;
}

char *wire_text(struct wire *wire)
{
    size_t length;
    const char *bytes = take_text(wire, &length);
    if (!bytes)
        return NULL;
    char *text = memchr(bytes, '\0', length) ? NULL : strndup(bytes, length);
    wire->broken = wire->broken || !text;
    return text;
}

char *wire_whole_text(struct wire *wire)
{
    char *text = wire_text(wire);
    wire->broken = wire->broken || !text;
    return text;
}

void wire_text_into(struct wire *wire, char *buffer, size_t room)
{
    size_t length = wire_bytes(wire, buffer, room - 1);
    buffer[length] = '\0';
    wire->broken = wire->broken || strlen(buffer) != length;
}

bool wire_is_read(const struct wire *wire)
{
    return !wire->broken && !wire->left;
}
