/** Says why a file that a person named cannot be read, so that it is not looked for elsewhere. */
#include "named_file.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/** "alice", or the number of one that has no name. */
static char *user_name(uid_t uid)
{
    const struct passwd *user = getpwuid(uid);
    return user ? strdup(user->pw_name) : str_format("%u", uid);
}

/** A pattern that has reached us was replaced by nothing: the shell looks as whoever types. */
static struct verdict no_such_file(const char *path)
{
    CLEANUP(free_text) char *me = user_name(geteuid());
    if (!strpbrk(path, "*?["))
        return verdict_make(VERDICT_FAIL, "unreadable", "there is no such file");
    return verdict_make(VERDICT_FAIL, "unreadable",
        "there is no such file: the shell found nothing to put in place of the pattern, perhaps "
        "because the user who typed it may not list the directory; as %.60s it can: sudo -u %.60s "
        "sh -c 'closedrop ...'",
        me ? me : "?", me ? me : "?");
}

static char *group_name(gid_t gid)
{
    const struct group *group = getgrgid(gid);
    return group ? strdup(group->gr_name) : str_format("%u", gid);
}

static bool may_not_be_entered(const char *directory)
{
    return faccessat(AT_FDCWD, directory, X_OK, AT_EACCESS) < 0 && errno == EACCES;
}

/** The first directory on the way to `path` that may not be entered; NULL where all may be. */
static char *find_closed(const char *path)
{
    if (*path != '/' && may_not_be_entered("."))
        return strdup(".");
    for (const char *slash = path; (slash = strchr(slash, '/')) != NULL; slash++) {
        CLEANUP(free_text) char *above = strndup(path, slash == path ? 1 : (size_t)(slash - path));
        if (above && may_not_be_entered(above))
            return TAKE_PTR(above);
    }
    return NULL;
}

static struct verdict not_allowed(const char *path)
{
    struct stat stat_of;
    CLEANUP(free_text) char *closed = find_closed(path);
    CLEANUP(free_text) char *me = user_name(geteuid());
    const char *what = closed ? closed : path;
    const char *verb = closed ? "entered" : "read";
    if (stat(what, &stat_of) < 0)
        return verdict_make(VERDICT_FAIL, "unreadable", "%.300s may not be %s by the user %.60s",
            what, verb, me ? me : "?");
    CLEANUP(free_text) char *owner = user_name(stat_of.st_uid);
    CLEANUP(free_text) char *group = group_name(stat_of.st_gid);
    return verdict_make(VERDICT_FAIL, "unreadable",
        "%.300s may not be %s by the user %.60s: it belongs to %.60s:%.60s, mode %04o; run this as "
        "one who may, as with sudo -u %.60s",
        what, verb, me ? me : "?", owner ? owner : "?", group ? group : "?",
        stat_of.st_mode & 07777U, owner ? owner : "?");
}

struct verdict named_file_missing(const char *path, int error)
{
    if (error == ENOENT)
        return no_such_file(path);
    if (error == EACCES)
        return not_allowed(path);
    return verdict_make(VERDICT_FAIL, "unreadable", "it cannot be read: %s", strerror(error));
}
