/** A login on disk: read by whoever needs its token, replaced by whoever holds the lock. */
#include "closedrop/close/login_file.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/str.h"
#include "closedrop/files/secret_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/** What is written, before it takes the name. */
#define LOGIN_NEW LOGIN_FILE ".new"
#define LOGIN_LOCK LOGIN_FILE ".lock"

static int fail(struct str *why, const char *what, const char *state_dir, int error)
{
    str_printf(why, "the login cannot be %s in %s: %s", what, state_dir, strerror(error));
    return -error;
}

static int parse(const char *path, const char *text, struct login *ret_login, struct str *why)
{
    int result = login_parse(text, ret_login);
    if (result < 0)
        str_printf(why, "the login file %s is damaged; log in again: \"closedrop login\"", path);
    return result;
}

int login_load(
    const char *state_dir, struct login *ret_login, int64_t *ret_changed_ns, struct str *why)
{
    static const struct secret_words words = {"login file", "login (closedrop login)"};
    CLEANUP(free_text) char *path = str_format("%s/" LOGIN_FILE, state_dir);
    char text[LOGIN_PRINTED + 1];
    if (!path)
        return -ENOMEM;
    if (secret_file_changed_ns(path) < 0 && errno == ENOENT) {
        *ret_login = (struct login){.access_token = ""};
        *ret_changed_ns = -1;
        return 0;
    }
    int result = secret_file_read(path, &words, text, sizeof(text) - 1, ret_changed_ns, why);
    if (result == 0) {
        strcat(text, "\n"); /* which reading has trimmed */
        result = parse(path, text, ret_login, why);
    }
    explicit_bzero(text, sizeof(text));
    return result;
}

static int write_whole(int fd, const char *text, size_t length)
{
    while (length) {
        ssize_t put = write(fd, text, length);
        if (put < 0 && errno != EINTR)
            return -errno;
        text += put > 0 ? put : 0;
        length -= put > 0 ? (size_t)put : 0;
    }
    return ftruncate(fd, lseek(fd, 0, SEEK_CUR)) < 0 || fsync(fd) < 0 ? -errno : 0;
}

static int open_new(int directory)
{
    return openat(directory, LOGIN_NEW, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
}

/** Write it in the directory, under the other name, and give it its own. */
static int replace(int directory, const char *text, size_t length)
{
    CLEANUP(close_fd) int fd = open_new(directory);
    int result = fd < 0 ? -errno : write_whole(fd, text, length);
    if (result == 0 && renameat(directory, LOGIN_NEW, directory, LOGIN_FILE) < 0)
        result = -errno;
    return result == 0 && fsync(directory) < 0 ? -errno : result;
}

int login_store(const char *state_dir, const struct login *login, struct str *why)
{
    CLEANUP(close_fd) int directory = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    char text[LOGIN_PRINTED];
    size_t length = login_print(login, text);
    int result = directory < 0 ? -errno : replace(directory, text, length);
    explicit_bzero(text, sizeof(text));
    return result < 0 ? fail(why, "kept", state_dir, -result) : 0;
}

int login_reserve(const char *state_dir, struct str *why)
{
    CLEANUP(close_fd) int directory = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    CLEANUP(close_fd) int fd = directory < 0 ? -1 : open_new(directory);
    int error = fd < 0 ? errno : posix_fallocate(fd, 0, LOGIN_PRINTED);
    if (error == EOPNOTSUPP || error == EINVAL) /* not every file system can do that */
        error = 0;
    return error ? fail(why, "kept", state_dir, error) : 0;
}

int login_lock(const char *state_dir, struct str *why)
{
    CLEANUP(free_text) char *path = str_format("%s/" LOGIN_LOCK, state_dir);
    if (!path)
        return -ENOMEM;
    if (mkdir(state_dir, 0700) < 0 && errno != EEXIST)
        return fail(why, "kept", state_dir, errno);
    int lock = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (lock < 0)
        return fail(why, "locked", state_dir, errno);
    if (flock(lock, LOCK_EX | LOCK_NB) == 0)
        return lock;
    int error = errno;
    close(lock);
    return error == EWOULDBLOCK ? -EAGAIN : fail(why, "locked", state_dir, error);
}

void login_unlock(int lock)
{
    if (lock < 0)
        return;
    flock(lock, LOCK_UN); /* also where a child of ours has it too */
    close(lock);
}
