/**
 * Recognises whether another document has taken the name of an earlier one, whether it was renamed,
 * created or overwritten. A document is remembered by its length and a sample of its bytes from
 * both ends.
 */
#ifndef CLOSEDROP_INTAKE_DOCUMENT_H
#define CLOSEDROP_INTAKE_DOCUMENT_H

#include "closedrop/base/digest.h"

#include <stdbool.h>
#include <stdint.h>

struct document {
    int64_t size; /* in bytes; 0: no document */
    uint8_t sample[DIGEST_SHA256_SIZE];
};

/**
 * Remember the first `size` bytes of the file at `fd`. An empty file, or one that ends in zeros
 * (which has its size but not yet its contents), is not a document. Returns 0, or a negative errno
 * if the bytes cannot be read: -ENODATA if the file is shorter. `ret_document` is written on
 * success only.
 */
int document_read(int fd, int64_t size, struct document *ret_document);

/**
 * Whether the file of `size` bytes at `fd` is still the document, perhaps with more appended. Also
 * true if this cannot be determined.
 */
bool document_continues(const struct document *document, int fd, int64_t size);

#endif
