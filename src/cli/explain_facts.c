/** Collects the facts about one file: what the configuration and the disk say, and who is asked. */
#include "explain.h"

#include "explain_asked.h"
#include "situation_words.h"
#include "writers.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/closed_directory.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/config/own_files.h"
#include "closedrop/files/companion.h"
#include "closedrop/files/inode.h"
#include "closedrop/files/path.h"
#include "closedrop/files/rights.h"
#include "closedrop/files/safe_open.h"
#include "closedrop/intake/complete.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the disk ---- */

static enum file_kind kind_of(mode_t mode)
{
    return S_ISREG(mode)   ? FILE_REGULAR
           : S_ISDIR(mode) ? FILE_DIRECTORY
           : S_ISLNK(mode) ? FILE_LINK
                           : FILE_SPECIAL;
}

/** Why the path cannot be followed; whoever asks may lack rights that the agent has. */
static char *hidden_words(const char *path, int error)
{
    char words[RIGHTS_WORDS];
    CLEANUP(free_text) char *closed = error == EACCES ? closed_directory(path) : NULL;
    if (!closed)
        return strdup(strerror(error));
    CLEANUP(close_fd) int fd = open(closed, O_PATH | O_CLOEXEC);
    return str_format("the directory %s may not be entered: it %s", closed,
        rights_words(fd, RIGHTS_LIST_DIRECTORY, words));
}

static int inspect(struct facts *facts)
{
    CLEANUP(close_fd) int fd = open(facts->given, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        bool is_gone = errno == ENOENT || errno == ENOTDIR;
        facts->kind = is_gone ? FILE_GONE : FILE_HIDDEN;
        facts->hidden = is_gone ? NULL : hidden_words(facts->given, errno);
        return is_gone || facts->hidden ? 0 : -ENOMEM;
    }
    if (file_state_read(fd, &facts->state) < 0)
        return 0; /* as if it were gone: a moment ago, it was there */
    facts->kind = kind_of(facts->state.mode);
    facts->is_own = facts->kind == FILE_REGULAR && !facts->is_partial &&
                    own_file(facts->config, &facts->state) > 0;
    return 0;
}

/** Whether it is a drop folder itself, by whatever path. */
static void find_root(struct facts *facts)
{
    struct inode its, other;
    const struct config *config = facts->config;
    if (facts->kind != FILE_DIRECTORY || inode_at(AT_FDCWD, facts->given, &its) < 0)
        return;
    for (size_t i = 0; i < config->folder_count && !facts->root; i++)
        if (inode_at(AT_FDCWD, config->folders[i].path, &other) == 0 && inode_equal(&its, &other))
            facts->root = &config->folders[i];
}

static void judge_name(struct facts *facts)
{
    const struct place *place = &facts->place;
    if (!place->folder || place->whereabouts != AMONG_DROPPED)
        return;
    facts->filtered = facts->kind == FILE_DIRECTORY
                          ? filter_judge_directory(place->folder, place->path)
                          : filter_judge(place->folder, place->path);
}

static void check_folder(struct facts *facts)
{
    if (!facts->place.folder)
        return;
    CLEANUP(close_fd) int fd = open(facts->place.folder->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    facts->is_folder_missing = fd < 0;
}

/* ---- a file without a job ---- */

static bool is_beside(int directory, const char *pattern, const char *path)
{
    CLEANUP(free_text) char *companion = companion_path(directory, pattern, path);
    return companion && faccessat(directory, companion, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static void find_companions(struct facts *facts)
{
    const struct folder *folder = facts->place.folder;
    CLEANUP(close_fd) int directory = safe_open_root(folder->path);
    if (directory < 0)
        return;
    if (*folder->marker && !is_beside(directory, folder->marker, facts->place.path))
        facts->lacks = COMPANION_MARKER;
    else if (folder->sidecar && !is_beside(directory, SIDECAR_PATTERN, facts->place.path))
        facts->lacks = COMPANION_SIDECAR;
}

static void inspect_contents(struct facts *facts)
{
    struct inode inode;
    CLEANUP(close_fd)
    int fd = open(facts->given, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC);
    const struct bytes bytes = {facts->state.identity.size, bytes_read_file, &fd, NULL};
    if (inode_at(AT_FDCWD, facts->given, &inode) == 0)
        facts->writers = writers_find(&inode);
    if (fd >= 0)
        facts->cut = complete_find_cut(&bytes, path_name(facts->given));
}

int facts_collect(
    struct facts *facts, const struct desk *desk, const char *given, struct str *trouble)
{
    *facts = (struct facts){
        .config = desk->config, .is_partial = desk->config->is_partial, .given = given};
    int result = place_find(desk->config, given, &facts->place);
    if (result < 0 || (result = inspect(facts)) < 0)
        return result;
    check_folder(facts);
    find_root(facts);
    judge_name(facts);
    facts_ask(facts, trouble);
    if (fact_may_be_taken(facts)) {
        find_companions(facts);
        inspect_contents(facts);
    }
    return 0;
}

void facts_release(struct facts *facts)
{
    place_release(&facts->place);
    free(facts->hidden);
    free(facts->writers);
    json_free(facts->status);
    json_free(facts->answer);
    json_free(facts->progress);
}
