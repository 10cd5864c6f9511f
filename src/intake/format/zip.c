/** ZIP (APPNOTE 4.3), which includes the office formats: finds the end record from the end. */
#include "format.h"

#include <stdlib.h>
#include <string.h>

static uint32_t little32(const unsigned char *b)
{
    return (uint32_t)b[3] << 24 | (uint32_t)b[2] << 16 | (uint32_t)b[1] << 8 | b[0];
}

static uint64_t little64(const unsigned char *b)
{
    return (uint64_t)little32(b + 4) << 32 | little32(b);
}

/**
 * Whether the ZIP64 end record, found through its locator before `offset`, follows the directory.
 */
static bool closes_wide_archive(const struct bytes *bytes, int64_t offset)
{
    unsigned char locator[20], record[56];
    if (!bytes_read_at(bytes, offset - 20, locator, sizeof(locator)) ||
        memcmp(locator, "PK\6\7", 4) != 0)
        return false;
    uint64_t at = little64(locator + 8);
    return bytes_read_at(bytes, (int64_t)at, record, sizeof(record)) &&
           memcmp(record, "PK\6\6", 4) == 0 && little64(record + 40) + little64(record + 48) == at;
}

/**
 * The end record at `offset` ends this archive, and not one stored inside it, if its central
 * directory is right before it (or before its ZIP64 records). Some programs store only 32 bits of
 * that offset.
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
    unsigned char *tail = bytes_read_tail(bytes, &length);
    const unsigned char *end = tail ? tail + length : NULL;
    bool has_end = false;
    while (!has_end && end) {
        end = bytes_find_last(tail, (size_t)(end - tail), "PK\5\6", 4);
        if (!end || (size_t)(end - tail) + 22 > length)
            continue;
        has_end = closes_archive(bytes, end, bytes->size - (int64_t)length + (int64_t)(end - tail));
    }
    free(tail);
    return has_end;
}

const struct format format_zip = {
    .signatures = {{4, "PK\3\4"}, {4, "PK\5\6"}},
    .suffixes = {".zip", ".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp"},
    .has_end = zip_has_end,
};
