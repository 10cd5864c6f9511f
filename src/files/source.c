#include "closedrop/files/source.h"

#include "closedrop/files/lease.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

int source_open(int fd, bool lease, struct source **ret_source)
{
    struct source *source = calloc(1, sizeof(*source));
    if (!source) {
        close(fd);
        return -ENOMEM;
    }
    source->fd = fd;
    source->digest = digest_new();
    enum lease got = lease ? lease_take(fd) : LEASE_IMPOSSIBLE;
    source->leased = got == LEASE_HELD;
    int result = source->digest ? file_state_read(fd, &source->before) : -ENOMEM;
    if (result == 0 && got == LEASE_REFUSED)
        result = -EBUSY;
    if (result < 0)
        source_close(source);
    else
        *ret_source = source;
    return result;
}

void source_close(struct source *source)
{
    if (!source)
        return;
    close(source->fd);
    digest_free(source->digest);
    free(source);
}

int64_t source_read(struct source *source, char *buffer, size_t room)
{
    int64_t left = source->before.identity.size - source->offset;
    if ((int64_t)room > left)
        room = (size_t)left;
    if (source_yield(source) || !room)
        return -1;
    ssize_t got = pread(source->fd, buffer, room, source->offset);
    if (got <= 0) {
        source->read_error = got < 0 ? errno : 0;
        source->disturbed = got == 0;
        return -1;
    }
    digest_update(source->digest, buffer, (size_t)got);
    source->offset += got;
    return got;
}

void source_rewind(struct source *source)
{
    source->offset = 0;
    digest_reset(source->digest);
}

bool source_yield(struct source *source)
{
    if (source->leased && lease_is_called_back(source->fd)) {
        lease_give_up(source->fd);
        source->leased = false;
        source->disturbed = true;
    }
    return source->disturbed;
}

bool source_finish(struct source *source, char sha256[DIGEST_SHA256_HEX], char md5[DIGEST_MD5_HEX])
{
    struct file_state after;
    bool whole = source->offset == source->before.identity.size;
    digest_finish(source->digest, sha256, md5);
    if (!whole || source_yield(source) || file_state_read(source->fd, &after) < 0)
        return false;
    if (source->leased)
        return identity_equal(&after.identity, &source->before.identity);
    return file_state_equal(&after, &source->before);
}
