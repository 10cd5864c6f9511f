#include "closedrop/files/lease.h"

#include <errno.h>
#include <fcntl.h>

enum lease lease_take(int fd)
{
    if (fcntl(fd, F_SETLEASE, F_RDLCK) == 0)
        return LEASE_HELD;
    return errno == EAGAIN ? LEASE_REFUSED : LEASE_IMPOSSIBLE;
}

bool lease_is_called_back(int fd)
{
    return fcntl(fd, F_GETLEASE) != F_RDLCK;
}

void lease_give_up(int fd)
{
    (void)fcntl(fd, F_SETLEASE, F_UNLCK);
}
