/** fcntl(2)'s leases, and the signal by which they are broken. */
#include "closedrop/files/lease.h"

#include "closedrop/files/filesystem.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static enum lease take(int fd, const struct filesystem *filesystem)
{
    bool is_granted = fcntl(fd, F_SETLEASE, F_RDLCK) == 0;
    if (is_granted && filesystem->grants_rightly)
        return LEASE_HELD;
    if (!is_granted && errno == EAGAIN && filesystem->refuses_rightly)
        return LEASE_REFUSED;
    lease_give_up(fd);
    return LEASE_IMPOSSIBLE;
}

enum lease lease_take(int fd)
{
    const struct filesystem filesystem = filesystem_of(fd);
    return take(fd, &filesystem);
}

enum lease lease_take_on(int fd, dev_t device)
{
    const struct filesystem filesystem = filesystem_on(fd, device);
    return take(fd, &filesystem);
}

bool lease_is_called_back(int fd)
{
    return fcntl(fd, F_GETLEASE) != F_RDLCK;
}

void lease_give_up(int fd)
{
    (void)fcntl(fd, F_SETLEASE, F_UNLCK);
}

bool leased_file_is_at(const struct leased_file *file, int directory, const char *name)
{
    return file->is_held && file_is_at(directory, name, &file->state) &&
           !lease_is_called_back(file->fd);
}

void leased_file_yield(struct leased_file *file)
{
    if (file->is_held && lease_is_called_back(file->fd))
        leased_file_close(file);
}

void leased_file_close(struct leased_file *file)
{
    if (file->is_held)
        close(file->fd);
    file->is_held = false;
}
