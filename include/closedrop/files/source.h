/**
 * One finished file, open to be sent: read by position, hashed on the way, watched for change.
 *
 * The descriptor stays the same from the first look to the last, so that nothing can be swapped in
 * between; a read lease is held where the system grants one.
 */
#ifndef CLOSEDROP_FILES_SOURCE_H
#define CLOSEDROP_FILES_SOURCE_H

#include "closedrop/base/digest.h"
#include "closedrop/files/identity.h"

#include <stdbool.h>

struct source {
    int fd;
    struct file_state before;
    bool leased;
    bool disturbed; /* it changed, shrank, or somebody wants to write: these bytes are void */
    int read_error; /* errno of a failed read, 0 for none */
    int64_t offset;
    struct digest *digest;
};

/**
 * Make a source of `fd` (opened for reading), which it owns from now on, also on failure. Asks for
 * the lease where `lease`.
 * Returns 0 or a negative errno: -EBUSY where a writer has it open.
 */
int source_open(int fd, bool lease, struct source **ret_source);
void source_close(struct source *source);

/** The next bytes, at most `room`; -1 where there are fewer than there were, or at a disturbance.
 */
int64_t source_read(struct source *source, char *buffer, size_t room);

/** Back to the first byte. */
void source_rewind(struct source *source);

/** Give the lease up if a writer is waiting for it; the source is disturbed then. Returns whether.
 */
bool source_yield(struct source *source);

/**
 * All bytes were read: whether they are one version of the file, and its hashes. With the lease
 * held throughout, only size and mtime are compared, since renaming changes ctime and harms
 * nothing.
 */
bool source_finish(struct source *source, char sha256[DIGEST_SHA256_HEX], char md5[DIGEST_MD5_HEX]);

#endif
