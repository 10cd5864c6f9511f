/** Walks through a folder as a scan does, and counts. */
#include "folder_files.h"

#include "folder_events.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/files/companion.h"
#include "closedrop/files/filesystem.h"
#include "closedrop/files/path.h"
#include "closedrop/files/rights.h"
#include "closedrop/files/safe_open.h"
#include "closedrop/intake/filter.h"
#include "closedrop/intake/scan.h"
#include "closedrop/rules/sidecar.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define TIME_MAX_MS 5000
#define ENTRIES_PER_STEP 32
/** Fewer files say nothing about who drops them. */
#define OWNER_KNOWN_FROM 5

/* ---- judgement ---- */

static const char *at_least(const struct files_facts *facts)
{
    return facts->is_part ? "at least " : "";
}

static struct finding judge_bad(
    const struct bad_files *bad, const char *one, const char *several, const char *remedy)
{
    const struct finding cause = finding_of_message(FINDING_WRONG, bad->why);
    struct finding finding = finding_wrong("%" PRId64 " %s cannot be read; the first is %s: %s",
        bad->count, bad->count == 1 ? one : several, bad->first, cause.message);
    finding_remedy(&finding, "for %s: %s", bad->first, *cause.remedy ? cause.remedy : remedy);
    return finding;
}

struct finding folder_files_judge_readable(const struct files_facts *facts)
{
    if (facts->unreadable.count)
        return judge_bad(&facts->unreadable, "file or directory", "files and directories",
            "check its permissions");
    return finding_ok("%s%" PRId64 " document%s in %" PRId64 " director%s, all readable",
        at_least(facts), facts->documents, facts->documents == 1 ? "" : "s", facts->directories,
        facts->directories == 1 ? "y" : "ies");
}

struct finding folder_files_judge_sidecars(const struct files_facts *facts)
{
    if (facts->bad_sidecars.count)
        return judge_bad(&facts->bad_sidecars, "sidecar", "sidecars", "have it written again");
    return finding_ok("%s%" PRId64 " of %" PRId64 " documents have one, all readable",
        at_least(facts), facts->sidecars, facts->documents);
}

bool folder_files_judge_watches(
    const struct files_facts *facts, const struct watch_limit *limit, struct finding *ret_finding)
{
    if (limit->value < 0 || facts->directories <= limit->value / 4 * 3)
        return false;
    *ret_finding = finding_warning("%s%" PRId64 " directories to watch, and the limit is %" PRId64
                                   " watches for all programs of a user: what exceeds it is polled",
        at_least(facts), facts->directories, limit->value);
    folder_events_raise_limit(ret_finding, limit, watch_limit_raised(limit, facts->directories));
    return true;
}

bool folder_files_judge_owner(const struct files_facts *facts, struct finding *ret_finding)
{
    if (facts->documents < OWNER_KNOWN_FROM || !facts->has_one_owner)
        return false;
    *ret_finding = finding_ok("all documents belong to %s; if several people drop them, the file "
                              "server writes them all as this user (\"force user\" in smb.conf), "
                              "and nobody can tell who dropped which",
        facts->owner);
    return true;
}

/* ---- measurement ---- */

struct survey {
    const struct folder *folder;
    int root;
    int64_t now_ms;
    uid_t owner;
    struct files_facts facts;
};

static void note_bad(
    const struct survey *survey, struct bad_files *bad, const char *path, const char *why)
{
    if (bad->count++)
        return;
    snprintf(bad->first, sizeof(bad->first), "%s/%s", survey->folder->path, path);
    snprintf(bad->why, sizeof(bad->why), "%s", why);
}

static void note_denied(const struct survey *survey, struct bad_files *bad, const char *path,
    int path_fd, enum rights_need need)
{
    char words[RIGHTS_WORDS];
    CLEANUP(free_text) char *why = str_format("it %s", rights_words(path_fd, need, words));
    note_bad(survey, bad, path, why ? why : "");
}

/** Without opening it: that would break the leases of others. */
static bool is_denied(int path_fd)
{
    return faccessat(path_fd, "", R_OK, AT_EMPTY_PATH | AT_EACCESS) < 0 && errno == EACCES;
}

static int read_sidecar(int path_fd, struct str *why)
{
    CLEANUP(json_freep) struct json *values = json_object();
    CLEANUP(close_fd) int fd = safe_reopen_file(path_fd);
    struct str text = STR_INIT(SIDECAR_MAX);
    int result = fd < 0 ? fd : str_add_file(&text, fd);
    if (result == -E2BIG)
        str_printf(why, "it is larger than the maximum of %d KB", SIDECAR_MAX / 1024);
    else if (result < 0)
        str_add(why, strerror(-result));
    else
        result = sidecar_read(str_text(&text), text.length, values, why);
    str_release(&text);
    return result;
}

/** It may still be written. */
static bool is_young(const struct survey *survey, const struct stat *stat)
{
    return survey->now_ms - stat->st_mtim.tv_sec * 1000 < survey->folder->incomplete_ms;
}

static void take_sidecar(struct survey *survey, const char *document)
{
    struct stat stat;
    struct str why = STR_INIT(1024);
    struct bad_files *bad = &survey->facts.bad_sidecars;
    CLEANUP(free_text) char *path = companion_path(survey->root, SIDECAR_PATTERN, document);
    CLEANUP(close_fd) int path_fd = path ? safe_open_path(survey->root, path) : -ENOMEM;
    if (path_fd < 0 || fstat(path_fd, &stat) < 0)
        return;
    survey->facts.sidecars++;
    if (is_denied(path_fd))
        note_denied(survey, bad, path, path_fd, RIGHTS_READ_FILE);
    else if (!is_young(survey, &stat) && read_sidecar(path_fd, &why) < 0)
        note_bad(survey, bad, path, str_text(&why));
    str_release(&why);
}

static void take_owner(struct survey *survey, uid_t uid)
{
    struct files_facts *facts = &survey->facts;
    facts->has_one_owner = !facts->documents || (facts->has_one_owner && uid == survey->owner);
    survey->owner = uid;
}

static void take_entry(void *context, const char *path)
{
    struct survey *survey = context;
    struct stat stat;
    CLEANUP(close_fd)
    int path_fd = filter_takes(survey->folder, path) ? safe_open_path(survey->root, path) : -ENOENT;
    if (path_fd < 0 || fstat(path_fd, &stat) < 0 || !S_ISREG(stat.st_mode))
        return;
    take_owner(survey, stat.st_uid);
    survey->facts.documents++;
    if (is_denied(path_fd))
        note_denied(survey, &survey->facts.unreadable, path, path_fd, RIGHTS_READ_FILE);
    if (survey->folder->sidecar)
        take_sidecar(survey, path);
}

static bool take_directory(void *context, const char *path)
{
    struct survey *survey = context;
    (void)path;
    survey->facts.directories++;
    return true;
}

static void take_closed(void *context, const char *path)
{
    struct survey *survey = context;
    CLEANUP(close_fd) int path_fd = safe_open_path(survey->root, path);
    if (path_fd >= 0)
        note_denied(survey, &survey->facts.unreadable, path, path_fd, RIGHTS_LIST_DIRECTORY);
}

static void ignore_empty(void *context, const char *path, int directory)
{
    (void)context;
    (void)path;
    (void)directory;
}

static void take_missed(void *context, int error)
{
    struct survey *survey = context;
    survey->facts.is_part |= error != -EACCES;
}

static void ignore_unreachable(void *context)
{
    (void)context; /* the scan itself reports it */
}

static void walk(struct survey *survey, const struct config *config)
{
    const struct scan_calls calls = {take_directory, take_entry, ignore_empty, take_closed,
        take_missed, ignore_unreachable, survey};
    int64_t end = clock_steady_ms() + TIME_MAX_MS;
    struct scan *scan = scan_new(config, survey->folder, survey->root, "", &calls);
    bool has_more = scan != NULL;
    while (has_more && clock_steady_ms() < end)
        has_more = scan_step(scan, ENTRIES_PER_STEP);
    survey->facts.is_part |= has_more || !scan;
    scan_free(scan);
    account_user(survey->owner, survey->facts.owner);
}

void folder_files_probe(const struct diagnosis *diagnosis, const struct folder *folder, int root)
{
    struct survey survey = {.folder = folder, .root = root, .now_ms = clock_wall_ms()};
    const struct files_facts *facts = &survey.facts;
    struct watch_limit limit;
    struct finding finding;
    walk(&survey, diagnosis->config);
    diagnosis_add(diagnosis, "files", folder->name, folder_files_judge_readable(facts));
    if (folder->sidecar)
        diagnosis_add(diagnosis, "sidecars", folder->name, folder_files_judge_sidecars(facts));
    if (folder_files_judge_owner(facts, &finding))
        diagnosis_add(diagnosis, "owners", folder->name, finding);
    if (folder->watch != WATCH_POLL && filesystem_of(root).tells_all &&
        watch_limit_of(-ENOSPC, &limit) && folder_files_judge_watches(facts, &limit, &finding))
        diagnosis_add(diagnosis, "watches", folder->name, finding);
}
