/**
 * Directories that people dragged in with their files: once these are put away, they go as well.
 */
#define LOG_MODULE "worker"

#include "errand_rows.h"
#include "worker_state.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/log.h"
#include "closedrop/files/identity_wire.h"
#include "closedrop/files/path.h"
#include "closedrop/files/safe_open.h"
#include "closedrop/queue/queue.h"
#include "closedrop/queue/reading.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/** How long before its directory's last change a file's outcome can have come, at the most. */
#define PUTTING_AWAY_MS 60000
/** How far a file server's clock may be behind. */
#define CLOCKS_DIFFER_MS 2000

static bool is_unchanged(int directory, const struct file_state *seen)
{
    struct file_state state;
    return file_state_read(directory, &state) == 0 && file_state_equal(&state, seen);
}

/**
 * From when on a file must have been put away to have come out of this very directory, and not out
 * of one of its name that is long gone: since its birth. Where that is not known, so shortly before
 * its last change that this was it.
 */
static int64_t beginning_of(int directory, const struct file_state *seen)
{
    struct statx stat;
    if (statx(directory, "", AT_EMPTY_PATH, STATX_BTIME, &stat) == 0 && stat.stx_mask & STATX_BTIME)
        return stat.stx_btime.tv_sec * 1000 + stat.stx_btime.tv_nsec / 1000000;
    return seen->identity.mtime_ns / 1000000 - PUTTING_AWAY_MS;
}

/** rmdir(2) takes nothing but a directory that is empty. 0 or a negative errno. */
static int remove_directory(int root, const char *path)
{
    CLEANUP(free_text) char *parent_path = path_directory(path);
    CLEANUP(close_fd) int parent = parent_path ? safe_open_directory(root, parent_path) : -ENOMEM;
    if (parent < 0)
        return parent;
    return unlinkat(parent, path_name(path), AT_REMOVEDIR) < 0 ? -errno : 0;
}

/**
 * Asked twice: first, of an unchanged directory, from when on a file must have been put away to
 * have come out of it; then, if the queue knows of one, to remove it.
 */
struct emptied {
    char *path;
    struct file_state seen;
    bool is_to_go;
};

static void emptied_to_wire(struct str *out, const struct emptied *emptied)
{
    wire_add_text(out, emptied->path);
    file_state_to_wire(out, &emptied->seen);
    wire_add_number(out, emptied->is_to_go);
}

/** False if it is broken; the path is to be freed in any case. */
static bool emptied_from_wire(struct wire *wire, struct emptied *emptied)
{
    emptied->path = wire_whole_text(wire);
    file_state_from_wire(wire, &emptied->seen);
    emptied->is_to_go = wire_number_in(wire, 0, 1);
    return !wire->broken && path_is_plain_relative(emptied->path);
}

/** Answer with the question, and the outcome. */
static void examine(int root, const struct emptied *emptied, struct str *answer)
{
    CLEANUP(close_fd) int directory = safe_open_directory(root, emptied->path);
    if (directory < 0 || !is_unchanged(directory, &emptied->seen))
        return;
    emptied_to_wire(answer, emptied);
    wire_add_number(answer, emptied->is_to_go ? remove_directory(root, emptied->path)
                                              : beginning_of(directory, &emptied->seen));
}

void emptied_run(const struct folder *folder, struct wire *question, struct str *answer)
{
    struct emptied emptied = {.path = NULL};
    CLEANUP(close_fd) int root = safe_open_root(folder->path);
    if (emptied_from_wire(question, &emptied) && root >= 0)
        examine(root, &emptied, answer);
    free(emptied.path);
}

static void ask(struct worker *worker, size_t folder, const struct emptied *emptied)
{
    struct str question = STR_INIT(FRAME_MAX / 2);
    emptied_to_wire(&question, emptied);
    (void)errand_begin(worker, folder, ERRAND_EMPTIED, &question); /* the next scan sees it again */
}

static bool was_emptied(
    struct worker *worker, const char *folder, const struct emptied *emptied, int64_t since_ms)
{
    /* taking a file out of it was its last change, or before that */
    int64_t until_ms = emptied->seen.identity.mtime_ns / 1000000 + CLOCKS_DIFFER_MS;
    return queue_has_put_away(worker->queue, folder, emptied->path, since_ms, until_ms);
}

/** Somebody else was there first, or has something in it again. */
static bool is_of_no_matter(int error)
{
    return error == -ENOTEMPTY || error == -EEXIST || error == -ENOENT || error == -ENOTDIR;
}

static void tell(struct folder_view *view, const char *path, int result)
{
    if (result == 0)
        log_info(
            "folder %s: the directory %s was emptied and is removed", view->folder->name, path);
    else if (!is_of_no_matter(result) && !view->told_unremovable)
        log_warn("folder %s: the directory %s was emptied but cannot be removed: %s; give the user "
                 "closedrop runs as write permission on its parent directory, or set remove_empty "
                 "= false",
            view->folder->name, path, strerror(-result));
    view->told_unremovable = result != 0 && !is_of_no_matter(result);
}

void emptied_take(struct worker *worker, const struct errand_answer *answer)
{
    struct folder_view *view = &worker->folders[answer->folder];
    struct emptied emptied = {.path = NULL};
    bool is_right = emptied_from_wire(answer->wire, &emptied);
    int64_t result = wire_number(answer->wire);
    if (is_right && wire_is_read(answer->wire)) {
        if (emptied.is_to_go) {
            tell(view, emptied.path, (int)result);
        } else if (was_emptied(worker, view->folder->name, &emptied, result)) {
            emptied.is_to_go = true;
            ask(worker, answer->folder, &emptied);
        }
    }
    free(emptied.path);
}

void worker_remove_emptied(
    struct worker *worker, size_t index, const char *path, const struct file_state *seen)
{
    struct emptied emptied = {.path = strdup(path), .seen = *seen};
    if (emptied.path)
        ask(worker, index, &emptied);
    free(emptied.path);
}
