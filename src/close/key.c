/** The key, from its file, systemd's credential or the environment, checked for what a person may
 * have put there in its place. */
#include "closedrop/close/key.h"

#include "closedrop/base/account.h"
#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/closed_directory.h"
#include "closedrop/base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int64_t ctime_ns(const struct stat *stat)
{
    return (int64_t)stat->st_ctim.tv_sec * 1000000000 + stat->st_ctim.tv_nsec;
}

/** Whether it is a line of a shell or of a configuration: NAME=value. */
static bool is_assignment(const char *text)
{
    text += strspn(text, " \t");
    if (str_starts_with(text, "export "))
        text += strlen("export ");
    size_t name = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
    const char *sign = text + name + strspn(text + name, " \t");
    return name && (*sign == '=' || *sign == ':') && sign[1] && !strchr(" \t\r\n", sign[1]);
}

static bool is_quoted(const char *text)
{
    static const char *const quotes[] = {"\"", "'", "`", "\xE2\x80\x9C", "\xE2\x80\x9E"};
    for (size_t i = 0; i < COUNT(quotes); i++)
        if (str_starts_with(text, quotes[i]))
            return true;
    return false;
}

static const char *what_is_wrong(const char *text)
{
    if (is_assignment(text))
        return "has a name before the API key; write only the key, the part after the = or :";
    if (is_quoted(text))
        return "has the API key in quotes; write the key without them";
    return "must contain the API key and nothing else, on one line";
}

/** A key is one line of printable ASCII: a line break in it would smuggle in a header. `file`:
 * where it was read, NULL for the environment. */
static int take_text(struct key *key, const char *text, const char *file, struct str *why)
{
    static const char mark[] = "\xEF\xBB\xBF"; /* as some editors begin a file */
    text += str_starts_with(text, mark) ? strlen(mark) : 0;
    size_t length = strlen(text);
    while (length && strchr(" \t\r\n", text[length - 1]))
        length--;
    bool good =
        length > 0 && length < sizeof(key->text) && !is_quoted(text) && !is_assignment(text);
    for (size_t i = 0; good && i < length; i++)
        good = text[i] > ' ' && text[i] < 0x7F && text[i] != ':';
    if (!good) {
        str_printf(why, "%s%s %s", file ? "the key file " : "", file ? file : "$CLOSE_API_KEY",
            what_is_wrong(text));
        return -EINVAL;
    }
    memcpy(key->text, text, length);
    key->text[length] = '\0';
    return 0;
}

/**
 * Most often it is the caller who is wrong: a key that is given away stops the agent it is of. A
 * key of root's was made with sudo, and nobody is to run this as root for that.
 */
static int of_another(const char *path, uid_t owner, struct str *why)
{
    char its[ACCOUNT_NAME], me[ACCOUNT_NAME];
    account_user(owner, its);
    account_user(geteuid(), me);
    str_printf(why, "the key file %s belongs to %s, but this runs as %s; ", path, its, me);
    if (owner)
        str_printf(why, "run it as %s (sudo -u %s closedrop ...); only ", its, its);
    str_printf(why, "if closedrop is meant to run as %s, give the file to %s: chown %s %s", me, me,
        me, path);
    return -EPERM;
}

static int behind_closed(const char *path, const char *directory, struct str *why)
{
    struct stat stat_of;
    char owner[ACCOUNT_NAME] = "?", me[ACCOUNT_NAME];
    if (stat(directory, &stat_of) == 0)
        account_user(stat_of.st_uid, owner);
    account_user(geteuid(), me);
    str_printf(why,
        "the key file %s cannot be read: %s belongs to %s and cannot be entered by %s; run this as "
        "the user closedrop runs as (sudo -u closedrop closedrop ...); only if that is %s, let %s "
        "enter the directory",
        path, directory, owner, me, me, me);
    return -EACCES;
}

static int not_allowed(const char *path, struct str *why)
{
    struct stat stat_of;
    CLEANUP(free_text) char *closed = closed_directory(path);
    if (closed)
        return behind_closed(path, closed, why);
    if (stat(path, &stat_of) == 0 && stat_of.st_uid != geteuid())
        return of_another(path, stat_of.st_uid, why);
    str_printf(why, "the key file %s cannot be read: %s; let its owner read it: chmod 600 %s", path,
        strerror(EACCES), path);
    return -EACCES;
}

static int unreadable(const char *path, int error, struct str *why)
{
    if (error == EACCES)
        return not_allowed(path, why);
    str_printf(why, "the key file %s cannot be read: %s; %s", path, strerror(error),
        error == ELOOP ? "it is a symbolic link; name the file itself"
                       : "put the API key there, readable only by the user closedrop runs as");
    return -error;
}

static int check_file(int fd, const char *path, struct stat *stat, struct str *why)
{
    if (fstat(fd, stat) < 0)
        return unreadable(path, errno, why);
    if (!S_ISREG(stat->st_mode))
        str_printf(why,
            "the key file %s is not a regular file; name the file that contains the API key", path);
    else if (stat->st_uid != 0 && stat->st_uid != geteuid())
        return of_another(path, stat->st_uid, why);
    else if (stat->st_mode & 077)
        str_printf(why, "the key file %s can be read by others; make it private: chmod 600 %s",
            path, path);
    else
        return 0;
    return -EPERM;
}

static int load_file(const char *path, struct key *key, struct str *why)
{
    CLEANUP(close_fd) int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat stat;
    if (fd < 0)
        return unreadable(path, errno, why);
    int result = check_file(fd, path, &stat, why);
    if (result < 0)
        return result;
    char text[4096];
    ssize_t got = read(fd, text, sizeof(text) - 1);
    if (got < 0)
        return unreadable(path, errno, why);
    text[got] = '\0';
    result = take_text(key, text, path, why);
    explicit_bzero(text, sizeof(text));
    key->file = strdup(path);
    key->changed_ns = ctime_ns(&stat);
    return key->file || result < 0 ? result : -ENOMEM;
}

int key_load(const char *file, struct key *ret_key, struct str *why)
{
    struct key key = {.file = NULL};
    int result = -ENOKEY;
    const char *credentials = getenv("CREDENTIALS_DIRECTORY");
    CLEANUP(free_text)
    char *credential = credentials ? str_format("%s/close-api-key", credentials) : NULL;
    char *environment = getenv("CLOSE_API_KEY");

    if (file)
        result = load_file(file, &key, why);
    else if (credential && access(credential, F_OK) == 0)
        result = load_file(credential, &key, why);
    else if (environment && *environment)
        result = take_text(&key, environment, NULL, why);
    else
        str_add(why, "there is no API key; set close.api_key_file to the file that contains it");
    if (environment) {
        explicit_bzero(environment, strlen(environment));
        unsetenv("CLOSE_API_KEY");
    }
    if (result < 0)
        key_release(&key);
    else
        *ret_key = key;
    return result;
}

bool key_has_changed(const struct key *key)
{
    struct stat stat;
    return key->file && (lstat(key->file, &stat) < 0 || ctime_ns(&stat) != key->changed_ns);
}

void key_release(struct key *key)
{
    free(key->file);
    explicit_bzero(key, sizeof(*key));
}
