/**
 * A finished file, opened for upload: read by position, hashed as it is read, watched for changes.
 *
 * The descriptor stays the same from the first check to the last, so that nothing can be swapped in
 * between. A read lease is held if the system grants one. Or another process has it open, where its
 * file system can hang (remote.h).
 */
#ifndef CLOSEDROP_FILES_SOURCE_H
#define CLOSEDROP_FILES_SOURCE_H

#include "closedrop/base/hasher.h"
#include "closedrop/files/identity.h"
#include "closedrop/files/lease.h"

#include <stdbool.h>

struct remote;
struct remote_holder;

struct source {
    int fd;                /* -1: it is remote */
    struct remote *remote; /* NULL: it is not */
    struct file_state before;
    bool leased;
    bool disturbed; /* it changed, shrank, or somebody wants to write: discard these bytes */
    int read_error; /* errno of a failed read; 0: none */
    int64_t offset;
    struct hasher *hasher;
};

/**
 * Create a source from `fd`, which must be open for reading. Takes ownership of `fd`, even on
 * failure. With `known`, the state of the file just before, asks for a lease; NULL: does not.
 * Returns 0 or a negative errno: -EBUSY if a writer has the file open.
 */
int source_open(int fd, const struct file_state *known, struct source **ret_source);

/** The same for a file that another process has open, and its state then. NULL if out of memory: it
 * is closed there. */
struct source *source_open_remote(
    const struct remote_holder *holder, const struct file_state *before);

/** Close its descriptor, which gives up the lease, and free it; NULL is ignored. */
void source_close(struct source *source);

/** Read at most `room` bytes. Returns how many; 0 if those of a remote source are not there yet; or
 * -1 if the file has shrunk, the source is disturbed, cannot be read, or is lost. */
int64_t source_read(struct source *source, char *buffer, size_t room);

/** Return to the first byte. */
void source_rewind(struct source *source);

/** Hand over the file as it is held since before its first byte was read, if it is: the source is
 * only to be closed then. */
void source_hand_over(struct source *source, struct leased_file *ret_file);

/** Give up the lease, and be disturbed, if a writer is waiting for it. Returns whether one was. */
bool source_yield(struct source *source);

/**
 * Call when all bytes were read: returns whether they are one version of the file, and its hashes.
 * If the lease was held throughout, only size and mtime are compared, because renaming changes
 * ctime and does no harm.
 */
bool source_finish(struct source *source, char sha256[DIGEST_SHA256_HEX], char md5[DIGEST_MD5_HEX]);

#endif
