/** Reads a small file from a path: TLS keys, seeds, fault rules. */
#include "util/file.h"

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
    return str_add_file(out, fd);
}
