/** Asks the file systems for their free space. */
#include "disk.h"

#include "directory.h"

#include "closedrop/base/account.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/str.h"
#include "closedrop/base/units.h"
#include "closedrop/queue/ballast.h"

#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

/** Room for texts, and for directories that are created. */
#define FOLDER_NEEDED (1LL * 1024 * 1024)
/** Less than this, and less than that part of a disk, will not last long. */
#define LITTLE (1024LL * 1024 * 1024)
#define LITTLE_PART 20

/* ---- judgement ---- */

/** "3 MiB of 12 GiB" */
static void add_sizes(struct str *out, int64_t part, int64_t whole)
{
    units_print_size(out, part);
    str_add(out, " of ");
    units_print_size(out, whole);
}

static struct finding judge_full(const struct disk_facts *facts, const char *sizes)
{
    struct str needed = STR_INIT(64);
    units_print_size(&needed, facts->needed);
    struct finding finding =
        finding_wrong("the disk of %s is nearly full: %s are free, and closedrop needs %s",
            facts->path, sizes, str_text(&needed));
    str_release(&needed);
    return finding;
}

struct finding disk_judge(const struct disk_facts *facts)
{
    struct str sizes = STR_INIT(64);
    struct finding finding;
    add_sizes(&sizes, facts->unused, facts->total);
    if (facts->unused < facts->needed)
        finding = judge_full(facts, str_text(&sizes));
    else if (facts->has_no_inodes)
        finding = finding_wrong(
            "no files can be created on the disk of %s: it has no inodes left", facts->path);
    else if (facts->unused < LITTLE && facts->unused < facts->total / LITTLE_PART)
        finding = finding_warning(
            "the disk of %s will soon be full: only %s are free", facts->path, str_text(&sizes));
    else
        finding = finding_ok("%s are free on the disk of %s", str_text(&sizes), facts->path);
    if (finding.result != FINDING_OK)
        finding_remedy(&finding, "free some space there; see df %s %s",
            facts->has_no_inodes ? "-i" : "-h", facts->path);
    str_release(&sizes);
    return finding;
}

/* ---- measurement ---- */

/** False if the file system does not say. */
static bool measure(int fd, struct disk_facts *facts)
{
    struct statvfs disk;
    if (fstatvfs(fd, &disk) < 0 || disk.f_blocks == 0)
        return false;
    bool is_root = geteuid() == 0;
    facts->total = (int64_t)(disk.f_blocks * disk.f_frsize);
    facts->unused = (int64_t)((is_root ? disk.f_bfree : disk.f_bavail) * disk.f_frsize);
    facts->has_no_inodes = disk.f_files && (is_root ? disk.f_ffree : disk.f_favail) == 0;
    return true;
}

void disk_probe(
    const struct diagnosis *diagnosis, const struct folder *folder, const char *path, int fd)
{
    struct disk_facts facts = {.path = path, .needed = FOLDER_NEEDED};
    if (measure(fd, &facts))
        diagnosis_add(diagnosis, "disk", folder->name, disk_judge(&facts));
}

/** The agent holds some of it back, which counts as free. */
static void probe_state_disk(const struct diagnosis *diagnosis, int fd)
{
    struct disk_facts facts = {.path = diagnosis->config->state_dir};
    struct ballast *ballast = ballast_new(facts.path);
    struct room room = ballast ? ballast_room(ballast) : (struct room){0};
    ballast_free(ballast);
    if (!measure(fd, &facts))
        return;
    facts.needed = room.needed;
    if (room.needed) /* else there is no such directory yet */
        facts.unused = room.unused;
    diagnosis_add(diagnosis, "disk", NULL, disk_judge(&facts));
}

/** The unit creates it, too (StateDirectory=), but not for a closedrop that is started by hand. */
static void advise_creating(struct finding *finding, const char *directory)
{
    char user[ACCOUNT_NAME];
    finding_remedy(finding, "install -d -o %s -m 700 %s", account_user(geteuid(), user), directory);
}

static struct finding judge_state(const struct directory_facts *facts, const char *wanted)
{
    if (!facts->error)
        return finding_ok(
            facts->missing ? "%s can be created" : "files can be created and removed in %s",
            wanted);
    struct finding finding = directory_judge(facts);
    if (facts->missing)
        advise_creating(&finding, wanted);
    return finding;
}

void disk_probe_state(const struct diagnosis *diagnosis)
{
    const char *wanted = diagnosis->config->state_dir;
    CLEANUP(free_text) char *existing = NULL;
    CLEANUP(close_fd) int fd = directory_open_existing(-1, wanted, &existing);
    struct directory_facts facts = {.path = existing ? existing : wanted,
        .missing = existing && strcmp(existing, wanted) != 0 ? wanted : NULL};
    if (fd < 0)
        directory_fail(&facts, -1, DIRECTORY_OPEN, fd);
    else
        directory_try(&facts, fd);
    diagnosis_add(diagnosis, "state", NULL, judge_state(&facts, wanted));
    if (fd >= 0)
        probe_state_disk(diagnosis, fd);
}
