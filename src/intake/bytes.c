/** Reads the bytes of a file at any offset, and searches its end. */
#include "closedrop/intake/bytes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/** How far from the end of a file its trailer is searched for. */
#define TAIL_MAX (1024 * 1024)

int64_t bytes_read_file(void *context, int64_t offset, void *buffer, size_t length)
{
    const int *fd = context;
    size_t done = 0;
    while (done < length) {
        ssize_t got = pread(*fd, (char *)buffer + done, length - done, offset + (off_t)done);
        if (got < 0 && errno != EINTR)
            return -errno;
        if (got == 0)
            break;
        done += got > 0 ? (size_t)got : 0;
    }
    return (int64_t)done;
}

void bytes_note_error(const struct bytes *bytes, int error)
{
    if (bytes->ret_error)
        *bytes->ret_error = error;
}

bool bytes_read_at(const struct bytes *bytes, int64_t offset, void *buffer, size_t length)
{
    if (offset < 0 || offset > bytes->size || (int64_t)length > bytes->size - offset)
        return false;
    int64_t got = bytes->read(bytes->context, offset, buffer, length);
    if (got < 0)
        bytes_note_error(bytes, (int)got);
    return got == (int64_t)length;
}

unsigned char *bytes_read_tail(const struct bytes *bytes, size_t *ret_length)
{
    size_t length = bytes->size < TAIL_MAX ? (size_t)bytes->size : TAIL_MAX;
    unsigned char *tail = malloc(length + 1);
    if (!tail) {
        bytes_note_error(bytes, -ENOMEM);
        return NULL;
    }
    if (!bytes_read_at(bytes, bytes->size - (int64_t)length, tail, length)) {
        free(tail);
        return NULL;
    }
    tail[length] = '\0';
    *ret_length = length;
    return tail;
}

const unsigned char *bytes_find_last(
    const unsigned char *bytes, size_t length, const char *needle, size_t needle_length)
{
    const unsigned char first = (unsigned char)*needle;
    for (size_t i = length; i >= needle_length; i--) {
        const unsigned char *at = bytes + i - needle_length;
        if (*at == first && memcmp(at, needle, needle_length) == 0)
            return at;
    }
    return NULL;
}
