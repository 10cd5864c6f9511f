/** Lists the documents next to an end marker, and decides which of them it covers. */
#include "closedrop/intake/batch.h"

#include "closedrop/base/cleanup.h"
#include "closedrop/config/own_files.h"
#include "closedrop/files/life.h"
#include "closedrop/files/path.h"
#include "closedrop/files/safe_open.h"
#include "closedrop/intake/filter.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool batch_covers(const struct file_state *marker, int64_t first_ctime_ns, int64_t ctime_ns)
{
    return ctime_ns <= marker->ctime_ns || first_ctime_ns < marker->ctime_ns;
}

bool batch_awaits(
    const struct file_state *marker, const struct file_state *state, enum batch_file file)
{
    bool is_covered = batch_covers(marker, state->ctime_ns, state->ctime_ns);
    return file == BATCH_QUEUED || (file == BATCH_UNKNOWN && is_covered);
}

void batch_page_release(struct batch_page *page)
{
    while (page->count)
        free(page->files[--page->count].path);
}

/** Add the file at `path`, which is then the page's, if it is a document. 0 or a negative errno. */
static int add_file(const struct config *config, int root, char **path, struct batch_page *page)
{
    struct file_state state;
    CLEANUP(close_fd) int path_fd = safe_open_path(root, *path);
    int result = path_fd < 0 ? path_fd : file_state_read(path_fd, &state);
    if (result < 0)
        return safe_open_is_absent(result) ? 0 : result;
    if (S_ISREG(state.mode) && own_file(config, &state) <= 0)
        page->files[page->count++] = (struct batch_entry){TAKE_PTR(*path), state};
    return 0;
}

/** The names in a directory that come after that of `after`. */
static int add_names(const struct config *config, const struct folder *folder, int root,
    const char *parent, const char *after, struct dirent *const *names, size_t count,
    struct batch_page *page)
{
    int result = 0;
    size_t i = 0;
    for (; i < count && result == 0 && page->count < BATCH_PAGE; i++) {
        bool is_new = !after || strcmp(names[i]->d_name, path_name(after)) > 0;
        CLEANUP(free_text) char *path = path_join(parent, names[i]->d_name);
        if (!path)
            result = -ENOMEM;
        else if (is_new && filter_takes(folder, path))
            result = add_file(config, root, &path, page);
        life_show();
    }
    page->is_last = i == count;
    return result;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

int batch_list(const struct config *config, const struct folder *folder, const char *marker,
    const char *after, struct batch_page *ret_page)
{
    struct dirent **names = NULL;
    struct batch_page page = {.count = 0};
    CLEANUP(free_text) char *parent = path_directory(marker);
    CLEANUP(close_fd) int root = parent ? safe_open_root(folder->path) : -ENOMEM;
    CLEANUP(close_fd) int directory = root < 0 ? root : safe_open_directory(root, parent);
    int count = directory < 0 ? directory : scandirat(directory, ".", &names, NULL, by_name);
    if (count < 0)
        return directory < 0 ? directory : -errno;
    int result = add_names(config, folder, root, parent, after, names, (size_t)count, &page);
    while (count)
        free(names[--count]);
    free(names);
    if (result < 0)
        batch_page_release(&page);
    else
        *ret_page = page;
    return result;
}
