/**
 * A file that another process has open, and reads for us: its bytes come in blocks, which are asked
 * for ahead of need. Nothing here waits for them.
 *
 *     remote_read() ──> 0: none yet; asks ──────────────> the other process reads a block
 *     remote_take_block() <───────────────────────────────┘
 *     remote_read() ──> its bytes
 *
 * What comes is checked: a block that was not asked for, or of another length, ends the reading
 * with EPROTO. Used through a source (source.h).
 */
#ifndef CLOSEDROP_FILES_REMOTE_H
#define CLOSEDROP_FILES_REMOTE_H

#include "closedrop/base/digest.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Bytes in a block, but for the last of a file; and how many blocks are asked for ahead. */
#define BLOCK_SIZE (256 * 1024)
#define BLOCKS_AHEAD 4

/** Bytes of a file, as the other process has read them. */
struct block {
    int64_t run; /* as in the question */
    int64_t offset;
    const char *bytes;
    size_t length;
    int error;         /* errno of a failed read; 0: none */
    bool is_disturbed; /* the file has changed: all of its bytes are void */
    bool is_unknown;   /* that process has no such file open */
    char sha256[DIGEST_SHA256_HEX], md5[DIGEST_MD5_HEX]; /* with the last block: of all bytes */
};

/** Who has it open. */
struct remote_holder {
    int64_t number; /* by which the file is known there */
    /** Ask for the block at `offset`; `run` counts how often the file is begun again. False if that
     * is not possible. */
    bool (*ask)(void *context, int64_t run, int64_t offset);
    /** The file is needed no more, nor the context. */
    void (*close)(void *context);
    void *context;
};

struct remote {
    struct remote_holder holder;
    int64_t size;
    int64_t offset; /* of what is read next */
    bool is_disturbed;
    bool is_lost;     /* its process cannot be reached, or does not have it */
    int error;        /* errno of what has failed; 0: nothing */
    int64_t waits_ms; /* steady clock: since when a block was asked for, and none has come; 0: none
                         is awaited */
    char sha256[DIGEST_SHA256_HEX], md5[DIGEST_MD5_HEX]; /* of all bytes, with the last block */
    /* private: */
    int64_t run;
    int64_t asked;              /* the offset up to which blocks were asked for */
    int64_t received;           /* and up to which they have come */
    char *blocks[BLOCKS_AHEAD]; /* that at `offset` is the (offset / BLOCK_SIZE)th in turn */
};

/** A file of `size` bytes. Takes over the holder's context. NULL if out of memory: closed. */
struct remote *remote_open(const struct remote_holder *holder, int64_t size);
void remote_close(struct remote *remote);

/** Read at most `room` bytes. Returns how many; 0 if the next ones are not there yet; or -1: there
 * are no more, or the fields above say why. */
int64_t remote_read(struct remote *remote, char *buffer, size_t room);

/** Return to the first byte, and ask for the first blocks. */
void remote_rewind(struct remote *remote);

/** What was asked for has come; NULL: it is broken. */
void remote_take_block(struct remote *remote, const struct block *block);

/** Its process cannot be reached any more. Whether some of its bytes are missing; if not, it can be
 * read to its end, once. */
bool remote_lose(struct remote *remote);

#endif
