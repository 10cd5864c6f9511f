/** PNG (W3C PNG, 5.3): follows the chunks up to IEND. */
#include "format.h"

#include <ctype.h>
#include <string.h>

/** No real file has more; a malicious one must not keep us reading. */
#define CHUNKS_MAX 1000000

static uint32_t big32(const unsigned char *b)
{
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/** Zeros are not a chunk but space that was allocated for one. */
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
    for (int i = 0; i < CHUNKS_MAX && bytes_read_at(bytes, offset, head, sizeof(head)); i++) {
        int64_t next = offset + 12 + big32(head);
        if (next > bytes->size || !is_chunk(head))
            return false;
        if (memcmp(head + 4, "IEND", 4) == 0)
            return true;
        offset = next;
    }
    return false;
}

const struct format format_png = {
    .signatures = {{8, "\x89PNG\r\n\x1A\n"}},
    .suffixes = {".png"},
    .has_end = png_has_end,
};
