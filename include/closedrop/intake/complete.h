/**
 * Whether a file of a format that has an end has reached it: PDF, TIFF, JPEG, PNG, ZIP (and with it
 * the office formats); or holds nothing at all. Pure but for the reads it is given. Bytes after the
 * end are no cut.
 */
#ifndef CLOSEDROP_INTAKE_COMPLETE_H
#define CLOSEDROP_INTAKE_COMPLETE_H

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

/**
 * What shows that the file is not whole, in words; NULL where nothing does. It begins like one of
 * the formats (a PDF within its first 1024 bytes) and has no end; or is called like one (`name`)
 * and has not even begun: nothing but zeros, or less than the format's first bytes; or whatever it
 * is called, it is larger than 1 KiB and holds nothing but zeros. Takes time with the size at most,
 * whatever is in it; of a large file of zeros 64 MiB are read.
 */
const char *complete_find_cut(const struct bytes *bytes, const char *name);

#endif
