/** Tries a directory by a probe file, and says what is wrong with it. */
#include "directory.h"

#include "probe_file.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/str.h"
#include "closedrop/files/path.h"
#include "closedrop/files/safe_open.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

/* ---- judgement ---- */

static void advise(struct finding *finding, const struct directory_facts *facts, const char *rights)
{
    switch (-facts->error) {
    case EACCES:
    case EPERM:
        finding_remedy(finding, "for %s: %s", facts->path, rights);
        break;
    case ENOENT:
        finding_remedy(finding, "create %s, mount it, or correct its path", facts->path);
        break;
    case ENOTDIR:
    case ELOOP:
        finding_remedy(finding, "put a directory there, or name another one");
        break;
    case EROFS:
        finding_remedy(finding, "mount the file system of %s writable", facts->path);
        break;
    case ENOSPC:
    case EDQUOT:
        finding_remedy(finding, "free some space there");
        break;
    default:
        finding_remedy(finding, "check the disk, or the file server, of %s", facts->path);
    }
}

/** It does not exist, and what is above it does not let us create it. */
static struct finding judge_missing(const struct directory_facts *facts, const char *cause)
{
    struct finding finding = finding_wrong("%s does not exist, and cannot be created in %s: %s%s",
        facts->missing, facts->path, strerror(-facts->error), cause);
    finding_remedy(&finding,
        "create %s and give it to the user that closedrop runs as, mount it, or correct its path",
        facts->missing);
    return finding;
}

struct finding directory_judge(const struct directory_facts *facts)
{
    static const char *const failures[DIRECTORY_NEEDS] = {
        [DIRECTORY_OPEN] = "cannot open",
        [DIRECTORY_CREATE] = "files cannot be created in",
        [DIRECTORY_REMOVE] = "files can be created, but not removed, in",
        [DIRECTORY_TAKE] = "files of other users cannot be moved out of",
    };
    const struct finding cause = finding_of_message(FINDING_WRONG, facts->rights);
    CLEANUP(free_text)
    char *because = *cause.message ? str_format("; it %s", cause.message) : strdup("");
    if (facts->missing)
        return judge_missing(facts, because ? because : "");
    struct finding finding = finding_wrong("%s %s: %s%s", failures[facts->need], facts->path,
        strerror(-facts->error), because ? because : "");
    advise(&finding, facts, *cause.remedy ? cause.remedy : "check its permissions");
    return finding;
}

/* ---- measurement ---- */

void directory_fail(struct directory_facts *facts, int fd, enum directory_need need, int error)
{
    facts->error = error;
    facts->need = need;
    if ((error == -EACCES || error == -EPERM) && fd >= 0)
        rights_words(fd, need == DIRECTORY_OPEN ? RIGHTS_LIST_DIRECTORY : RIGHTS_CHANGE_DIRECTORY,
            facts->rights);
}

static void try_probe_file(struct directory_facts *facts, int fd)
{
    CLEANUP(close_fd) int probe = probe_file_create(fd);
    int removed = probe < 0 ? 0 : probe_file_remove(fd);
    if (probe < 0)
        directory_fail(facts, fd, DIRECTORY_CREATE, probe);
    else if (removed < 0)
        directory_fail(facts, fd, DIRECTORY_REMOVE, removed);
}

void directory_try(struct directory_facts *facts, int fd)
{
    if (!directory_is_empty(fd))
        try_probe_file(facts, fd);
    else if (faccessat(fd, ".", W_OK | X_OK, AT_EACCESS) < 0)
        directory_fail(facts, fd, DIRECTORY_CREATE, -errno);
}

static int open_there(int root, const char *path)
{
    if (*path != '/')
        return safe_open_path(root, path);
    int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

/** What is above a path; NULL above "/" and a plain name, and if out of memory. */
static char *above_of(const char *path)
{
    CLEANUP(free_text) char *above = path_directory(path);
    if (!above || *above)
        return TAKE_PTR(above);
    return *path == '/' && path[1] ? strdup("/") : NULL;
}

int directory_open_existing(int root, const char *path, char **ret_existing)
{
    CLEANUP(free_text) char *at = strdup(path);
    while (at) {
        int fd = open_there(root, at);
        if (fd != -ENOENT) {
            *ret_existing = TAKE_PTR(at);
            return fd;
        }
        char *above = above_of(at);
        free(at);
        at = above;
    }
    return -ENOENT;
}
