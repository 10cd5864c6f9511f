#include "file.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int file_read(const char *path, struct str *out)
{
    CLEANUP(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    char piece[4096];
    ssize_t got;
    while ((got = read(fd, piece, sizeof(piece))) > 0)
        str_add_bytes(out, piece, (size_t)got);
    return got < 0 ? -errno : str_error(out);
}
