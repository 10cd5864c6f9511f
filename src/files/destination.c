/** Destinations: the directories where files are put away, made where they are missing. */
#include "closedrop/files/destination.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/files/free_name.h"
#include "closedrop/files/identity.h"
#include "closedrop/files/path.h"
#include "closedrop/files/safe_open.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/**
 * Make a directory that looks like `like` as soon as it has its name: a crash at any moment
 * leaves none behind that people cannot look into. One that is there meanwhile is as good.
 */
static int make_directory(int parent, const char *name, const struct stat *like)
{
    if (mkdirat(parent, DESTINATION_NEW, 0700) < 0 && errno != EEXIST)
        return -errno;
    CLEANUP(close_fd)
    int fd = openat(parent, DESTINATION_NEW, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    /* the group may be one we are not in: then ours has to do */
    (void)!fchown(fd, (uid_t)-1, like->st_gid);
    (void)fchmod(fd, like->st_mode & 07777);
    bool named = renameat(parent, DESTINATION_NEW, parent, name) == 0;
    if (!named && errno != ENOTEMPTY && errno != EEXIST)
        return -errno;
    return 0;
}

/** One directory more on the way, made where it is missing. To pass through, we need not list it.
 */
static int step_into(int parent, const char *name, bool trusted, const struct stat *like)
{
    int flags = O_PATH | O_DIRECTORY | O_CLOEXEC | (trusted ? 0 : O_NOFOLLOW);
    int fd = openat(parent, name, flags);
    if (fd < 0 && errno == ENOENT) {
        int made = make_directory(parent, name, like);
        if (made < 0)
            return made;
        fd = openat(parent, name, flags);
    }
    return fd < 0 ? -errno : fd;
}

/** Walk down `path` from `base`; an absolute one was named by the administrator and is trusted. */
static int walk_into(int base, const char *path, const struct stat *like)
{
    bool trusted = *path == '/';
    int there =
        trusted ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : safe_open_directory(base, path);
    if (there >= 0) /* most often: nothing is to be made, and no other file system is on the way */
        return there;
    int at = trusted ? open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)
                     : openat(base, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (at < 0)
        return -errno;
    CLEANUP(free_text) char *parts = strdup(path);
    char *rest = parts;
    for (char *name; at >= 0 && (name = strsep(&rest, "/")) != NULL;) {
        if (!*name)
            continue;
        int next = step_into(at, name, trusted, like);
        close(at);
        at = next;
    }
    CLEANUP(close_fd) int end = at;
    if (end < 0 || !parts)
        return parts ? end : -ENOMEM;
    int fd = openat(end, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); /* fsync(2) takes no O_PATH */
    return fd < 0 ? -errno : fd;
}

char *destination_path(const char *pattern, int64_t at_ms, const char *path)
{
    char base[PATH_LENGTH_MAX + 1];
    time_t at = (time_t)(at_ms / 1000);
    struct tm local;
    CLEANUP(free_text) char *below = path_directory(path);
    if (!below || !localtime_r(&at, &local) || !strftime(base, sizeof(base), pattern, &local))
        return NULL;
    return *below ? path_join(base, below) : strdup(base);
}

int destination_open(int root, const char *path, struct destination *ret_destination)
{
    struct destination destination;
    CLEANUP(free_text) char *own_path = strdup(path);
    if (!own_path)
        return -ENOMEM;
    if (fstat(root, &destination.like) < 0)
        return -errno;
    destination.directory = walk_into(root, path, &destination.like);
    if (destination.directory < 0)
        return destination.directory;
    destination.path = TAKE_PTR(own_path);
    *ret_destination = destination;
    return 0;
}

void destination_close(struct destination *destination)
{
    if (destination->directory >= 0)
        close(destination->directory);
    free(destination->path);
    *destination = (struct destination){.directory = -1};
}

int destination_find(const struct destination *destination, const char *name,
    const struct identity *identity, char **ret_name)
{
    for (unsigned number = 1; number < FREE_NAME_NUMBERS; number++) {
        struct file_state state;
        CLEANUP(free_text) char *candidate = path_numbered(name, number);
        CLEANUP(close_fd)
        int path_fd = candidate ? safe_open_path(destination->directory, candidate) : -ENOMEM;
        int result = path_fd < 0 ? path_fd : file_state_read(path_fd, &state);
        if (result == -ENOENT || (result < 0 && !safe_open_is_absent(result)))
            return result;
        if (result < 0 || state.identity.size != identity->size ||
            state.identity.mtime_ns != identity->mtime_ns)
            continue;
        *ret_name = TAKE_PTR(candidate);
        return 0;
    }
    return -ENOENT;
}

/** A whole new file, on disk but for its name. */
static int write_new(const struct destination *destination, const char *name, const char *text,
    mode_t mode, gid_t gid)
{
    if (unlinkat(destination->directory, name, 0) < 0 && errno != ENOENT)
        return -errno;
    CLEANUP(close_fd)
    int fd = openat(
        destination->directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    size_t length = strlen(text);
    ssize_t written = write(fd, text, length);
    if (written < 0 || (size_t)written < length) {
        int error = written < 0 ? errno : ENOSPC;
        unlinkat(destination->directory, name, 0);
        return -error;
    }
    (void)!fchown(fd, (uid_t)-1, gid);
    return fchmod(fd, mode & 0666) == 0 && fsync(fd) == 0 ? 0 : -errno;
}

/** Its names are on disk, if that went well so far. */
static int sync_names(const struct destination *destination, int result)
{
    return result == 0 && fsync(destination->directory) < 0 ? -errno : result;
}

int destination_write(const struct destination *destination, const char *name, const char *text,
    mode_t mode, gid_t gid)
{
    return sync_names(destination, write_new(destination, name, text, mode, gid));
}

/* ---- never over a file ---- */

/** Whether the file has exactly this text. */
static bool holds(int directory, const char *name, const char *text)
{
    struct stat stat;
    char read_text[4096];
    size_t length = strlen(text);
    CLEANUP(close_fd) int fd = safe_open_file(directory, name);
    if (fd < 0 || fstat(fd, &stat) < 0 || stat.st_size != (off_t)length ||
        length > sizeof(read_text))
        return false;
    return read(fd, read_text, length) == (ssize_t)length && memcmp(read_text, text, length) == 0;
}

struct addition {
    int directory;
    const char *draft;
    const char *text;
};

static int try_name(void *context, const char *name)
{
    const struct addition *addition = context;
    int directory = addition->directory;
    return holds(directory, name, addition->text)
               ? 0
               : rename_to_free_name(directory, addition->draft, directory, name);
}

int destination_add(const struct destination *destination, const char *draft, const char *name,
    const char *text, mode_t mode, gid_t gid)
{
    CLEANUP(free_text) char *chosen = NULL;
    struct addition addition = {destination->directory, draft, text};
    int result = write_new(destination, draft, text, mode, gid);
    if (result == 0)
        result = free_name_try(name, try_name, &addition, &chosen);
    (void)unlinkat(destination->directory, draft, 0); /* it was there already, or cannot be named */
    return sync_names(destination, result);
}
