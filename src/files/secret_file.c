/** Reads a file with a secret, and says who must own it, and who must not be able to read it. */
#include "closedrop/files/secret_file.h"

#include "closedrop/base/account.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/closed_directory.h"
#include "closedrop/base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/** A file that is being read, and the words for it. */
struct secret_file {
    const char *path;
    const struct secret_words *words;
    struct str *why;
};

/** Begins each message. */
static void add_name(const struct secret_file *file)
{
    str_printf(file->why, "the %s %s ", file->words->file, file->path);
}

/**
 * Most often it is the caller who is wrong: a key that is given away stops the agent it is of. A
 * key of root's was made with sudo, and nobody is to run this as root for that.
 */
static int of_another(const struct secret_file *file, uid_t owner)
{
    char its[ACCOUNT_NAME], me[ACCOUNT_NAME];
    account_user(owner, its);
    account_user(geteuid(), me);
    add_name(file);
    str_printf(file->why, "belongs to %s, but this runs as %s; ", its, me);
    if (owner)
        str_printf(file->why, "run it as %s (sudo -u %s closedrop ...); only ", its, its);
    str_printf(file->why, "if closedrop is meant to run as %s, give the file to %s: chown %s %s",
        me, me, me, file->path);
    return -EPERM;
}

static int behind_closed(const struct secret_file *file, const char *directory)
{
    struct stat stat_of;
    char owner[ACCOUNT_NAME] = "?", me[ACCOUNT_NAME];
    if (stat(directory, &stat_of) == 0)
        account_user(stat_of.st_uid, owner);
    account_user(geteuid(), me);
    add_name(file);
    str_printf(file->why,
        "cannot be read: %s belongs to %s and cannot be entered by %s; run this as the user "
        "closedrop runs as (sudo -u closedrop closedrop ...); only if that is %s, let %s enter the "
        "directory",
        directory, owner, me, me, me);
    return -EACCES;
}

static int not_allowed(const struct secret_file *file)
{
    struct stat stat_of;
    CLEANUP(free_text) char *closed = closed_directory(file->path);
    if (closed)
        return behind_closed(file, closed);
    if (stat(file->path, &stat_of) == 0 && stat_of.st_uid != geteuid())
        return of_another(file, stat_of.st_uid);
    add_name(file);
    str_printf(file->why, "cannot be read: %s; let its owner read it: chmod 600 %s",
        strerror(EACCES), file->path);
    return -EACCES;
}

static int unreadable(const struct secret_file *file, int error)
{
    if (error == EACCES)
        return not_allowed(file);
    add_name(file);
    str_printf(file->why, "cannot be read: %s; ", strerror(error));
    if (error == ELOOP)
        str_add(file->why, "it is a symbolic link; name the file itself");
    else
        str_printf(file->why, "put the %s there, readable only by the user closedrop runs as",
            file->words->secret);
    return -error;
}

static int check(const struct secret_file *file, int fd, struct stat *stat)
{
    if (fstat(fd, stat) < 0)
        return unreadable(file, errno);
    if (S_ISREG(stat->st_mode) && stat->st_uid != 0 && stat->st_uid != geteuid())
        return of_another(file, stat->st_uid);
    if (S_ISREG(stat->st_mode) && !(stat->st_mode & 077))
        return 0;
    add_name(file);
    if (!S_ISREG(stat->st_mode))
        str_printf(file->why, "is not a regular file; name the file that contains the %s",
            file->words->secret);
    else
        str_printf(file->why, "can be read by others; make it private: chmod 600 %s", file->path);
    return -EPERM;
}

static int64_t ctime_ns(const struct stat *stat)
{
    return (int64_t)stat->st_ctim.tv_sec * 1000000000 + stat->st_ctim.tv_nsec;
}

/** Remove a byte order mark, as some editors begin a file, and the end of the line. */
static void trim(char *text)
{
    static const char mark[] = "\xEF\xBB\xBF";
    size_t skipped = str_starts_with(text, mark) ? strlen(mark) : 0;
    size_t length = strlen(text);
    while (length > skipped && strchr(" \t\r\n", text[length - 1]))
        length--;
    memmove(text, text + skipped, length - skipped);
    text[length - skipped] = '\0';
}

int secret_file_read(const char *path, const struct secret_words *words, char *text, size_t size,
    int64_t *ret_changed_ns, struct str *why)
{
    const struct secret_file file = {path, words, why};
    CLEANUP(close_fd) int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat stat;
    if (fd < 0)
        return unreadable(&file, errno);
    int result = check(&file, fd, &stat);
    if (result < 0)
        return result;
    ssize_t got = read(fd, text, size - 1);
    if (got < 0)
        return unreadable(&file, errno);
    text[got] = '\0';
    trim(text);
    *ret_changed_ns = ctime_ns(&stat);
    return 0;
}

int64_t secret_file_changed_ns(const char *path)
{
    struct stat stat;
    return lstat(path, &stat) < 0 ? -1 : ctime_ns(&stat);
}
