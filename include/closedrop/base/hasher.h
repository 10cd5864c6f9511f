/**
 * The digests of one file's bytes, which are made while something else is done with them: those of
 * a large file on a thread of their own, so that sending it costs no more than the slower of both.
 *
 * Used by one thread, but for hashers of different files. All signals are blocked in theirs.
 */
#ifndef CLOSEDROP_BASE_HASHER_H
#define CLOSEDROP_BASE_HASHER_H

#include "closedrop/base/digest.h"

#include <stdint.h>

/** From this size on, a file's bytes are worth a thread. */
#define HASHER_LARGE (4 * 1024 * 1024)

struct hasher;

/**
 * A hasher for a file of `size` bytes; it has no thread, and hashes what it is given at once, if
 * the file is small, if as many others as there are processors have one, or if none can be started.
 * NULL if out of memory.
 */
struct hasher *hasher_new(int64_t size);

/** End its thread and free it; NULL is ignored. */
void hasher_free(struct hasher *hasher);

/** Start again with no bytes. */
void hasher_reset(struct hasher *hasher);

/** Take the next `length` bytes, which are copied. Waits while the thread is a mebibyte behind. */
void hasher_update(struct hasher *hasher, const void *bytes, size_t length);

/** Wait for the rest, write both results in hex, and start again with no bytes. */
void hasher_finish(struct hasher *hasher, char sha256[DIGEST_SHA256_HEX], char md5[DIGEST_MD5_HEX]);

#endif
