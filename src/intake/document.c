/** Recognises whether a name still belongs to the same document, by a sample of its bytes. */
#include "closedrop/intake/document.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define END 4096 /* bytes that are sampled from each end */

/** Read all of the bytes. 0 or a negative errno. */
static int read_all(int fd, char *buffer, size_t length, int64_t offset)
{
    for (size_t done = 0; done < length;) {
        ssize_t got = pread(fd, buffer + done, length - done, offset + (int64_t)done);
        if (got < 0 && errno != EINTR)
            return -errno;
        if (got == 0)
            return -ENODATA;
        done += got > 0 ? (size_t)got : 0;
    }
    return 0;
}

static bool is_zero(const char *bytes, size_t length)
{
    return length == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, length - 1) == 0);
}

int document_read(int fd, int64_t size, struct document *ret_document)
{
    char bytes[2 * END];
    size_t length = size < END ? (size_t)size : END;
    int result = read_all(fd, bytes, length, 0);
    if (result == 0)
        result = read_all(fd, bytes + length, length, size - (int64_t)length);
    if (result < 0)
        return result;
    struct document document = {.size = is_zero(bytes + length, length) ? 0 : size};
    digest_sha256(bytes, 2 * length, document.sample);
    *ret_document = document;
    return 0;
}

bool document_continues(const struct document *document, int fd, int64_t size)
{
    struct document now;
    if (size < document->size)
        return false;
    int result = document_read(fd, document->size, &now);
    if (result < 0)
        return result != -ENODATA;
    return memcmp(now.sample, document->sample, sizeof(now.sample)) == 0;
}
