/** Tries the directories of a folder, by a probe file in each. */
#include "folder_rights.h"

#include "probe_file.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/str.h"
#include "closedrop/files/destination.h"
#include "closedrop/files/path.h"
#include "closedrop/files/put_away.h"
#include "closedrop/files/safe_open.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

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

struct finding folder_rights_judge(const struct directory_facts *facts)
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

/** What the checks of one folder share. */
struct tour {
    const struct diagnosis *diagnosis;
    const struct folder *folder;
    int root;
    bool has_failed;
    struct str good; /* the directories in which everything can be done */
};

/** Note a failure in `directory`. */
static void fail(struct directory_facts *facts, int directory, enum directory_need need, int error)
{
    facts->error = error;
    facts->need = need;
    if ((error == -EACCES || error == -EPERM) && directory >= 0)
        rights_words(directory,
            need == DIRECTORY_OPEN ? RIGHTS_LIST_DIRECTORY : RIGHTS_CHANGE_DIRECTORY,
            facts->rights);
}

static void try_probe_file(int directory, struct directory_facts *facts)
{
    CLEANUP(close_fd) int probe = probe_file_create(directory);
    int removed = probe < 0 ? 0 : probe_file_remove(directory);
    if (probe < 0)
        fail(facts, directory, DIRECTORY_CREATE, probe);
    else if (removed < 0)
        fail(facts, directory, DIRECTORY_REMOVE, removed);
}

static void try_directory(int directory, struct directory_facts *facts)
{
    if (!directory_is_empty(directory))
        try_probe_file(directory, facts);
    else if (faccessat(directory, ".", W_OK | X_OK, AT_EACCESS) < 0)
        fail(facts, directory, DIRECTORY_CREATE, -errno);
}

static void report(struct tour *tour, const struct directory_facts *facts)
{
    if (!facts->error) {
        str_printf(&tour->good, "%s%s", tour->good.length ? ", " : "", facts->path);
        return;
    }
    struct finding finding = folder_rights_judge(facts);
    if (tour->folder->after_upload == AFTER_KEEP) /* nothing but failed files is moved */
        finding.result = FINDING_WARNING;
    diagnosis_add(tour->diagnosis, "rights", tour->folder->name, finding);
    tour->has_failed = true;
}

/** In a sticky directory, files of others can be read, but not put away. */
static bool is_sticky_for_us(int directory)
{
    struct stat stat;
    return fstat(directory, &stat) == 0 && stat.st_mode & S_ISVTX && stat.st_uid != geteuid() &&
           geteuid() != 0;
}

static void try_folder(struct tour *tour)
{
    struct directory_facts facts = {.path = tour->folder->path};
    try_directory(tour->root, &facts);
    if (!facts.error && is_sticky_for_us(tour->root))
        fail(&facts, tour->root, DIRECTORY_TAKE, -EPERM);
    report(tour, &facts);
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

/**
 * Open the longest part of a path that exists, which the caller frees. Returns a descriptor or a
 * negative errno; -ENOENT: not even a part exists.
 */
static int open_existing(int root, const char *path, char **ret_existing)
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

/** A directory that files are put into, or what exists of it. */
static void try_destination(struct tour *tour, const char *pattern)
{
    CLEANUP(free_text) char *wanted = destination_path(pattern, clock_wall_ms(), "x");
    CLEANUP(free_text) char *existing = NULL;
    CLEANUP(close_fd) int fd = wanted ? open_existing(tour->root, wanted, &existing) : -ENOMEM;
    if (!existing) /* it will be created in the folder, where this was tried */
        return;
    CLEANUP(free_text) char *path = path_normal(tour->folder->path, existing);
    struct directory_facts facts = {.path = path ? path : existing,
        .missing = *wanted == '/' && strcmp(wanted, existing) != 0 ? wanted : NULL};
    if (fd < 0)
        fail(&facts, -1, DIRECTORY_OPEN, fd);
    else
        try_directory(fd, &facts);
    report(tour, &facts);
}

static void report_foreign_staging(struct tour *tour, const char *path, uid_t uid)
{
    char its[ACCOUNT_NAME], ours[ACCOUNT_NAME];
    struct finding finding = finding_wrong("%s belongs to %s, so %s cannot use it", path,
        account_user(uid, its), account_user(geteuid(), ours));
    finding_remedy(
        &finding, "unless another closedrop runs as %s: chown -R %s %s", its, ours, path);
    diagnosis_add(tour->diagnosis, "rights", tour->folder->name, finding);
    tour->has_failed = true;
}

/** It must be ours; the agent creates it if it is missing. */
static void try_staging(struct tour *tour)
{
    struct stat stat;
    CLEANUP(close_fd) int fd = safe_open_path(tour->root, STAGING_NAME);
    CLEANUP(free_text) char *path = path_join(tour->folder->path, STAGING_NAME);
    struct directory_facts facts = {.path = path ? path : STAGING_NAME};
    if (fd == -ENOENT)
        return;
    if (fd >= 0 && fstat(fd, &stat) == 0 && S_ISDIR(stat.st_mode) && stat.st_uid != geteuid()) {
        report_foreign_staging(tour, facts.path, stat.st_uid);
        return;
    }
    if (fd < 0 || faccessat(fd, ".", R_OK | W_OK | X_OK, AT_EACCESS) < 0)
        fail(&facts, fd, DIRECTORY_OPEN, fd < 0 ? fd : -errno);
    report(tour, &facts);
}

void folder_rights_probe(const struct diagnosis *diagnosis, const struct folder *folder, int root)
{
    struct tour tour = {diagnosis, folder, root, false, STR_INIT(16384)};
    try_folder(&tour);
    try_staging(&tour);
    if (folder->after_upload == AFTER_ARCHIVE)
        try_destination(&tour, folder->archive);
    try_destination(&tour, folder->failed);
    if (!tour.has_failed)
        diagnosis_add(diagnosis, "rights", folder->name,
            finding_ok("files can be created and removed in %s", str_text(&tour.good)));
    str_release(&tour.good);
}

void folder_rights_report_closed(
    const struct diagnosis *diagnosis, const struct folder *folder, int root, int error)
{
    struct directory_facts facts = {.path = folder->path};
    fail(&facts, root, DIRECTORY_OPEN, error);
    diagnosis_add(diagnosis, "rights", folder->name, folder_rights_judge(&facts));
}
