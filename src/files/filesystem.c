/** The table of file systems by their statfs(2) number. */
#include "closedrop/files/filesystem.h"

#include "closedrop/base/array.h"
#include "closedrop/base/turn.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/vfs.h>

/** All others are of this machine alone, and right in all. */
static const struct {
    uint32_t type; /* statfs(2), coreutils' stat.c */
    struct filesystem worth;
} doubtful[] = {
    {0x794C7630, {false, true, true, false}},   /* overlayfs: a file that is moved is another one
                                                   then (copy-up), and misses closed mappings */
    {0x65735546, {false, false, true, false}},  /* FUSE, virtiofs: misses writers behind it */
    {0x00004D44, {false, true, true, true}},    /* FAT: numbers its files as it meets them */
    {0x2011BAB0, {false, true, true, true}},    /* exFAT: likewise */
    {0x00006969, {true, false, false, false}},  /* NFS */
    {0xFF534D42, {false, false, false, false}}, /* CIFS */
    {0xFE534D42, {false, false, false, false}}, /* SMB2 */
    {0x0000517B, {false, false, false, false}}, /* SMB */
    {0x01021997, {false, false, false, false}}, /* 9P */
    {0x00C36400, {true, false, false, false}},  /* Ceph */
    {0x5346414F, {true, false, false, false}},  /* AFS */
    {0x6B414653, {true, false, false, false}},  /* AFS, the kernel's own */
    {0x0BD00BD0, {true, false, false, false}},  /* Lustre */
    {0x47504653, {true, false, false, false}},  /* GPFS */
    {0x19830326, {true, false, false, false}},  /* BeeGFS */
    {0x01161970, {true, false, false, false}},  /* GFS2 */
    {0x7461636F, {true, false, false, false}},  /* OCFS2 */
    {0x786F4256, {false, false, false, false}}, /* VirtualBox's shared folders */
    {0xBACBACBC, {false, false, false, false}}, /* VMware's */
};

static struct filesystem worth_of(const struct statfs *stat)
{
    for (size_t i = 0; i < COUNT(doubtful); i++)
        if ((uint32_t)stat->f_type == doubtful[i].type)
            return doubtful[i].worth;
    return (struct filesystem){true, true, true, true};
}

static const struct filesystem trusted_in_nothing = {false, false, false, false};

struct filesystem filesystem_of(int fd)
{
    struct statfs stat;
    if (fstatfs(fd, &stat) < 0)
        return trusted_in_nothing;
    return worth_of(&stat);
}

/** The device that this thread has asked about last: most files of a turn are on one. */
static _Thread_local struct {
    uint64_t turn; /* when it was */
    dev_t device;
    struct filesystem worth;
} asked;

/** Have it in `asked`; 0 or a negative errno. */
static int ask_once_a_turn(int fd, dev_t device)
{
    struct statfs stat;
    if (turn_is_current(asked.turn) && asked.device == device)
        return 0;
    asked.turn = 0;
    if (fstatfs(fd, &stat) < 0)
        return -errno;
    asked.turn = turn_number();
    asked.device = device;
    asked.worth = worth_of(&stat);
    return 0;
}

struct filesystem filesystem_on(int fd, dev_t device)
{
    return ask_once_a_turn(fd, device) < 0 ? trusted_in_nothing : asked.worth;
}

int filesystem_keeps_handles(int fd, dev_t device)
{
    int result = ask_once_a_turn(fd, device);
    if (result < 0)
        return result == -ENOSYS ? 0 : result; /* some FUSE servers never say */
    return asked.worth.keeps_handles;
}

/** By their names in /proc/self/mountinfo: those above that have a server, and what mounts them. */
static const char *const served[] = {"fuse", "fuseblk", "virtiofs", "nfs", "nfs4", "cifs", "smb3",
    "smbfs", "9p", "ceph", "afs", "lustre", "gpfs", "beegfs", "gfs2", "ocfs2", "vboxsf", "vmhgfs",
    "pvfs2", "ncpfs", "coda", "autofs"};

bool filesystem_may_hang(const char *type, size_t length)
{
    static const char fuse[] = "fuse."; /* "fuse.sshfs" */
    if (length >= sizeof(fuse) - 1 && memcmp(type, fuse, sizeof(fuse) - 1) == 0)
        return true;
    for (size_t i = 0; i < COUNT(served); i++)
        if (strlen(served[i]) == length && memcmp(type, served[i], length) == 0)
            return true;
    return false;
}
