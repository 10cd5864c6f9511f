/** Failed files where they were put, or wherever a person has sorted them since. */
#include "failed_files.h"

#include "beside.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/files/life.h"
#include "closedrop/files/path.h"
#include "closedrop/files/safe_open.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/** How deep Failed is searched for a file that may have been sorted in it. */
#define FAILED_DEPTH_MAX 16

bool failed_file_is_at(int directory, const struct job *job)
{
    struct file_state state;
    CLEANUP(close_fd) int path_fd = safe_open_path(directory, path_name(job->location));
    return path_fd >= 0 && file_state_read(path_fd, &state) == 0 &&
           identity_equal(&state.identity, &job->identity);
}

void failed_text_remove(int root, const struct job *job)
{
    const char *location = job->location ? job->location : "";
    CLEANUP(close_fd) int directory = *location ? beside_open_directory(root, location) : -ENOENT;
    CLEANUP(close_fd)
    int path_fd = directory < 0 ? directory : safe_open_path(directory, path_name(location));
    if (directory >= 0 && path_fd == -ENOENT)
        beside_remove_text(directory, path_name(location));
}

/** Whether a file of its name and size is there: touched, or restored from a backup, perhaps. */
static bool has_its_like(int directory, const struct job *job)
{
    struct stat stat;
    return fstatat(directory, path_name(job->location), &stat, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISREG(stat.st_mode) && stat.st_size == job->identity.size;
}

static bool is_sought(const struct sought *sought, const struct identity *found)
{
    const struct identity *identity = sought->identity;
    bool is_like = found->size == identity->size && found->mtime_ns == identity->mtime_ns;
    return identity_same_file(found, identity) ||
           (sought->takes_like && !identity->handle_length && is_like);
}

/** A file at `path`: is it one of them? 0 or -ENOMEM. */
static int compare_sought(
    const char *path, const struct identity *found, struct sought *sought, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!sought[i].location && is_sought(&sought[i], found)) {
            sought[i].location = strdup(path);
            return sought[i].location ? 0 : -ENOMEM;
        }
    return 0;
}

/** As search_below(), for one name in an open directory. */
static int search_below(
    int directory, const char *path, struct sought *sought, size_t count, int depth);

static int search_at(
    int directory, const char *path, struct sought *sought, size_t count, int depth)
{
    struct file_state state;
    CLEANUP(close_fd) int path_fd = safe_open_path(directory, path_name(path));
    int result = path_fd < 0 ? path_fd : file_state_read(path_fd, &state);
    if (result < 0)
        return result == -ENOENT || result == -ELOOP ? 0 : result;
    if (!S_ISDIR(state.mode))
        return compare_sought(path, &state.identity, sought, count);
    return depth > 0 ? search_below(path_fd, path, sought, count, depth - 1) : -E2BIG;
}

/** The next name in a directory, without the dots. NULL after the last, with errno 0, or where it
 * cannot be read. */
static const char *next_name(DIR *entries)
{
    const struct dirent *entry;
    do {
        errno = 0;
        entry = readdir(entries);
    } while (entry && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0));
    return entry ? entry->d_name : NULL;
}

/**
 * Search for files, whatever their names, below an open directory, whose name is `path`. 0, or a
 * negative errno if not all of it could be searched.
 */
static int search_below(
    int directory, const char *path, struct sought *sought, size_t count, int depth)
{
    CLEANUP(close_fd) int listed = safe_open_directory(directory, "");
    DIR *entries = listed < 0 ? NULL : fdopendir(listed);
    if (!entries)
        return listed < 0 ? listed : -ENOMEM;
    (void)TAKE_FD(listed); /* it is closed with them */
    int missed = 0;
    const char *name;
    while ((name = next_name(entries)) != NULL) {
        CLEANUP(free_text) char *below = path_join(path, name);
        int result = below ? search_at(directory, below, sought, count, depth) : -ENOMEM;
        life_show();
        missed = result < 0 ? result : missed;
    }
    missed = errno ? -errno : missed;
    closedir(entries);
    return missed;
}

/**
 * Where failed files are put, as it was when the job's was: the fixed directory its location begins
 * with, or an absolute one as it is configured now.
 */
int failed_open(int root, const char *failed, const char *location)
{
    CLEANUP(free_text) char *first = strndup(location, strcspn(location, "/"));
    if (*location != '/')
        return first ? safe_open_directory(root, first) : -ENOMEM;
    int fd = open(failed, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

bool failed_file_has_left(int root, const char *failed, const struct job *job)
{
    const char *location = job->location ? job->location : "";
    CLEANUP(close_fd) int top = *location ? failed_open(root, failed, location) : -ENOENT;
    /* all of it was renamed, or is not mounted: nobody has spoken of this file */
    if (top < 0 || (*location == '/' && directory_is_empty(top)))
        return false;
    CLEANUP(close_fd) int directory = beside_open_directory(root, location);
    if (directory < 0 && directory != -ENOENT)
        return false;
    if (directory >= 0 && (has_its_like(directory, job) || failed_file_is_at(directory, job)))
        return false;
    struct sought sought = {.identity = &job->identity};
    (void)search_below(top, "", &sought, 1, FAILED_DEPTH_MAX);
    bool was_found = sought.location != NULL;
    free(sought.location);
    return !was_found;
}

/** Whether something of this name is there, or that cannot be told. */
static bool may_be_there(int directory, const char *name)
{
    return faccessat(directory, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0 ||
           (errno != ENOENT && errno != ENOTDIR);
}

bool failed_text_is_there(int root, const struct job *job)
{
    const char *location = job->location && *job->location ? job->location : NULL;
    CLEANUP(free_text) char *text = location ? path_with_suffix(location, ERROR_SUFFIX) : NULL;
    return !text || may_be_there(root, text);
}

bool failed_file_is_there(int root, const struct job *job)
{
    const char *location = job->location && *job->location ? job->location : NULL;
    return !location || may_be_there(root, location) || failed_text_is_there(root, job);
}

int failed_file_search(
    int root, const char *failed, const char *location, struct sought *sought, size_t count)
{
    CLEANUP(free_text)
    char *name = *location == '/' ? strdup(failed) : strndup(location, strcspn(location, "/"));
    if (!name)
        return -ENOMEM;
    CLEANUP(close_fd) int top = failed_open(root, failed, location);
    return top < 0 ? top : search_below(top, name, sought, count, FAILED_DEPTH_MAX);
}
