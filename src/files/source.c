/** A file's bytes by position, with digests on the way and a last look at its stamps. */
#include "closedrop/files/source.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/files/lease.h"
#include "closedrop/files/remote.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/** Its state, which is the known one as a rule. Without a lease ctime counts, too. */
static int read_before(struct source *source, const struct file_state *known)
{
    if (!source->leased || !file_is_at(source->fd, "", known))
        return file_state_read(source->fd, &source->before);
    source->before = *known;
    return 0;
}

int source_open(int fd, const struct file_state *known, struct source **ret_source)
{
    struct source *source = calloc(1, sizeof(*source));
    if (!source) {
        close(fd);
        return -ENOMEM;
    }
    source->fd = fd;
    enum lease got = known ? lease_take_on(fd, known->inode.device) : LEASE_IMPOSSIBLE;
    source->leased = got == LEASE_HELD;
    int result = read_before(source, known);
    if (result == 0 && got == LEASE_REFUSED)
        result = -EBUSY;
    if (result == 0 && !(source->hasher = hasher_new(source->before.identity.size)))
        result = -ENOMEM;
    if (result < 0)
        source_close(source);
    else
        *ret_source = source;
    return result;
}

struct source *source_open_remote(
    const struct remote_holder *holder, const struct file_state *before)
{
    struct remote *remote = remote_open(holder, before->identity.size);
    struct source *source = remote ? calloc(1, sizeof(*source)) : NULL;
    if (!source) {
        if (remote)
            remote_close(remote);
        return NULL;
    }
    *source = (struct source){.fd = -1, .remote = remote, .before = *before};
    source->hasher = hasher_new(0);
    if (source->hasher)
        return source;
    source_close(source);
    return NULL;
}

void source_close(struct source *source)
{
    if (!source)
        return;
    if (source->remote)
        remote_close(source->remote);
    close_fd(&source->fd);
    hasher_free(source->hasher);
    free(source);
}

/** Whether the file is still as it was: under the lease, renaming it (a new ctime) harms nothing.
 */
static bool is_unchanged(const struct source *source)
{
    struct file_state now;
    if (source->leased)
        return file_is_at(source->fd, "", &source->before);
    return file_state_read(source->fd, &now) == 0 && file_state_equal(&now, &source->before);
}

static int64_t read_remote(struct source *source, char *buffer, size_t room)
{
    struct remote *remote = source->remote;
    int64_t got = remote_read(remote, buffer, room);
    source->offset = remote->offset;
    source->read_error = remote->error;
    source->disturbed = remote->is_disturbed;
    return got;
}

int64_t source_read(struct source *source, char *buffer, size_t room)
{
    if (source->remote)
        return read_remote(source, buffer, room);
    int64_t left = source->before.identity.size - source->offset;
    if ((int64_t)room > left)
        room = (size_t)left;
    if (!room)
        return -1;
    ssize_t got = pread(source->fd, buffer, room, source->offset);
    if (got < 0) {
        source->read_error = errno;
        return -1;
    }
    /* the last bytes are kept back where it changed: then nobody takes the rest for a whole. Under
     * the lease nobody has written to it */
    bool is_last = got == left;
    if (source_yield(source) || !got || (is_last && !source->leased && !is_unchanged(source))) {
        source->disturbed = true;
        return -1;
    }
    hasher_update(source->hasher, buffer, (size_t)got);
    source->offset += got;
    return got;
}

void source_rewind(struct source *source)
{
    if (source->remote) {
        remote_rewind(source->remote);
        source->offset = 0;
        return;
    }
    source->offset = 0;
    hasher_reset(source->hasher);
}

void source_hand_over(struct source *source, struct leased_file *ret_file)
{
    if (!source->leased || source->disturbed)
        return;
    const int fd = TAKE_FD(source->fd);
    *ret_file = (struct leased_file){true, fd, source->before};
    source->leased = false;
}

bool source_yield(struct source *source)
{
    if (source->leased && lease_is_called_back(source->fd)) {
        lease_give_up(source->fd);
        source->leased = false;
        source->disturbed = true;
    }
    if (source->remote)
        source->disturbed = source->remote->is_disturbed;
    return source->disturbed;
}

/** They came with its last bytes; where there are none, nothing was read. */
static bool finish_remote(
    const struct source *source, char sha256[DIGEST_SHA256_HEX], char md5[DIGEST_MD5_HEX])
{
    const struct remote *remote = source->remote;
    hasher_finish(source->hasher, sha256, md5);
    if (remote->size) {
        memcpy(sha256, remote->sha256, sizeof(remote->sha256));
        memcpy(md5, remote->md5, sizeof(remote->md5));
    }
    return remote->offset == remote->size && !remote->is_disturbed;
}

bool source_finish(struct source *source, char sha256[DIGEST_SHA256_HEX], char md5[DIGEST_MD5_HEX])
{
    if (source->remote)
        return finish_remote(source, sha256, md5);
    bool whole = source->offset == source->before.identity.size;
    hasher_finish(source->hasher, sha256, md5);
    return whole && !source_yield(source) && is_unchanged(source);
}
