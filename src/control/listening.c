/** Opens the sockets on which the agent listens. */
#include "listening.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/config/listen_address.h"
#include "closedrop/files/path.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#define BACKLOG 64

static bool somebody_listens(const struct listen_address *address)
{
    CLEANUP(close_fd) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return fd >= 0 && connect(fd, &address->generic, address->length) == 0;
}

/** Make room for the socket. Returns 0 or a negative errno. */
static int prepare_path(const struct listen_address *address)
{
    const char *path = address->local.sun_path;
    CLEANUP(free_text) char *directory = path_directory(path);
    if (!directory)
        return -ENOMEM;
    if (mkdir(directory, 0750) < 0 && errno != EEXIST)
        return -errno;
    if (somebody_listens(address))
        return -EADDRINUSE;
    unlink(path);
    return 0;
}

static int bind_for_group(int fd, const struct listen_address *address)
{
    mode_t before = umask(0117);
    int result = bind(fd, &address->generic, address->length) < 0 ? -errno : 0;
    umask(before);
    return result;
}

int listening_open(const struct listen_address *address)
{
    const int yes = 1;
    bool is_local = address->generic.sa_family == AF_UNIX;
    int result = is_local ? prepare_path(address) : 0;
    if (result < 0)
        return result;
    CLEANUP(close_fd)
    int fd = socket(address->generic.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    if (!is_local) /* connections of an earlier agent may not have ended yet */
        (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    result = bind_for_group(fd, address);
    if (result < 0)
        return result;
    return listen(fd, BACKLOG) < 0 ? -errno : TAKE_FD(fd);
}
