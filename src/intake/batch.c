/** Decides which files an end marker covers, and whether any of them is still next to it. */
#include "closedrop/intake/batch.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/config/own_files.h"
#include "closedrop/files/path.h"
#include "closedrop/files/safe_open.h"
#include "closedrop/intake/filter.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

bool batch_covers(const struct file_state *marker, int64_t first_ctime_ns, int64_t ctime_ns)
{
    return ctime_ns <= marker->ctime_ns || first_ctime_ns < marker->ctime_ns;
}

/** The state of a walk through the marker's directory. */
struct walk {
    const struct config *config;
    const struct folder *folder;
    const struct file_state *marker;
    batch_ask *ask;
    void *context;
};

static bool is_awaited(const struct walk *walk, int root, const char *path)
{
    struct file_state state;
    CLEANUP(close_fd) int path_fd = safe_open_path(root, path);
    int result = path_fd < 0 ? path_fd : file_state_read(path_fd, &state);
    if (result < 0)
        return !safe_open_is_absent(result);
    if (!S_ISREG(state.mode) || own_file(walk->config, &state) > 0)
        return false;
    enum batch_file file = walk->ask(walk->context, path, &state);
    bool is_covered = batch_covers(walk->marker, state.ctime_ns, state.ctime_ns);
    return file == BATCH_QUEUED || (file == BATCH_UNKNOWN && is_covered);
}

/** Stops at the first file that is awaited: while a batch is being put away, that is early. */
static bool has_awaited(const struct walk *walk, int root, const char *parent, DIR *entries)
{
    const struct dirent *entry;
    for (errno = 0; (entry = readdir(entries)) != NULL; errno = 0) {
        CLEANUP(free_text) char *path = path_join(parent, entry->d_name);
        if (!path || (filter_takes(walk->folder, path) && is_awaited(walk, root, path)))
            return true;
    }
    return errno != 0;
}

bool batch_is_awaited(const struct config *config, const struct folder *folder, const char *path,
    const struct file_state *marker, batch_ask *ask, void *context)
{
    const struct walk walk = {config, folder, marker, ask, context};
    CLEANUP(free_text) char *parent = path_directory(path);
    CLEANUP(close_fd) int root = parent ? safe_open_root(folder->path) : -ENOMEM;
    int listed = root < 0 ? root : safe_open_directory(root, parent);
    DIR *entries = listed < 0 ? NULL : fdopendir(listed);
    bool result = !entries || has_awaited(&walk, root, parent, entries);
    if (entries)
        closedir(entries);
    else if (listed >= 0)
        close(listed);
    return result;
}
