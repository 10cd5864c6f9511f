/** Reading, comparing and writing down a file's identity. */
#include "closedrop/files/identity.h"

#include "closedrop/files/filesystem.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define NS_A_SECOND 1000000000
/** The first second of 32 bits, and the last that 64 bits of ns after it reach. */
#define SECOND_MIN INT64_C(-2147483648) /* 13 December 1901 */
#define SECOND_MAX INT64_C(16299260424) /* 2 July 2486 */

static struct inode inode_of_stat(const struct statx *stat)
{
    return (struct inode){makedev(stat->stx_dev_major, stat->stx_dev_minor), (ino_t)stat->stx_ino};
}

static int64_t to_ns(struct statx_timestamp time)
{
    int64_t seconds = time.tv_sec < SECOND_MIN   ? SECOND_MIN
                      : time.tv_sec > SECOND_MAX ? SECOND_MAX
                                                 : time.tv_sec;
    return (int64_t)((uint64_t)seconds * NS_A_SECOND + time.tv_nsec);
}

int64_t identity_seconds(int64_t ns)
{
    uint64_t since_min = (uint64_t)ns - (uint64_t)(SECOND_MIN * NS_A_SECOND);
    return SECOND_MIN + (int64_t)(since_min / NS_A_SECOND);
}

/** The stand-in where a file system has no handles: inode number and birth, or ctime's second. */
static void use_inode(struct identity *identity, const struct statx *stat)
{
    int64_t parts[2] = {
        (int64_t)stat->stx_ino, stat->stx_mask & STATX_BTIME ? to_ns(stat->stx_btime) : 0};
    memcpy(identity->handle, parts, sizeof(parts));
    identity->handle_length = sizeof(parts);
}

static int read_handle(int fd, struct identity *identity)
{
    union {
        struct file_handle handle;
        unsigned char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
    } buffer;
    int mount;
    buffer.handle.handle_bytes = MAX_HANDLE_SZ;
    if (name_to_handle_at(fd, "", &buffer.handle, &mount, AT_EMPTY_PATH) < 0)
        return -errno;
    int32_t type = buffer.handle.handle_type;
    memcpy(identity->handle, &type, sizeof(type));
    memcpy(identity->handle + sizeof(type), buffer.handle.f_handle, buffer.handle.handle_bytes);
    identity->handle_length = sizeof(type) + buffer.handle.handle_bytes;
    return 0;
}

/** Whether no file there ever has a handle: so says its file system, or a container's filter. */
static bool has_no_handles(int result)
{
    return result == -EOPNOTSUPP || result == -EOVERFLOW || result == -ENOSYS || result == -EPERM;
}

static int read_lasting_handle(int fd, const struct statx *stat, struct identity *identity)
{
    int result = filesystem_keeps_handles(fd, inode_of_stat(stat).device);
    if (result <= 0)
        return result; /* inode numbers do not last there either */
    result = read_handle(fd, identity);
    if (!has_no_handles(result))
        return result; /* a failure for now: with the stand-in it would be taken for another file */
    use_inode(identity, stat);
    return 0;
}

int file_state_read(int fd, struct file_state *ret_state)
{
    struct statx stat;
    if (statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_BTIME, &stat) < 0)
        return -errno;
    struct file_state state = {
        .identity = {.size = (int64_t)stat.stx_size, .mtime_ns = to_ns(stat.stx_mtime)},
        .inode = inode_of_stat(&stat),
        .ctime_ns = to_ns(stat.stx_ctime),
        .links = stat.stx_nlink,
        .mode = stat.stx_mode,
        .uid = stat.stx_uid,
        .gid = stat.stx_gid,
    };
    int result = read_lasting_handle(fd, &stat, &state.identity);
    if (result < 0)
        return result;
    *ret_state = state;
    return 0;
}

bool file_is_at(int directory, const char *name, const struct file_state *state)
{
    struct statx stat;
    if (statx(directory, name, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &stat) < 0)
        return false;
    const struct inode inode = inode_of_stat(&stat);
    return inode_equal(&inode, &state->inode) && (int64_t)stat.stx_size == state->identity.size &&
           to_ns(stat.stx_mtime) == state->identity.mtime_ns;
}

static bool has_equal_handle(const struct identity *a, const struct identity *b)
{
    return a->handle_length == b->handle_length &&
           memcmp(a->handle, b->handle, a->handle_length) == 0;
}

bool identity_same_file(const struct identity *a, const struct identity *b)
{
    return a->handle_length && has_equal_handle(a, b);
}

bool identity_equal(const struct identity *a, const struct identity *b)
{
    return a->size == b->size && a->mtime_ns == b->mtime_ns && has_equal_handle(a, b);
}

bool file_state_equal(const struct file_state *a, const struct file_state *b)
{
    return identity_equal(&a->identity, &b->identity) && a->ctime_ns == b->ctime_ns;
}
