/** Says why a file that a person named cannot be read, so that nobody searches elsewhere. */
#include "named_file.h"

#include "closedrop/base/account.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/closed_directory.h"
#include "closedrop/files/rights.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/** A pattern that has reached us was replaced by nothing: the shell looks as whoever types. */
static struct verdict no_such_file(const char *path)
{
    char me[ACCOUNT_NAME];
    if (!strpbrk(path, "*?["))
        return verdict_make(VERDICT_FAIL, "unreadable", "no such file");
    return verdict_make(VERDICT_FAIL, "unreadable",
        "no such file: the shell found no match for the pattern, perhaps because the user who "
        "typed it may not list the directory; as %s it can: sudo -u %s sh -c 'closedrop ...'",
        account_user(geteuid(), me), me);
}

static bool is_mine(int fd)
{
    struct stat stat_of;
    return fstat(fd, &stat_of) == 0 && stat_of.st_uid == geteuid();
}

/** Whoever runs this may use the key, and most often nobody else may: so no other user is named. */
static struct verdict not_allowed(const char *path)
{
    char words[RIGHTS_WORDS], me[ACCOUNT_NAME];
    CLEANUP(free_text) char *closed = closed_directory(path);
    const char *what = closed ? closed : path;
    CLEANUP(close_fd) int fd = open(what, O_PATH | O_CLOEXEC);
    rights_words(fd, closed ? RIGHTS_LIST_DIRECTORY : RIGHTS_READ_FILE, words);
    return verdict_make(VERDICT_FAIL, "unreadable", "%.300s may not be %s: it %s%s%s", what,
        closed ? "entered" : "read", words,
        is_mine(fd) ? "" : "; or copy the file to a directory that can be read by ",
        is_mine(fd) ? "" : account_user(geteuid(), me));
}

struct verdict named_file_missing(const char *path, int error)
{
    if (error == ENOENT)
        return no_such_file(path);
    if (error == EACCES)
        return not_allowed(path);
    return verdict_make(VERDICT_FAIL, "unreadable", "it cannot be read: %s", strerror(error));
}
