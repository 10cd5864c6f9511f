/** A file opened and read for `closedrop match`, as the agent would, and refused where it would be.
 */
#include "match.h"
#include "named_file.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/config/own_files.h"
#include "closedrop/files/apart.h"
#include "closedrop/files/companion.h"
#include "closedrop/files/path.h"
#include "closedrop/intake/complete.h"
#include "closedrop/intake/settle.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/** There is such a file at all, and it may be read, before its name is judged. */
struct verdict match_open_file(struct match *match)
{
    struct stat stat_of;
    if (lstat(match->given, &stat_of) < 0)
        return named_file_missing(match->given, errno);
    match->mode = stat_of.st_mode;
    if (S_ISDIR(match->mode))
        return verdict_make(VERDICT_FAIL, "unreadable",
            "it is a directory; name the files in it: find DIRECTORY -type f -exec closedrop match "
            "{} +");
    if (!S_ISREG(match->mode))
        return verdict_make(VERDICT_NEXT, NULL, "cannot be opened");
    match->fd = open(match->given, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC);
    return match->fd < 0 ? named_file_missing(match->given, errno)
                         : verdict_make(VERDICT_NEXT, NULL, "open");
}

/** Why the agent never takes it, in words; NULL where it does. */
const char *match_leaves_out(const struct match *match)
{
    if (S_ISLNK(match->mode))
        return "it is ignored; it is a symbolic link, and those are never followed";
    if (match->is_behind_link)
        return "it is ignored; its path leads through a symbolic link, and those are never "
               "followed";
    if (!S_ISREG(match->mode))
        return "it is ignored; it is not a regular file, and only regular files are uploaded";
    struct file_state state;
    bool is_own =
        file_state_read(match->fd, &state) == 0 && own_file(match->session->config, &state) > 0;
    return is_own ? "closedrop itself uses it" : NULL;
}

static struct verdict cannot_read(const char *what, int error)
{
    return verdict_make(VERDICT_FAIL, "unreadable", "%s cannot be read: %s", what, strerror(error));
}

static struct verdict read_sidecar(struct match *match)
{
    CLEANUP(free_text) char *path = companion_path(AT_FDCWD, SIDECAR_PATTERN, match->given);
    CLEANUP(close_fd) int fd = path ? open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) : -1;
    if (path && fd < 0 && errno == ENOENT)
        return verdict_make(VERDICT_FAIL, "sidecar",
            "it waits for its sidecar %s, which does not exist", path_name(path));
    int result = fd < 0 ? -errno : str_add_file(&match->sidecar, fd);
    return result < 0 ? cannot_read("its sidecar", -result)
                      : verdict_make(VERDICT_NEXT, NULL, "read");
}

/** The hash is known only after an upload; whoever sees the JSON wants the real one. */
static int hash_file(int fd, char sha256[DIGEST_SHA256_HEX])
{
    char md5[DIGEST_MD5_HEX], piece[65536];
    struct digest *digest = digest_new();
    ssize_t got = -1;
    if (!digest)
        return ENOMEM;
    while ((got = read(fd, piece, sizeof(piece))) > 0) {
        digest_update(digest, piece, (size_t)got);
        apart_show_life();
    }
    digest_finish(digest, sha256, md5);
    digest_free(digest);
    return got < 0 ? errno : 0;
}

/** What the agent would refuse it for, once it is quiet and nobody writes to it. */
static struct verdict refuse_as_agent(const struct match *match)
{
    int fd = match->fd;
    const bool was_taken = match->whereabouts == AMONG_TAKEN;
    struct settle_findings inside = {.lease = LEASE_HELD};
    const struct bytes bytes = {match->state.identity.size, bytes_read_file, &fd, &inside.error};
    const struct settle_facts facts = {.now = match->folder->incomplete_ms,
        .moved_in = true,
        .judged = was_taken,
        .size = match->state.identity.size,
        .links = was_taken ? 1 : match->state.links,
        .age_ms = -1,
        .has_companions = true};
    struct settle_step step = settle_before_open(match->folder, &facts);
    if (step.kind == SETTLE_OPEN) {
        inside.cut = complete_find_cut(&bytes, path_name(match->path));
        step = settle_after_open(match->folder, &facts, &inside);
    }
    return step.kind == SETTLE_REFUSE ? verdict_make(VERDICT_FAIL, step.code, "%s", step.message)
                                      : verdict_make(VERDICT_NEXT, NULL, "finished");
}

struct verdict match_read_file(struct match *match)
{
    int result = file_state_read(match->fd, &match->state);
    if (result < 0)
        return cannot_read("it", -result);
    struct verdict verdict = refuse_as_agent(match);
    if (verdict.kind != VERDICT_NEXT)
        return verdict;
    content_type_guess(path_name(match->path), match->fd, match->content_type);
    int error = hash_file(match->fd, match->sha256);
    if (error)
        return cannot_read("it", error);
    return match->folder->sidecar ? read_sidecar(match) : verdict;
}
