/** Checks the files that must exist next to a document before it is taken: marker and sidecar. */
#include "companions.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/encoding.h"
#include "closedrop/base/json.h"
#include "closedrop/base/str.h"
#include "closedrop/files/companion.h"
#include "closedrop/files/path.h"
#include "closedrop/files/safe_open.h"
#include "closedrop/intake/batch.h"

#include <errno.h>
#include <sys/stat.h>

#define SIDECAR_CHECK_MAX 65536 /* a larger one is refused when it is used */

/** Open what is next to a file by `pattern`; a descriptor or a negative errno. */
static int open_beside(const struct watched *folder, const char *pattern, const char *path)
{
    CLEANUP(free_text) char *beside = companion_path(folder->root.fd, pattern, path);
    return beside ? safe_open_path(folder->root.fd, beside) : -ENOMEM;
}

/** The marker that is missing. Only a regular file counts as one. */
static enum companion find_marker(const struct watched *folder, const struct candidate *candidate)
{
    struct file_state state;
    const char *marker = folder->folder->marker;
    if (!*marker)
        return COMPANION_NONE;
    CLEANUP(close_fd) int path_fd = open_beside(folder, marker, candidate->path);
    if (path_fd < 0 || file_state_read(path_fd, &state) < 0 || !S_ISREG(state.mode))
        return COMPANION_MARKER;
    bool is_covered = !path_marker_is_of_batch(marker) ||
                      batch_covers(&state, candidate->first_ctime_ns, candidate->state.ctime_ns);
    return is_covered ? COMPANION_NONE : COMPANION_NEXT_MARKER;
}

/** Whether the JSON is truncated, as far as it can be read. Other errors are reported when it is
 * used. */
static bool is_cut(int fd)
{
    struct str bytes = STR_INIT(SIDECAR_CHECK_MAX);
    int result = str_add_file(&bytes, fd);
    size_t length = bytes.length;
    CLEANUP(free_text) char *text = str_take(&bytes);
    if (result < 0 || !text)
        return false;
    result = encoding_to_utf8(NULL, &text, &length);
    return result == -ENODATA || (result == 0 && json_is_cut(text, length));
}

/** Whether the sidecar is still being written, by a lease and by its quiet time, or is truncated.
 */
static void check_sidecar(const struct watched *folder, int path_fd, struct settle_facts *facts)
{
    struct file_state state;
    CLEANUP(close_fd) int fd = safe_reopen_file(path_fd);
    facts->companions_busy = fd == -EWOULDBLOCK;
    if (fd < 0 || file_state_read(fd, &state) < 0)
        return; /* other errors are reported when it is read */
    int64_t age_ms = clock_wall_ms() - state.ctime_ns / 1000000;
    bool is_young = age_ms >= 0 && age_ms < folder->folder->settle_ms;
    facts->companions_busy = lease_take(fd) == LEASE_REFUSED || is_young;
    facts->companions_changed = facts->now - age_ms;
    facts->companions_cut = folder->folder->rules[0] && !facts->companions_busy && is_cut(fd);
}

enum companion companions_check(
    const struct watched *folder, const struct candidate *candidate, struct settle_facts *facts)
{
    enum companion marker = find_marker(folder, candidate);
    facts->has_companions = marker == COMPANION_NONE;
    if (!facts->has_companions || !folder->folder->sidecar)
        return marker;
    CLEANUP(close_fd) int path_fd = open_beside(folder, SIDECAR_PATTERN, candidate->path);
    facts->has_companions = path_fd >= 0;
    if (path_fd >= 0)
        check_sidecar(folder, path_fd, facts);
    return path_fd < 0 || facts->companions_cut ? COMPANION_SIDECAR : COMPANION_NONE;
}
