/** The blocks of a file that another process reads: asked for, checked, kept until they are read.
 */
#include "closedrop/files/remote.h"

#include "closedrop/base/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static char **slot_of(struct remote *remote, int64_t offset)
{
    return &remote->blocks[offset / BLOCK_SIZE % BLOCKS_AHEAD];
}

/** The length of the block at `offset`. */
static int64_t length_at(const struct remote *remote, int64_t offset)
{
    int64_t left = remote->size - offset;
    return left < BLOCK_SIZE ? left : BLOCK_SIZE;
}

static void ask_ahead(struct remote *remote)
{
    int64_t begin = remote->offset - remote->offset % BLOCK_SIZE;
    int64_t end = begin + (int64_t)BLOCKS_AHEAD * BLOCK_SIZE;
    while (!remote->is_lost && remote->asked < remote->size && remote->asked < end) {
        remote->is_lost = !remote->holder.ask(remote->holder.context, remote->run, remote->asked);
        remote->asked += length_at(remote, remote->asked);
        remote->waits_ms = remote->waits_ms ? remote->waits_ms : clock_steady_ms();
    }
}

static void forget_blocks(struct remote *remote)
{
    for (size_t i = 0; i < BLOCKS_AHEAD; i++) {
        free(remote->blocks[i]);
        remote->blocks[i] = NULL;
    }
}

struct remote *remote_open(const struct remote_holder *holder, int64_t size)
{
    struct remote *remote = calloc(1, sizeof(*remote));
    if (!remote) {
        holder->close(holder->context);
        return NULL;
    }
    *remote = (struct remote){.holder = *holder, .size = size};
    return remote;
}

void remote_close(struct remote *remote)
{
    remote->holder.close(remote->holder.context);
    forget_blocks(remote);
    free(remote);
}

bool remote_lose(struct remote *remote)
{
    remote->is_lost = true;
    return remote->received < remote->size;
}

/* ---- what comes ---- */

/** Why the block cannot be what was asked for; 0: it is that. */
static int check(const struct remote *remote, const struct block *block)
{
    bool is_next = block->offset == remote->received && remote->received < remote->asked;
    bool is_whole = (int64_t)block->length == length_at(remote, block->offset);
    bool is_last = block->offset + (int64_t)block->length == remote->size;
    bool has_digests = *block->sha256 && *block->md5;
    return is_next && is_whole && is_last == has_digests ? 0 : EPROTO;
}

/** 0, or an errno. */
static int keep(struct remote *remote, const struct block *block)
{
    char *bytes = malloc(block->length);
    if (!bytes)
        return ENOMEM;
    memcpy(bytes, block->bytes, block->length);
    *slot_of(remote, block->offset) = bytes;
    remote->received += (int64_t)block->length;
    remote->waits_ms = remote->received < remote->asked ? clock_steady_ms() : 0;
    memcpy(remote->sha256, block->sha256, sizeof(remote->sha256));
    memcpy(remote->md5, block->md5, sizeof(remote->md5));
    return 0;
}

void remote_take_block(struct remote *remote, const struct block *block)
{
    bool is_old = block && block->run != remote->run; /* of before it was begun again */
    if (is_old || remote->error || remote->is_disturbed)
        return;
    remote->is_lost = remote->is_lost || (block && block->is_unknown);
    remote->is_disturbed = block && block->is_disturbed;
    if (remote->is_lost || remote->is_disturbed)
        return;
    remote->error = !block ? EPROTO : block->error ? block->error : check(remote, block);
    if (!remote->error)
        remote->error = keep(remote, block);
}

/* ---- what is read ---- */

/** Copy from the block that is there for this offset. */
static int64_t take_bytes(struct remote *remote, char *buffer, size_t room)
{
    char **block = slot_of(remote, remote->offset);
    int64_t at = remote->offset % BLOCK_SIZE;
    int64_t left = length_at(remote, remote->offset - at) - at;
    int64_t got = (int64_t)room < left ? (int64_t)room : left;
    memcpy(buffer, *block + at, (size_t)got);
    remote->offset += got;
    if (got == left) {
        free(*block);
        *block = NULL;
    }
    return got;
}

int64_t remote_read(struct remote *remote, char *buffer, size_t room)
{
    bool is_there = remote->offset < remote->received;
    bool is_over = remote->is_disturbed || remote->error || remote->offset == remote->size;
    if (is_over || (!is_there && remote->is_lost))
        return -1;
    int64_t got = is_there ? take_bytes(remote, buffer, room) : 0;
    ask_ahead(remote);
    return got;
}

void remote_rewind(struct remote *remote)
{
    forget_blocks(remote);
    remote->run++;
    remote->asked = remote->received = remote->offset = remote->waits_ms = 0;
    ask_ahead(remote);
}
