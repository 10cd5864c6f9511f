/**
 * Takes the end marker of a batch out of the folder, as put_away.h does with files: by a rename
 * into `.closedrop/`, where nobody else can change it, and a second look there.
 */
#define LOG_MODULE "end_marker"

#include "closedrop/work/end_marker.h"

#include "errand_rows.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/base/clock.h"
#include "closedrop/base/log.h"
#include "closedrop/files/destination.h"
#include "closedrop/files/free_name.h"
#include "closedrop/files/identity_wire.h"
#include "closedrop/files/lease.h"
#include "closedrop/files/path.h"
#include "closedrop/files/put_away.h"
#include "closedrop/files/safe_open.h"
#include "closedrop/work/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/** Where it lies, where it goes, and what lies between. */
struct way {
    int root;
    int directory;
    int staging;
    struct destination destination;
};

static void leave(struct way *way)
{
    destination_close(&way->destination);
    close_fd(&way->staging);
    close_fd(&way->directory);
    close_fd(&way->root);
}

static int open_archive(const struct folder *folder, const char *path, struct way *way)
{
    if (folder->after_upload != AFTER_ARCHIVE)
        return 0;
    CLEANUP(free_text) char *archive = destination_path(folder->archive, clock_wall_ms(), path);
    return archive ? destination_open(way->root, archive, &way->destination) : -ENOMEM;
}

static int enter(const struct folder *folder, const char *path, struct way *way)
{
    CLEANUP(free_text) char *parent = path_directory(path);
    way->root = parent ? safe_open_root(folder->path) : -ENOMEM;
    way->directory = way->root < 0 ? way->root : safe_open_directory(way->root, parent);
    way->staging = way->directory < 0 ? way->directory : staging_open(way->root);
    return way->staging < 0 ? way->staging : open_archive(folder, path, way);
}

static bool is_untouched(int directory, const char *name, const struct file_state *seen)
{
    struct file_state state;
    CLEANUP(close_fd) int path_fd = safe_open_path(directory, name);
    if (path_fd < 0 || file_state_read(path_fd, &state) < 0 || !file_state_equal(&state, seen))
        return false;
    CLEANUP(close_fd) int fd = safe_reopen_file(path_fd);
    return fd != -EWOULDBLOCK && (fd < 0 || lease_take(fd) != LEASE_REFUSED);
}

/** Its rename into staging has changed its ctime, and nothing else. */
static bool is_the_same(int staging, const struct file_state *seen)
{
    struct file_state state;
    CLEANUP(close_fd) int path_fd = safe_open_path(staging, STAGED_END_MARKER);
    return path_fd >= 0 && file_state_read(path_fd, &state) == 0 &&
           identity_equal(&state.identity, &seen->identity);
}

/** It was written again as we took it. If there is another by now, that one covers the same files.
 */
static void give_back(const struct way *way, const char *name)
{
    if (rename_to_free_name(way->staging, STAGED_END_MARKER, way->directory, name) == -EEXIST)
        unlinkat(way->staging, STAGED_END_MARKER, 0);
}

static void send_on(const struct folder *folder, const struct way *way, const char *path)
{
    const struct destination *destination =
        folder->after_upload == AFTER_ARCHIVE ? &way->destination : NULL;
    put_away_companion(way->staging, STAGED_END_MARKER, destination, path_name(path));
    if (faccessat(way->staging, STAGED_END_MARKER, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
        log_warn(
            "folder %s: all files that %s covers were moved, but the marker itself cannot be moved "
            "to the archive; it stays in %s/%s",
            folder->name, path, STAGING_NAME, STAGED_END_MARKER);
    else
        log_info("folder %s: all files that %s covers were moved, and so was the marker",
            folder->name, path);
}

void end_marker_put_away(
    const struct folder *folder, const char *path, const struct file_state *seen)
{
    const char *name = path_name(path);
    struct way way = {.root = -1, .directory = -1, .staging = -1, .destination = {.directory = -1}};
    int result = enter(folder, path, &way);
    if (result == 0 && is_untouched(way.directory, name, seen)) {
        result = renameat(way.directory, name, way.staging, STAGED_END_MARKER) < 0 ? -errno : 0;
        if (result == 0 && is_the_same(way.staging, seen))
            send_on(folder, &way, path);
        else if (result == 0)
            give_back(&way, name);
    }
    if (result < 0)
        log_debug(
            "folder %s: the marker %s cannot be moved: %s", folder->name, path, strerror(-result));
    leave(&way);
}

/* ---- as an errand ---- */

void end_marker_run(const struct folder *folder, struct wire *question, struct str *answer)
{
    struct file_state seen = {.ctime_ns = 0};
    CLEANUP(free_text) char *path = wire_whole_text(question);
    file_state_from_wire(question, &seen);
    if (!question->broken && path_is_plain_relative(path))
        end_marker_put_away(folder, path, &seen);
    (void)answer; /* it is seen again if it is still there */
}

void worker_put_away_end_marker(
    struct worker *worker, size_t index, const char *path, const struct file_state *seen)
{
    struct str question = STR_INIT(FRAME_MAX / 2);
    wire_add_text(&question, path);
    file_state_to_wire(&question, seen);
    (void)errand_begin(worker, index, ERRAND_MARKER, &question);
}
