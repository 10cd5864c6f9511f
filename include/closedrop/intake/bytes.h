/** The bytes of a file, as those read them who judge whether it is whole. */
#ifndef CLOSEDROP_INTAKE_BYTES_H
#define CLOSEDROP_INTAKE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The bytes of a file: `read` gives up to `length` of them from `offset`; fewer ends the check, as
 * if the file were cut there. */
struct bytes {
    int64_t size;
    int64_t (*read)(void *context, int64_t offset, void *buffer, size_t length); /* or -errno */
    void *context;
    int *ret_error; /* or NULL: a negative errno where the machine failed; no answer counts then */
};

/** `read` of an open file; `context` points to its descriptor. */
int64_t bytes_read_file(void *context, int64_t offset, void *buffer, size_t length);

/** Keep why the machine failed, where somebody wants to know. */
void bytes_note_error(const struct bytes *bytes, int error);

/** All `length` bytes from `offset` on; false where they are not all there, or cannot be read. */
bool bytes_read_at(const struct bytes *bytes, int64_t offset, void *buffer, size_t length);

/**
 * The file's last bytes, at most 1 MiB, and a zero behind them; the caller's to free. NULL where
 * they cannot be read, or memory is short.
 */
unsigned char *bytes_read_tail(const struct bytes *bytes, size_t *ret_length);

/** Where the needle lies for the last time in `length` bytes; NULL where it does not. */
const unsigned char *bytes_find_last(
    const unsigned char *bytes, size_t length, const char *needle, size_t needle_length);

#endif
