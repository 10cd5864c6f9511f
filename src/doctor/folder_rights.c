/** Tries the directories of a folder, by a probe file in each. */
#include "folder_rights.h"

#include "directory.h"
#include "disk.h"

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

/** What the checks of one folder share. */
struct tour {
    const struct diagnosis *diagnosis;
    const struct folder *folder;
    int root;
    bool has_failed;
    struct str good; /* the directories in which everything can be done */
};

static void report(struct tour *tour, const struct directory_facts *facts)
{
    if (!facts->error) {
        str_printf(&tour->good, "%s%s%s", tour->good.length ? ", " : "",
            facts->missing ? facts->missing : facts->path,
            facts->missing ? " (once it is created)" : "");
        return;
    }
    struct finding finding = directory_judge(facts);
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
    directory_try(&facts, tour->root);
    if (!facts.error && is_sticky_for_us(tour->root))
        directory_fail(&facts, tour->root, DIRECTORY_TAKE, -EPERM);
    report(tour, &facts);
}

static bool is_on_another_disk(int root, int fd)
{
    struct stat ours, its;
    return fstat(root, &ours) == 0 && fstat(fd, &its) == 0 && ours.st_dev != its.st_dev;
}

/** A directory that files are put into, or what exists of it. */
static void try_destination(struct tour *tour, const char *pattern)
{
    CLEANUP(free_text) char *wanted = destination_path(pattern, clock_wall_ms(), "x");
    CLEANUP(free_text) char *existing = NULL;
    CLEANUP(close_fd)
    int fd = wanted ? directory_open_existing(tour->root, wanted, &existing) : -ENOMEM;
    if (!existing) /* it will be created in the folder, where this was tried */
        return;
    CLEANUP(free_text) char *path = path_normal(tour->folder->path, existing);
    struct directory_facts facts = {.path = path ? path : existing,
        .missing = *wanted == '/' && strcmp(wanted, existing) != 0 ? wanted : NULL};
    if (fd < 0)
        directory_fail(&facts, -1, DIRECTORY_OPEN, fd);
    else
        directory_try(&facts, fd);
    report(tour, &facts);
    if (fd >= 0 && is_on_another_disk(tour->root, fd))
        disk_probe(tour->diagnosis, tour->folder, facts.path, fd);
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
        directory_fail(&facts, fd, DIRECTORY_OPEN, fd < 0 ? fd : -errno);
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
    directory_fail(&facts, root, DIRECTORY_OPEN, error);
    diagnosis_add(diagnosis, "rights", folder->name, directory_judge(&facts));
}
