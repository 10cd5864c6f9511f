/**
 * The document that lies under a name, remembered well enough to tell another one from it, however
 * that came there (by rename, made anew, or written over it): its length, and a sample of its bytes
 * from both ends.
 */
#ifndef CLOSEDROP_INTAKE_DOCUMENT_H
#define CLOSEDROP_INTAKE_DOCUMENT_H

#include "closedrop/base/digest.h"

#include <stdbool.h>
#include <stdint.h>

struct document {
    int64_t size; /* bytes; 0: there is none */
    uint8_t sample[DIGEST_SHA256_SIZE];
};

/**
 * Remember the first `size` bytes of the file at `fd`. Nothing, and what ends in zeros (given its
 * size, not yet its content), is no document. Returns 0, or a negative errno where the file cannot
 * be read so far: -ENODATA where it is shorter. `ret_document` is written on success only.
 */
int document_read(int fd, int64_t size, struct document *ret_document);

/**
 * Whether the file of `size` bytes at `fd` is still the document, perhaps with more behind it. True
 * also where that cannot be told.
 */
bool document_goes_on(const struct document *document, int fd, int64_t size);

#endif
