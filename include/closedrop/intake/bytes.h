/** Access to the bytes of a file, for the checks whether it is complete. */
#ifndef CLOSEDROP_INTAKE_BYTES_H
#define CLOSEDROP_INTAKE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * The bytes of a file. `read` returns up to `length` of them from `offset`; if it returns fewer,
 * the check ends as if the file were truncated there.
 */
struct bytes {
    int64_t size;
    int64_t (*read)(void *context, int64_t offset, void *buffer, size_t length); /* or -errno */
    void *context;
    int *ret_error; /* or NULL; a negative errno if a read failed: the result is then invalid */
};

/** `read` for an open file; `context` points to its descriptor. */
int64_t bytes_read_file(void *context, int64_t offset, void *buffer, size_t length);

/** Record why a read failed, if the caller wants to know. */
void bytes_note_error(const struct bytes *bytes, int error);

/** Read exactly `length` bytes from `offset`; false if they do not all exist or cannot be read. */
bool bytes_read_at(const struct bytes *bytes, int64_t offset, void *buffer, size_t length);

/**
 * The last bytes of the file, at most 1 MB, followed by a zero; the caller frees them. NULL if
 * they cannot be read, or if out of memory.
 */
unsigned char *bytes_read_tail(const struct bytes *bytes, size_t *ret_length);

/** The last occurrence of the needle in `length` bytes, or NULL. */
const unsigned char *bytes_find_last(
    const unsigned char *bytes, size_t length, const char *needle, size_t needle_length);

#endif
