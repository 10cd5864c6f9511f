/**
 * TIFF (TIFF 6.0, section 2) and BigTIFF: all directories and image data must be inside the file.
 */
#include "format.h"

#include <errno.h>
#include <stdlib.h>

/** If the length of a strip is a multiple of this, it was rounded up to disk blocks. */
#define DISK_BLOCK 512

/**
 * Directories, entries, and offsets of image data. No real file has more; a malicious one must not
 * keep us reading.
 */
#define VALUES_MAX 20000000

struct tiff {
    const struct bytes *bytes;
    bool is_big_endian;
    size_t word;          /* size of a count and of an offset in bytes: 4, in BigTIFF 8 */
    uint64_t values_left; /* limit for directories, entries and data, which never overlap in a valid
                             file */
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

/** The size of a value of each field type in bytes; unknown types count as bytes. */
static const unsigned char type_sizes[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8};

/** An entry of a directory, and where its values are. */
struct field {
    unsigned tag;
    size_t size; /* of one value, in bytes */
    uint64_t count;
    int64_t at;
};

static bool is_inside(const struct tiff *tiff, uint64_t start, uint64_t length)
{
    uint64_t size = (uint64_t)tiff->bytes->size;
    return start <= size && length <= size - start;
}

/** Parse the entry at `at`; false if its values are not completely in the file. */
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

/** The values of a field, read in portions. */
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
        if (!bytes_read_at(tiff->bytes, field->at + (int64_t)(i * field->size), values->window,
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

/** The single numbers with which a directory describes its image, and their defaults. */
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
    int64_t directory; /* its own offset */
    struct field offsets, counts;
    uint64_t numbers[NUMBERS];
};

/** The actual number of bytes in the last strip of an uncompressed image; 0: unknown. */
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
 * Whether the last strip is complete although its length exceeds the file, because that length was
 * rounded up. This is certain if its directory follows it, which was then written later, or if the
 * dimensions of the image show that it needs no more. Otherwise a truncated file looks the same, so
 * only a length in whole disk blocks counts, which compressed data has only by chance.
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

/** Whether the image data, by offsets and byte counts, is inside the file. */
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

/** The kind of a directory: a page of the file, or the tag of the field that refers to it. */
enum { PAGES = 0 };

static bool chain_is_inside(struct tiff *tiff, uint64_t offset, int depth, unsigned what);

/** Check the directories below one: smaller images, and camera data. */
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
    struct field first = *field; /* do not read a malicious list to its end for one value */
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

/**
 * Read the offset of the next directory. Camera directories have no next one: some programs write
 * nonsense there, or nothing.
 */
static bool read_next(const struct tiff *tiff, int64_t at, unsigned what, uint64_t *ret_next)
{
    unsigned char word[8];
    *ret_next = 0;
    if (what == EXIF_DIRECTORY || what == GPS_DIRECTORY)
        return true;
    if (!bytes_read_at(tiff->bytes, at, word, tiff->word))
        return false;
    *ret_next = number(tiff, word, tiff->word);
    return true;
}

/** Check a directory, and read the offset of the next one (0: none). False if it is truncated. */
static bool check_directory(
    struct tiff *tiff, uint64_t offset, int depth, unsigned what, uint64_t *ret_next)
{
    unsigned char word[8];
    size_t count_size = tiff->word == 8 ? 8 : 2, entry_size = 4 + 2 * tiff->word;
    bool may_be_empty = what == GPS_DIRECTORY; /* a camera may not know its location */
    if (!is_inside(tiff, offset, count_size) ||
        !bytes_read_at(tiff->bytes, (int64_t)offset, word, count_size))
        return false;
    uint64_t count = number(tiff, word, count_size);
    if ((!count && !may_be_empty) || count > UINT16_MAX || !may_read(tiff, count + 1))
        return false;
    int64_t at = (int64_t)(offset + count_size);
    unsigned char *entries = malloc(count * entry_size + 1);
    if (!entries) {
        bytes_note_error(tiff->bytes, -ENOMEM);
        return false;
    }
    bool inside = bytes_read_at(tiff->bytes, at, entries, count * entry_size) &&
                  directory_is_inside(tiff, entries, count, at, depth) &&
                  read_next(tiff, at + (int64_t)(count * entry_size), what, ret_next);
    free(entries);
    return inside;
}

static bool chain_is_inside(struct tiff *tiff, uint64_t offset, int depth, unsigned what)
{
    const int max_depth = 4;
    while (offset)
        if (depth > max_depth || !check_directory(tiff, offset, depth, what, &offset))
            return false;
    return true;
}

static bool tiff_has_end(const struct bytes *bytes)
{
    unsigned char head[16];
    size_t length = 8;
    if (!bytes_read_at(bytes, 0, head, length))
        return false;
    struct tiff tiff = {.bytes = bytes,
        .is_big_endian = head[0] == 'M',
        .word = 4,
        .values_left = bytes->size < VALUES_MAX ? (uint64_t)bytes->size : VALUES_MAX};
    bool is_wide = number(&tiff, head + 2, 2) == 43;
    if (is_wide) {
        tiff.word = 8;
        length = 16;
        if (!bytes_read_at(bytes, 0, head, length))
            return false;
    }
    uint64_t first = number(&tiff, head + length - tiff.word, tiff.word);
    return first && chain_is_inside(&tiff, first, 0, PAGES);
}

const struct format format_tiff = {
    .signatures = {{4, "II*\0"}, {4, "MM\0*"}, {4, "II+\0"}, {4, "MM\0+"}},
    .suffixes = {".tif", ".tiff"},
    .has_end = tiff_has_end,
};
