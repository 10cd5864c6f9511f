/** Lists a directory, and finds out whether what was listed still holds. */
#include "closedrop/files/entries.h"

#include "closedrop/base/clock.h"
#include "closedrop/base/shortage.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/** A file system's clock ticks so coarsely (FAT) that two changes may have one time. */
#define TICK_MS 2000

/** The directory and the time of its last change; 0 or a negative errno. */
static int look(const char *path, struct inode *ret_directory, int64_t *ret_mtime_ns)
{
    struct statx stat;
    if (statx(AT_FDCWD, path, 0, STATX_INO | STATX_MTIME, &stat) < 0)
        return -errno;
    *ret_directory =
        (struct inode){makedev(stat.stx_dev_major, stat.stx_dev_minor), (ino_t)stat.stx_ino};
    *ret_mtime_ns =
        (int64_t)((uint64_t)stat.stx_mtime.tv_sec * 1000000000 + stat.stx_mtime.tv_nsec);
    return 0;
}

static int add(struct entries *entries, const struct inode *inode)
{
    struct inode *inodes =
        reallocarray(entries->inodes, entries->count + 1, sizeof(*entries->inodes));
    if (!inodes)
        return -ENOMEM;
    entries->inodes = inodes;
    inodes[entries->count++] = *inode;
    return 0;
}

/** What a link leads to can change without the directory. */
static bool is_perhaps_link(const struct dirent *entry)
{
    return entry->d_type == DT_LNK || entry->d_type == DT_UNKNOWN;
}

static int read_entries(struct entries *entries, DIR *directory)
{
    const struct dirent *entry;
    int result = 0;
    while (result == 0 && (entry = readdir(directory)) != NULL) {
        struct inode inode;
        if (is_perhaps_link(entry))
            entries->is_lasting = false;
        if (inode_at(dirfd(directory), entry->d_name, &inode) == 0)
            result = add(entries, &inode);
    }
    return result;
}

/** List what is at `path` now. 0 or a negative errno, after which nothing is listed. */
static int list(struct entries *entries, const char *path)
{
    DIR *directory = opendir(path);
    if (!directory)
        return is_shortage(errno) ? -errno : 0;
    int result = read_entries(entries, directory);
    closedir(directory);
    if (result < 0)
        entries_release(entries);
    return result;
}

int entries_follow(struct entries *entries, const char *path)
{
    struct inode directory = {0, 0};
    int64_t mtime_ns = 0;
    int result = look(path, &directory, &mtime_ns);
    bool is_known = result == 0 && entries->is_lasting && mtime_ns == entries->mtime_ns &&
                    inode_equal(&directory, &entries->directory);
    if (is_known)
        return 0;
    entries_release(entries);
    if (result < 0)
        return is_shortage(-result) ? result : 0;
    entries->directory = directory;
    entries->mtime_ns = mtime_ns;
    entries->is_lasting = mtime_ns / 1000000 + TICK_MS < clock_wall_ms();
    return list(entries, path);
}

bool entries_hold(const struct entries *entries, const struct inode *inode)
{
    for (size_t i = 0; i < entries->count; i++)
        if (inode_equal(&entries->inodes[i], inode))
            return true;
    return false;
}

void entries_release(struct entries *entries)
{
    free(entries->inodes);
    *entries = (struct entries){.inodes = NULL};
}
