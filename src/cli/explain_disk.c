/** Examines one file in another process, which sends back what it found out. */
#include "explain_disk.h"

#include "spelling.h"
#include "writers.h"

#include "closedrop/base/array.h"
#include "closedrop/base/cleanup.h"
#include "closedrop/base/closed_directory.h"
#include "closedrop/base/str.h"
#include "closedrop/base/wire.h"
#include "closedrop/config/own_files.h"
#include "closedrop/files/apart.h"
#include "closedrop/files/companion.h"
#include "closedrop/files/inode.h"
#include "closedrop/files/path.h"
#include "closedrop/files/rights.h"
#include "closedrop/files/safe_open.h"
#include "closedrop/intake/complete.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- in the other process: the file ---- */

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
    CLEANUP(close_fd) int fd = open(facts->found, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        bool is_gone = errno == ENOENT || errno == ENOTDIR;
        facts->kind = is_gone ? FILE_GONE : FILE_HIDDEN;
        facts->hidden = is_gone ? NULL : hidden_words(facts->found, errno);
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
    if (facts->kind != FILE_DIRECTORY || inode_at(AT_FDCWD, facts->found, &its) < 0)
        return;
    for (size_t i = 0; i < config->folder_count && !facts->root; i++)
        if (!place_is_out_of_reach(&config->folders[i], facts->found) &&
            inode_at(AT_FDCWD, config->folders[i].path, &other) == 0 && inode_equal(&its, &other))
            facts->root = &config->folders[i];
}

static void check_folder(struct facts *facts)
{
    if (!facts->place.folder)
        return;
    CLEANUP(close_fd) int fd = open(facts->place.folder->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    facts->is_folder_missing = fd < 0;
}

static int find(struct facts *facts)
{
    facts->found = spelling_find(facts->given);
    int result = facts->found ? place_find(facts->config, facts->found, &facts->place) : -ENOMEM;
    if (result < 0 || (result = inspect(facts)) < 0)
        return result;
    facts->resolved = place_resolve(facts->found);
    check_folder(facts);
    find_root(facts);
    return 0;
}

/* ---- in the other process: what is next to it, and in it ---- */

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

static int read_file(struct facts *facts)
{
    find_companions(facts);
    inspect_contents(facts);
    return 0;
}

/* ---- between the two ---- */

/** The texts that find() and read_file() add: the other process has them in memory of its own. */
static const size_t found_texts[] = {offsetof(struct facts, found),
    offsetof(struct facts, place.path), offsetof(struct facts, resolved),
    offsetof(struct facts, hidden)};
static const size_t read_texts[] = {offsetof(struct facts, writers)};

struct examination {
    int (*examine)(struct facts *facts);
    const size_t *texts;
    size_t count;
    struct facts *facts;
    int result;
};

static char **text_at(struct facts *facts, size_t offset)
{
    void *at = (char *)facts + offset;
    return at;
}

static void examine(const void *subject)
{
    const struct examination *examination = subject;
    struct str message = STR_INIT(APART_MESSAGE_MAX);
    wire_add_number(&message, examination->examine(examination->facts));
    wire_add_bytes(&message, examination->facts, sizeof(*examination->facts));
    for (size_t i = 0; i < examination->count; i++)
        wire_add_text(&message, *text_at(examination->facts, examination->texts[i]));
    apart_tell(str_text(&message), message.length);
}

static void take(void *context, const void *message, size_t length)
{
    struct examination *examination = context;
    struct wire wire = {.at = message, .left = length};
    examination->result = (int)wire_number(&wire);
    (void)wire_bytes(&wire, examination->facts, sizeof(*examination->facts));
    for (size_t i = 0; i < examination->count; i++)
        *text_at(examination->facts, examination->texts[i]) = wire_text(&wire);
    if (wire.broken)
        examination->result = -ENOMEM;
}

/** Returns 0, -ENOMEM, or another error of apart_run(). */
static int run(struct examination *examination)
{
    const struct apart apart = {.path = examination->facts->given,
        .examine = examine,
        .subject = examination,
        .take = take,
        .context = examination,
        .patience_ms = examination->facts->config->limits.timeout_ms};
    int result = apart_run(&apart);
    return result < 0 ? result : examination->result;
}

/** The file is there for all that is known. */
static int note_unanswered(struct facts *facts, int error)
{
    facts->kind = FILE_UNANSWERED;
    facts->unanswered = apart_words(facts->given, error);
    facts->unanswered_remedy = apart_remedy(error);
    return facts->unanswered ? 0 : -ENOMEM;
}

int disk_find(struct facts *facts)
{
    struct examination examination = {find, found_texts, COUNT(found_texts), facts, -ENOMEM};
    int result = run(&examination);
    if (result == 0 || result == -ENOMEM)
        return result;
    if (place_find_as_spelled(facts->config, facts->given, &facts->place) < 0)
        return -ENOMEM;
    return note_unanswered(facts, result);
}

int disk_read(struct facts *facts)
{
    struct examination examination = {read_file, read_texts, COUNT(read_texts), facts, -ENOMEM};
    int result = run(&examination);
    return result == 0 || result == -ENOMEM ? result : note_unanswered(facts, result);
}
