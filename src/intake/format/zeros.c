/** Recognises a file that contains only zeros, as a failed write leaves it. */
#include "zeros.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/** Smaller files may contain only zeros. */
#define ZEROS_MIN 1024
/** The file is read in blocks; of a large file, evenly spaced blocks in at most this many steps. */
#define BLOCK (256 * 1024)
#define STEPS_MAX 255

static bool is_zero(const char *bytes, size_t length)
{
    return !*bytes && memcmp(bytes, bytes + 1, length - 1) == 0;
}

/** Check all blocks of the file; of a large file, some from the first to the last. */
static bool blocks_are_zero(const struct bytes *bytes)
{
    size_t length = bytes->size < BLOCK ? (size_t)bytes->size : BLOCK;
    int64_t last = bytes->size - (int64_t)length, step = last / STEPS_MAX + 1;
    char *block = malloc(length);
    bool are_zero = block != NULL;
    if (!block)
        bytes_note_error(bytes, -ENOMEM);
    if (step < BLOCK)
        step = BLOCK;
    for (int64_t at = 0; are_zero && at < last + step; at += step)
        are_zero =
            bytes_read_at(bytes, at < last ? at : last, block, length) && is_zero(block, length);
    free(block);
    return are_zero;
}

bool zeros_are_all(const struct bytes *bytes, const char *head, size_t length)
{
    return bytes->size > ZEROS_MIN && is_zero(head, length) && blocks_are_zero(bytes);
}
